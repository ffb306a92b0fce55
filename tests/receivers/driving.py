"""Sending one parcel through the real gateway to a real receiver that behaves in one way, and what came of it."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from models.domain.outgoing.channels import PLAIN, ChannelKind
from tests.receivers import http_receiver, mail_receiver
from tests.receivers.http_receiver import Http
from tests.receivers.listening import Receiver, refused_port
from tests.receivers.mail_receiver import Mail
from workers.gateways.dialling import Limits
from workers.gateways.gateway import Destination, Gateway, NotSent, OutcomeUnknown, Parcel
from workers.gateways.registry import gateways

SECRET: Final = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROBOT_SECRET: Final = "SEC" + "0123456789abcdef" * 4
KEY: Final = "not-to-be-shown-7f3a"
PHONE: Final = "13800000202"
MAILBOX: Final = "zhang@example.test"
QUICK: Final = Limits(resolve=2.0, connect=0.8, total=0.8)
TRUST: Final = ssl.create_default_context()
HTTP_KINDS: Final = (ChannelKind.WEBHOOK, ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.SMS)
AT_ONCE: Final = 12
REFUSED: Final = "nobody listens"
GOOD: Final[dict[ChannelKind, bytes]] = {
    ChannelKind.WEBHOOK: b"",
    ChannelKind.WECOM: b'{"errcode":0,"errmsg":"ok"}',
    ChannelKind.DINGTALK: b'{"errcode":0,"errmsg":"ok"}',
    ChannelKind.SMS: b'{"result":{"code":"OK"}}',
}


@dataclass(frozen=True)
class Verdict:
    """How one sending ended; ``took`` in seconds, ``got`` messages at the receiver, ``written`` bytes of answer."""

    outcome: str  # sent | not sent | unknown
    reason: str
    took: float
    got: int
    written: int
    retry_after: float | None = None
    permanent: bool = False
    led_astray: int = 0  # connections to the private place that a redirect named


def now() -> datetime:
    return datetime.now(UTC)


def parcel(**changes: Any) -> Parcel:
    """A reminder of two clocks."""
    values: dict[str, Any] = {
        "attempt_id": uuid4(),
        "subject": "2 件事项需要处理",
        "text": "举报〔2026〕1号：11月25日（星期三）办结期限届满，还有2个工作日\n\n整改12号：今日到期",
        "notices": [{"notice_id": str(UUID(int=1))}, {"notice_id": str(UUID(int=2))}],
        "link": "https://huanxun.example.test/queue",
    }
    return Parcel(**values | changes)


def destination(kind: ChannelKind, port: int, **changes: Any) -> Destination:
    """A configured channel of this kind at a port of this machine, and a person's address on it."""
    origin = f"http://127.0.0.1:{port}"
    configs: dict[ChannelKind, dict[str, Any]] = {
        ChannelKind.WEBHOOK: {"url": f"{origin}/in?key={KEY}", "secret": SECRET},
        ChannelKind.WECOM: {"url": f"{origin}/cgi-bin/webhook/send?key={KEY}"},
        ChannelKind.DINGTALK: {"url": f"{origin}/robot/send?access_token={KEY}", "secret": ROBOT_SECRET},
        ChannelKind.SMS: {
            "url": f"{origin}/sms?key={KEY}",
            "phone_field": "mobile",
            "text_field": "content",
            "ok_path": "result.code",
            "ok_value": "OK",
        },
        ChannelKind.SMTP: {
            "host": "127.0.0.1",
            "port": port,
            "security": PLAIN,
            "sender": "huanxun@example.test",
        },
    }
    address = {ChannelKind.SMS: PHONE, ChannelKind.SMTP: MAILBOX}.get(kind)
    return Destination(configs[kind] | changes, address)


def wired(kind: ChannelKind, port: int, limits: Limits = QUICK) -> Gateway:
    """The gateway, with this receiver's origin on its allow-list."""
    scheme = "smtp" if kind is ChannelKind.SMTP else "http"
    return gateways({f"{scheme}://127.0.0.1:{port}"}, clock=now, limits=limits, context=TRUST)[kind]


def sent(gateway: Gateway, one: Parcel, to: Destination) -> tuple[str, Exception | None, float]:
    """Send; how it ended, with what, after how many seconds."""
    begun = time.monotonic()
    error: Exception | None = None
    try:
        gateway.send(one, to)
    except (NotSent, OutcomeUnknown) as caught:
        error = caught
    outcome = "sent" if error is None else "not sent" if isinstance(error, NotSent) else "unknown"
    return outcome, error, time.monotonic() - begun


def driven(kind: ChannelKind, behaviour: str, limits: Limits = QUICK) -> Verdict:
    """One parcel to one receiver that behaves so."""
    if behaviour == REFUSED:
        port = refused_port()
        return _verdict(*sent(wired(kind, port, limits), parcel(), destination(kind, port)), 0, 0, 0)
    trap = Http(http_receiver.take)
    receiver: Http | Mail
    with Receiver(trap) as private:
        if kind is ChannelKind.SMTP:
            receiver = Mail(dict(mail_receiver.BEHAVIOURS[behaviour]))
        else:
            receiver = Http(http_receiver.BEHAVIOURS[behaviour], GOOD[kind])
            receiver.private_url = f"http://127.0.0.1:{private.port}/metadata"
        with Receiver(receiver) as listening:
            port = listening.port
            ended = sent(wired(kind, port, limits), parcel(), destination(kind, port))
            listening.settle()
            return _verdict(*ended, len(receiver.got), receiver.written, private.connections)


def behaviours(kind: ChannelKind) -> Mapping[str, Callable[..., Any] | Mapping[str, Any] | None]:
    """What a receiver of this kind of channel may do."""
    known = mail_receiver.BEHAVIOURS if kind is ChannelKind.SMTP else http_receiver.BEHAVIOURS
    return {**known, REFUSED: None}


def cases() -> Iterator[tuple[ChannelKind, str]]:
    """Every channel with every behaviour."""
    for kind in (*HTTP_KINDS, ChannelKind.SMTP):
        for behaviour in behaviours(kind):
            yield kind, behaviour


def all_driven() -> Mapping[tuple[ChannelKind, str], Verdict]:
    """Every channel with every behaviour, many at a time: most of them only wait."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        every = tuple(cases())
        return dict(zip(every, pool.map(lambda case: driven(*case), every), strict=True))


def in_time(verdict: Verdict) -> bool:
    """Within its limits, with a second for a busy machine."""
    return verdict.took < QUICK.total + QUICK.connect + 1


def _verdict(
    outcome: str, error: Exception | None, took: float, got: int, written: int, led_astray: int
) -> Verdict:
    return Verdict(
        outcome,
        str(error) if error else "",
        took,
        got,
        written,
        getattr(error, "retry_after", None),
        getattr(error, "permanent", False),
        led_astray,
    )
