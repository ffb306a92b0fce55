"""
Addresses 接收地址 of people on a channel: their one spelling, and how they are shown.

Nothing but an address gets through: no line end, no second recipient, no parameters. A refusal never repeats
what was typed.
"""

from __future__ import annotations

import re
from typing import Final

from models.domain.errors import Flaw
from models.domain.outgoing.channels import AddressKind

_MOBILE: Final = re.compile(r"\+86(1[3-9][0-9]{9})")
_MAILBOX: Final = re.compile(
    r"(?![.])[A-Za-z0-9._%+\-]{1,64}(?<![.])@(?=.{1,189}\Z)"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+(?!\d+\Z)[A-Za-z0-9\-]{2,63}"
)


def mailbox(text: str) -> str | None:
    """An e-mail address of at most 254 characters (RFC 5321 §4.5.3.1.3), else None."""
    return text if _MAILBOX.fullmatch(text) and ".." not in text else None


def mobile(e164: str | None) -> str | None:
    """The eleven digits of a mobile number of the mainland, as robots and senders of short messages take it."""
    found = _MOBILE.fullmatch(e164 or "")
    return found[1] if found else None


def masked(address: str | None) -> str:
    """138****0201, z***@example.com; nothing for a channel that is its own address."""
    if not address:
        return ""
    local, at, host = address.partition("@")
    if at:
        return f"{local[0]}***@{host}"[:80]
    return f"{address[:3]}****{address[-4:]}"


def flaw_of(kind: AddressKind, given: str | None, read: str | None, pointer: str) -> Flaw | None:
    """What is wrong with an address; ``read``: its one spelling, where it has one."""
    if kind is AddressKind.NONE:
        return Flaw(pointer, "needless", "这个渠道不用填地址，请留空") if given else None
    if not given:
        missing = Flaw(pointer, "missing", "请填写接收地址")
        return None if kind is AddressKind.MENTION else missing
    if read is not None:
        return None
    if kind is AddressKind.EMAIL:
        return Flaw(pointer, "bad_email", "邮箱写法不对，应如 name@example.cn，只填一个")
    return Flaw(pointer, "bad_phone", "应为11位手机号，只填一个")
