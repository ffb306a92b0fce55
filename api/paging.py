"""Keyset pages: ``Page[T]``, and cursors that only we can make."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from models.domain.errors import BadCursor
from models.vault import Vault

T = TypeVar("T")
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 200

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="每页条数")]
CursorIn = Annotated[str | None, Query(max_length=200, description="上一页返回的 next，原样传回")]


class Page(BaseModel, Generic[T]):
    """One page and the cursor of the next, null on the last."""

    items: list[T]
    next: str | None


def write_cursor(vault: Vault, at: datetime, row_id: UUID, *, use: str) -> str:
    """A cursor for what comes after this row."""
    body = f"{at.isoformat()}|{row_id.hex}"
    raw = f"{body}|{_mark(vault, body, use)}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(vault: Vault, cursor: str | None, *, use: str) -> tuple[datetime, UUID] | None:
    """
    The position a cursor stands for.

    Raises:
        BadCursor: not made by us for this list.
    """
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, row_id, mark = raw.split("|")
        if not hmac.compare_digest(mark, _mark(vault, f"{at}|{row_id}", use)):
            raise BadCursor()
        return datetime.fromisoformat(at), UUID(row_id)
    except (ValueError, binascii.Error, UnicodeError):
        raise BadCursor() from None


def _mark(vault: Vault, body: str, use: str) -> str:
    return vault.digest(f"cursor\n{use}\n{body}".encode())[:24]
