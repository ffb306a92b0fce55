"""Keyset pages: ``Page[T]``, and cursors that only we can make."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from models.domain.errors import BadCursor
from models.vault import Vault

T = TypeVar("T")
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 200


class PageQuery(BaseModel):
    """The paging part of every list's query."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200, description="上一页返回的 next，原样传回")] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="每页条数")] = DEFAULT_LIMIT


class Page(BaseModel, Generic[T]):
    """One page and the cursor of the next, null on the last."""

    items: list[T]
    next: str | None


def write_cursor(vault: Vault, at: datetime, row_id: UUID | str, *, use: str) -> str:
    """A cursor for what comes after this row."""
    return write_place(vault, f"{at.isoformat()}|{UUID(str(row_id)).hex}", use=use)


def read_cursor(vault: Vault, cursor: str | None, *, use: str) -> tuple[datetime, UUID] | None:
    """
    The position a cursor stands for.

    Raises:
        BadCursor: not made by us for this list.
    """
    place = read_place(vault, cursor, use=use)
    if place is None:
        return None
    at, _, row_id = place.partition("|")
    return datetime.fromisoformat(at), UUID(row_id)


def write_place(vault: Vault, place: str, *, use: str) -> str:
    """A cursor for a place in a list with an order of its own (ASCII)."""
    return base64.urlsafe_b64encode(f"{place}|{_mark(vault, place, use)}".encode()).decode().rstrip("=")


def read_place(vault: Vault, cursor: str | None, *, use: str) -> str | None:
    """
    The place as it was written.

    Raises:
        BadCursor: not made by us for this list.
    """
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error, UnicodeError):
        raise BadCursor() from None
    place, _, mark = raw.rpartition("|")
    if not hmac.compare_digest(mark, _mark(vault, place, use)):
        raise BadCursor()
    return place


def _mark(vault: Vault, body: str, use: str) -> str:
    return vault.digest(f"cursor\n{use}\n{body}".encode())[:24]
