"""
Short messages 短信 over a provider's HTTP interface, described by configuration: names of fields, fixed fields and
headers, and where in the JSON answer the provider says that it took the message.

``id_field`` carries the attempt's id where the provider has a field for one; that it recognises repeats is not assumed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from models.domain.outgoing.channels import ChannelKind
from workers.gateways.configured import http_target, table_of, text_of
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.posting import Poster, answered, as_json
from workers.gateways.wording import fitted, in_characters

MOST_CHARACTERS: Final = 300
"""Some five parts of a long message; providers accept 500 or so ``[M]``."""

_PHONE: Final = re.compile(r"\+?[0-9]{5,15}")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]{0,1000}")
OUR_HEADERS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "content-type", "accept-encoding", "expect"}
)
"""Headers that frame the request; no configuration may set them."""


class SmsGateway:
    """A provider of short messages."""

    channel: ClassVar[str] = ChannelKind.SMS.value
    deduplicates: ClassVar[bool] = False

    def __init__(self, poster: Poster, origins: Collection[str]) -> None:
        self._poster = poster
        self._origins = origins

    def send(self, parcel: Parcel, to: Destination) -> None:
        target = http_target(ChannelKind.SMS, to.config, self._origins)
        path, wanted = text_of(to.config, "ok_path"), text_of(to.config, "ok_value")
        kind, body = _body(parcel, to)
        reply = self._poster.post(target, body, _headers(to.config) | {"Content-Type": kind})
        found = _at(answered(reply), path)
        if found is None:
            raise OutcomeUnknown("接收方的应答无法识别，是否送达不明")
        if found != wanted:
            raise NotSent("短信平台答复未受理")


def _body(parcel: Parcel, to: Destination) -> tuple[str, bytes]:
    """Content type and bytes."""
    if not to.address or not _PHONE.fullmatch(to.address):
        raise NotSent("收件人没有可用的手机号", permanent=True)
    config = to.config
    fields = table_of(config, "fields")
    fields[text_of(config, "phone_field")] = to.address
    fields[text_of(config, "text_field")] = fitted(parcel, MOST_CHARACTERS, in_characters)
    if config.get("id_field"):
        fields[text_of(config, "id_field")] = str(parcel.attempt_id)
    if config.get("body") == "form":
        return "application/x-www-form-urlencoded; charset=utf-8", urlencode(fields).encode()
    return "application/json; charset=utf-8", as_json(fields).encode()


def _headers(config: Mapping[str, Any]) -> dict[str, str]:
    headers = table_of(config, "headers")
    for name, value in headers.items():
        if name.lower() in OUR_HEADERS or not _HEADER.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise NotSent("渠道的配置有误（headers），请管理员改正", permanent=True)
    return headers


def _at(answer: Any, path: str) -> str | None:
    """What stands at ``a.b.0.c`` of an answer, as JSON writes it without quotes; None: nothing."""
    for step in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(step)
        elif isinstance(answer, Sequence) and not isinstance(answer, str) and step.isdecimal():
            answer = answer[int(step)] if int(step) < len(answer) else None
        else:
            return None
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return str(answer) if isinstance(answer, str | int | float) else None
