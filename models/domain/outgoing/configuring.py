"""
Reading what an administrator configures for a channel 渠道设置: every flaw at once, each with its field.

A refusal names fields, never values: most of them are secrets.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

from models.domain.errors import Flaw, Invalid
from models.domain.outgoing.addresses import mailbox
from models.domain.outgoing.channels import CONFIG_FIELDS, ChannelKind, ConfigField, FieldKind

MOST_ENTRIES: Final = 20
_NAME: Final = re.compile(
    r"[A-Za-z0-9_.\-]{1,60}"
)  # a parameter, or a header: RFC 9110 §5.6.2 without its oddities
_LINE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")
_SIGNING: Final = "whsec_"
_LEAST_SECRET: Final = 24  # bytes, Standard Webhooks §"Signature scheme"
_MOST_SECRET: Final = 64
_KEPT: Final = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding"})
"""Headers that the gateway writes itself."""


def read_config(kind: ChannelKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """
    The configuration with its defaults.

    Raises:
        Invalid: with every flaw, at ``/config/<field>``.
    """
    fields = {one.name: one for one in CONFIG_FIELDS[kind]}
    flaws = [
        Flaw(f"/config/{name if _NAME.fullmatch(name) else '…'}", "unknown", "这种渠道没有这一项，请去掉")
        for name in given
        if name not in fields
    ]
    read: dict[str, Any] = {}
    for one in fields.values():
        value = given.get(one.name, one.default)
        if value is None or value == "":
            if one.required:
                flaws.append(Flaw(f"/config/{one.name}", "missing", f"请填写{one.title}"))
        elif said := _flaw(kind, one, value):
            flaws.append(Flaw(f"/config/{one.name}", "wrong", f"{one.title}{said}"))
        else:
            read[one.name] = value
    if flaws:
        raise Invalid(flaws=flaws)
    return read


def _flaw(kind: ChannelKind, field: ConfigField, value: Any) -> str | None:
    """What is wrong with a value, after its title."""
    match field.kind:
        case FieldKind.PORT:
            good = type(value) is int and 1 <= value <= 65_535
            return None if good else "应为 1 到 65535 的整数"
        case FieldKind.TABLE:
            return _table_flaw(field, value)
    if not isinstance(value, str) or not _LINE.fullmatch(value) or value != value.strip():
        return "应为一行文字，前后不留空格"
    if len(value) > field.longest:
        return f"最多{field.longest}个字符"
    if field.kind is FieldKind.CHOICE and value not in field.choices:
        return f"只能是 {'、'.join(field.choices)} 之一"
    if field.kind is FieldKind.EMAIL and mailbox(value) is None:
        return "应为一个邮箱，如 name@example.cn"
    if (kind, field.name) == (ChannelKind.WEBHOOK, "secret") and not _signs(value):
        return f"应为 {_SIGNING} 开头、{_LEAST_SECRET}～{_MOST_SECRET} 字节的 Base64"
    return None


def _table_flaw(field: ConfigField, value: Any) -> str | None:
    if not isinstance(value, dict) or len(value) > MOST_ENTRIES:
        return f"应为“名称: 值”的对象，最多{MOST_ENTRIES}项"
    for name, text in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return "的名称只能用英文字母、数字、下划线、点和连字符"
        if not isinstance(text, str) or not _LINE.fullmatch(text) or len(text) > field.longest:
            return f"的值应为一行文字，最多{field.longest}个字符"
        if field.name == "headers" and (name.lower() in _KEPT or not text.isascii()):
            return "不能改写 Host、Content-* 等由系统填写的请求头，值只能用英文半角字符"
    return None


def _signs(secret: str) -> bool:
    if not secret.startswith(_SIGNING):
        return False
    try:
        key = base64.b64decode(secret.removeprefix(_SIGNING), validate=True)
    except (binascii.Error, ValueError):
        return False
    return _LEAST_SECRET <= len(key) <= _MOST_SECRET
