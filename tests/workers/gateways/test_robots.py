"""What the robots of 企业微信 and 钉钉 are sent, and how their answers are read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from models.domain.outgoing.channels import ChannelKind
from tests.receivers.driving import PHONE, ROBOT_SECRET, destination, now, parcel, wired
from tests.receivers.http_receiver import Http, Request, take
from tests.receivers.listening import Receiver
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.robots import DINGTALK_MOST_BYTES, WECOM_MOST_BYTES

WECOM, DINGTALK = ChannelKind.WECOM, ChannelKind.DINGTALK
LONG = "\n\n".join(f"举报〔2026〕{number}号：11月25日办结期限届满，还有2个工作日" for number in range(1, 41))


def received(kind: ChannelKind, one: Parcel, address: str | None = None, **config: Any) -> Request:
    http = Http(take, b'{"errcode":0,"errmsg":"ok"}')
    with Receiver(http) as receiver:
        to = destination(kind, receiver.port, **config)
        wired(kind, receiver.port).send(one, Destination(to.config, address))
    return http.got[0]


def answered(kind: ChannelKind, answer: Any) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with Receiver(Http(take, body)) as receiver:
        wired(kind, receiver.port).send(parcel(), destination(kind, receiver.port))


def test_wecom_gets_a_text() -> None:
    """企业微信 gets subject, text and link as one text; nobody is mentioned where no number is known."""
    one = parcel()
    body = json.loads(received(WECOM, one).body)
    assert body == {"msgtype": "text", "text": {"content": f"{one.subject}\n{one.text}\n{one.link}"}}


def test_wecom_mentions_a_person() -> None:
    """A known mobile number is mentioned, so that the group chat rings for that person only."""
    body = json.loads(received(WECOM, parcel(), PHONE).body)
    assert body["text"]["mentioned_mobile_list"] == [PHONE]


def test_wecom_text_fits() -> None:
    """A text too long for 企业微信 loses whole notices, says how many, and keeps its link."""
    one = parcel(text=LONG, notices=[{}] * 40)
    content = json.loads(received(WECOM, one).body)["text"]["content"]
    kept = content.count("办结期限届满，还有2个工作日")
    assert len(content.encode()) <= WECOM_MOST_BYTES
    assert f"\n\n另有 {40 - kept} 条，请登录查看\n{one.link}" in content
    assert kept > 20


def test_dingtalk_is_signed() -> None:
    """钉钉 gets time and signature in the query: HMAC-SHA256 over both, no older than this moment."""
    request = received(DINGTALK, parcel())
    query = parse_qs(urlsplit(request.line.split()[1]).query)
    [timestamp], [sign] = query["timestamp"], query["sign"]
    expected = hmac.new(
        ROBOT_SECRET.encode(), f"{timestamp}\n{ROBOT_SECRET}".encode(), hashlib.sha256
    ).digest()
    assert base64.b64decode(sign) == expected
    assert abs(now().timestamp() * 1000 - int(timestamp)) < 5000
    assert query["access_token"] == ["not-to-be-shown-7f3a"]


def test_dingtalk_without_a_secret_is_not_signed() -> None:
    """A robot that is secured by a keyword or an address instead has no signature."""
    assert "sign=" not in received(DINGTALK, parcel(), secret=None).line


def test_dingtalk_mentions_a_person_in_the_text_too() -> None:
    """钉钉 shows a mention only where the text carries it; it stays when the text is cut."""
    body = json.loads(received(DINGTALK, parcel(text=LONG * 20, notices=[{}] * 800), PHONE).body)
    assert body["at"] == {"atMobiles": [PHONE], "isAtAll": False}
    assert body["text"]["content"].endswith(f"\n@{PHONE}")
    assert len(body["text"]["content"].encode()) <= DINGTALK_MOST_BYTES
    assert "条，请登录查看" in body["text"]["content"]


@pytest.mark.parametrize(
    ("kind", "code", "retry_after", "permanent"),
    [
        (WECOM, 45009, 60.0, False),
        (WECOM, 93000, None, True),
        (WECOM, -1, None, False),
        (DINGTALK, 130101, 600.0, False),
        (DINGTALK, 310000, None, True),
        (DINGTALK, 999999, None, False),
    ],
)
def test_refusing_codes(kind: ChannelKind, code: int, retry_after: float | None, permanent: bool) -> None:
    """A code other than 0 is a refusal: too fast is tried again after the vendor's rest, a dead robot never."""
    with pytest.raises(NotSent) as caught:
        answered(kind, {"errcode": code, "errmsg": "invalid key=not-to-be-shown"})
    assert (caught.value.retry_after, caught.value.permanent) == (retry_after, permanent)
    assert str(code) in caught.value.reason
    assert "key" not in caught.value.reason


@pytest.mark.parametrize(
    "answer", [{}, [], None, 0, {"errcode": None}, {"errcode": "0"}, {"errcode": False}, b"\xff"]
)
@pytest.mark.parametrize("kind", [WECOM, DINGTALK])
def test_answers_without_a_code_say_nothing(kind: ChannelKind, answer: Any) -> None:
    """An answer without a whole number for a code does not say that the message was taken, nor that it was not."""
    with pytest.raises(OutcomeUnknown):
        answered(kind, answer)
