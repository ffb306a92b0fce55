"""Identifiers: UUIDv7, time-ordered, made by phones for what phones make and by us for the rest."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import RFC_4122, UUID

from models.domain.errors import Flaw, Invalid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_VERSION_AND_VARIANT: Final = (7 << 76) | (0b10 << 62)
_VERSION_BITS: Final = 0xF << 76
_VARIANT_BITS: Final = 0b11 << 62


def uuid7(now: datetime) -> UUID:
    """
    Return a new id whose first 48 bits are ``now`` in milliseconds and whose other 74 are random.

    Ids of different milliseconds sort by time; within one millisecond the order is by chance, which
    an index does not mind and which lets nobody count what we made.

    Raises:
        ValueError: ``now`` has no zone or lies before 1970.
    Source: RFC 9562, 5.7 and 6.9.
    """
    if now.tzinfo is None:
        raise ValueError("an id needs an instant with a zone")
    milliseconds = (now - _EPOCH) // _MILLISECOND
    if milliseconds < 0:
        raise ValueError("an id needs an instant after 1970")
    tail = int.from_bytes(secrets.token_bytes(10)) & ~(_VERSION_BITS | _VARIANT_BITS)
    return UUID(int=milliseconds << 80 | tail | _VERSION_AND_VARIANT)


def is_uuid7(value: UUID) -> bool:
    """Tell whether the id carries the version 7 and the variant of RFC 9562."""
    return value.variant == RFC_4122 and value.version == 7


def moment_of(value: UUID) -> datetime:
    """
    Return the instant (UTC, to the millisecond) at which the maker says it made the id.

    Raises:
        Invalid: not a version 7 id, or a time that no calendar holds: a client may send anything.
    """
    if is_uuid7(value):
        try:
            return _EPOCH + (value.int >> 80) * _MILLISECOND
        except OverflowError:
            pass
    message = "编号不是有效的 UUIDv7，请由客户端重新生成"
    raise Invalid(message, flaws=(Flaw("/id", "not_uuid7", message),))
