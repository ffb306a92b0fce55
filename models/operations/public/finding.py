"""
The complaint of a number and its query code.

Wrong, absent, withdrawn and forgotten are one answer after the same work: one look-up, one keyed digest, one
comparison.
"""

from __future__ import annotations

import hmac
from typing import Final

from sqlalchemy import bindparam, select

from models.domain.errors import NotFound
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.complaints import complaints as T

_NOBODY: Final = bytes(32)
_FOUND = select(T).where(T.c.public_number == bindparam("number"))


def found(act: Act, number: str, code: str, *, withdrawn: bool = False) -> AnyRow:
    """
    The complaint of this number, if the code is its own; a withdrawn one only for whoever withdraws it again.

    Raises:
        NotFound: wrong, absent, withdrawn or forgotten: the same words.
    """
    row = act.db.execute(_FOUND, {"number": number}).one_or_none()
    there = row is not None and (withdrawn or row.withdrawn_at is None)
    kept = row.code_digest if row is not None and there else None
    right = hmac.compare_digest(act.vault.code_digest(code), kept or _NOBODY)
    if row is None or not right:
        raise not_found()
    return row


def not_found() -> NotFound:
    """The one refusal for wrong, absent, withdrawn and forgotten."""
    return NotFound("编号或查询码不对，请对照回执重新输入；仍查不到请拨打 12345 或 12369")
