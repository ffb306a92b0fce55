"""One POST out of the house, to a judged address, without redirects, proxies or cookies, and what its answer means."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2

from models.domain.outgoing.targets import Target
from workers.gateways.dialling import Limits, Watch, judged
from workers.gateways.gateway import NotSent, OutcomeUnknown

LONGEST_RETRY_AFTER: Final = 86_400.0
"""Seconds; a receiver that asks for more is asked again after a day."""

PASSING: Final = frozenset({408, 421, 423, 425, 429})
"""Refusals that say "not now"; every other 4xx says "not this", RFC 9110 §15.5, RFC 6585 §4, RFC 8470 §5.2."""

# They would write whole URLs, in which robots have their keys, into the log.
for _talkative in ("httpx2", "httpcore2"):
    logging.getLogger(_talkative).setLevel(logging.CRITICAL)

_SENT_WHOLE: Final = "http11.send_request_body.complete"
_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; ``whole``: all of its body came, within its limits. ``retry_after`` in seconds."""

    status: int
    body: bytes = field(repr=False)
    whole: bool
    retry_after: float | None


class Poster:
    """Posts for all HTTP channels; ``clock`` is real time, whatever a sample instance believes."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        limits: Limits | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.clock = clock
        self._limits = limits or Limits()
        self._context = context or ssl.create_default_context()

    def post(self, target: Target, body: bytes, headers: Mapping[str, str], *, read: bool = True) -> Reply:
        """
        Post, and read the answer up to its limits; ``read=False`` where the status alone tells everything.

        Raises:
            NotSent: refused by the guard, not connected, or the connection broke before the body had left whole.
            OutcomeUnknown: it broke, or the time was over, after the body had left.
        """
        addresses = judged(target, self._limits)
        refused = NotSent("连接不上接收方")
        with Watch(self._limits.total) as watch:
            for address in addresses:
                if watch.over:
                    break
                try:
                    return self._post_to(address, target, body, headers, watch, read=read)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    refused = NotSent(_not_connected(error))
        raise refused

    def _post_to(
        self,
        address: str,
        target: Target,
        body: bytes,
        headers: Mapping[str, str],
        watch: Watch,
        *,
        read: bool,
    ) -> Reply:
        """Over a new connection to this address, in the name of the target."""
        progress = _Progress(watch)
        try:
            with httpx2.Client(verify=self._context, trust_env=False, follow_redirects=False) as client:
                request = self._request(client, address, target, body, headers, progress)
                response = client.send(request, stream=True)
                try:
                    return self._reply(response, read=read)
                finally:
                    response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise
        except httpx2.TransportError as error:
            kind = (
                "超时"
                if watch.over or isinstance(error, httpx2.TimeoutException)
                else "连接中断或应答无法识别"
            )
            if progress.sent_whole:
                raise OutcomeUnknown(f"消息发出后{kind}，是否送达不明") from None
            raise NotSent(f"消息发出前{kind}") from None

    def _request(
        self,
        client: httpx2.Client,
        address: str,
        target: Target,
        body: bytes,
        headers: Mapping[str, str],
        progress: _Progress,
    ) -> httpx2.Request:
        """The URL names the judged address; Host, SNI and so the certificate are the target's."""
        host = f"[{address}]" if ":" in address else address
        left = progress.watch.left
        return client.build_request(
            "POST",
            f"{target.scheme}://{host}:{target.port}{target.path}",
            content=body,
            headers={"User-Agent": "huanxun", "Accept-Encoding": "identity", **headers}
            | {"Host": target.authority, "Connection": "close"},
            timeout=httpx2.Timeout(left, connect=min(self._limits.connect, left)),
            extensions={"sni_hostname": target.host, "trace": progress},
        )

    def _reply(self, response: httpx2.Response, *, read: bool) -> Reply:
        body, whole = b"", True
        if read:
            body, whole = _capped(response, self._limits.reply_bytes)
        retry_after = _retry_after(response.headers.get("retry-after"), self.clock())
        return Reply(response.status_code, body, whole, retry_after)


class _Progress:
    """Listens to the steps of a request: which socket it uses, and whether the body has left whole."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.sent_whole = False

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event in _CONNECTED:
            held = info["return_value"].get_extra_info("socket")
            if isinstance(held, socket.socket):
                self.watch.hold(held)
        elif event == _SENT_WHOLE:
            # A body cut short is void: its length was announced (RFC 9112 §8).
            self.sent_whole = True


def delivered(reply: Reply) -> None:
    """
    Return if the status says that the message was taken.

    A 5xx is no refusal: what answered may stand before, and what it stands before may have taken the message. A
    receiver that recognises ids gets the same id again; to the others nothing is repeated.

    Raises:
        NotSent: 3xx (never followed) and 4xx.
        OutcomeUnknown: 5xx, and numbers that mean nothing.
    """
    status = reply.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotSent(f"接收方要求转到别处（{status}），不跟随", permanent=True)
    if status in PASSING:
        raise NotSent(f"接收方暂不接收（{status}）", retry_after=reply.retry_after)
    if 400 <= status < 500:
        raise NotSent(f"接收方拒绝（{status}）", retry_after=reply.retry_after, permanent=True)
    raise OutcomeUnknown(f"接收方出错（{status}），是否送达不明", retry_after=reply.retry_after)


def answered(reply: Reply) -> Any:
    """
    The JSON of a 2xx answer.

    Raises:
        NotSent: see ``delivered``.
        OutcomeUnknown: see ``delivered``; or it is longer than the limit, broke off, or is no JSON.
    """
    delivered(reply)
    if not reply.whole:
        raise OutcomeUnknown("接收方的应答过长或中断，是否送达不明")
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        raise OutcomeUnknown("接收方的应答无法识别，是否送达不明") from None


def as_json(content: Mapping[str, Any]) -> str:
    """JSON as Chinese receivers like it: UTF-8 as it is, without escapes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)


def _capped(response: httpx2.Response, most: int) -> tuple[bytes, bool]:
    """The body as it came, never unpacked: at most so many bytes, and whether that was all."""
    body = b""
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > most:
                return body[:most], False
    except httpx2.TransportError:
        return body, False
    return body, True


def _retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds, from either of its two forms, RFC 9110 §10.2.3; nonsense is no wish."""
    if text is None or len(text) > 40:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _not_connected(error: BaseException) -> str:
    """Why not, without a host or an address."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "接收方的证书核对不通过"
        if isinstance(seen, ssl.SSLError):
            return "与接收方建立加密连接失败"
        seen = seen.__cause__ or seen.__context__
    return "连接接收方超时" if isinstance(error, httpx2.ConnectTimeout) else "连接不上接收方"
