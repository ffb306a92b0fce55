"""
Group robots 群机器人 of 企业微信 and 钉钉: one text into one chat, an ``errcode`` in the answer, 0 = taken.

Neither recognises an id it has seen, so a message of unknown outcome is not repeated.

Source, 企业微信: its developer centre, "群机器人配置说明" (path 91770): text at most 2,048 bytes of UTF-8, 20 messages
a minute; 45009 "api freq out of limit" (全局错误码, path 90313). 93000 (no such robot), 40008, 40058 ``[M]``.
Source, 钉钉: "自定义机器人接入" and "安全设置": the signature, at most an hour old; 20 messages a minute, then silence for
10 minutes. 20,000 bytes a message, error codes but 310000 ``[M]``: a code that is not named here is tried again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from models.domain.outgoing.channels import ChannelKind
from workers.gateways.configured import http_target
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.posting import Poster, answered, as_json
from workers.gateways.wording import fitted, in_bytes

WECOM_MOST_BYTES: Final = 2048
WECOM_TOO_FAST: Final = frozenset({45009})
WECOM_REST_SECONDS: Final = 60.0
WECOM_HOPELESS: Final = frozenset({93000, 40008, 40058})

DINGTALK_MOST_BYTES: Final = 18_000  # with room for the rest of the JSON
DINGTALK_TOO_FAST: Final = frozenset({130101, 130102, 90030, 660026})
DINGTALK_REST_SECONDS: Final = 600.0
DINGTALK_HOPELESS: Final = frozenset({310000, 300001, 400013, 400101, 400102})

_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}


class WeComGateway:
    """A robot in a group chat of 企业微信."""

    channel: ClassVar[str] = ChannelKind.WECOM.value
    deduplicates: ClassVar[bool] = False

    def __init__(self, poster: Poster, origins: Collection[str]) -> None:
        self._poster = poster
        self._origins = origins

    def send(self, parcel: Parcel, to: Destination) -> None:
        target = http_target(ChannelKind.WECOM, to.config, self._origins)
        text: dict[str, Any] = {"content": fitted(parcel, WECOM_MOST_BYTES, in_bytes)}
        if to.address:
            text["mentioned_mobile_list"] = [to.address]
        body = as_json({"msgtype": "text", "text": text}).encode()
        answer = answered(self._poster.post(target, body, _HEADERS))
        _taken(answer, WECOM_TOO_FAST, WECOM_REST_SECONDS, WECOM_HOPELESS)


class DingTalkGateway:
    """A robot in a group chat of 钉钉, with 加签 where a secret is configured."""

    channel: ClassVar[str] = ChannelKind.DINGTALK.value
    deduplicates: ClassVar[bool] = False

    def __init__(self, poster: Poster, origins: Collection[str]) -> None:
        self._poster = poster
        self._origins = origins

    def send(self, parcel: Parcel, to: Destination) -> None:
        target = http_target(ChannelKind.DINGTALK, to.config, self._origins)
        if secret := to.config.get("secret"):
            query = signed_query(str(secret), int(self._poster.clock().timestamp() * 1000))
            target = replace(target, path=f"{target.path}{'&' if '?' in target.path else '?'}{query}")
        # Who is mentioned must stand in the text too.
        mention = f"\n@{to.address}" if to.address else ""
        text = fitted(parcel, DINGTALK_MOST_BYTES - in_bytes(mention), in_bytes) + mention
        content = {"msgtype": "text", "text": {"content": text}}
        at = {"at": {"atMobiles": [to.address], "isAtAll": False}} if to.address else {}
        answer = answered(self._poster.post(target, as_json(content | at).encode(), _HEADERS))
        _taken(answer, DINGTALK_TOO_FAST, DINGTALK_REST_SECONDS, DINGTALK_HOPELESS)


def signed_query(secret: str, milliseconds: int) -> str:
    """``timestamp`` and ``sign``: HMAC-SHA256 over "timestamp, line feed, secret" under the secret, in base64."""
    signed = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return urlencode({"timestamp": milliseconds, "sign": base64.b64encode(signed).decode()})


def _taken(answer: Any, too_fast: Collection[int], rest: float, hopeless: Collection[int]) -> None:
    """Return if the vendor says that it took the message; its words are not repeated, they may quote ours."""
    code = answer.get("errcode") if isinstance(answer, Mapping) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise OutcomeUnknown("接收方的应答无法识别，是否送达不明")
    if code in too_fast:
        raise NotSent(f"发送过于频繁，接收方限流（errcode {code}）", retry_after=rest)
    if code:
        raise NotSent(f"接收方拒绝（errcode {code}）", permanent=code in hopeless)
