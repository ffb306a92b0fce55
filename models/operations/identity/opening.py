"""
Opening what is sealed 查看身份: identity, words, details and messages of a complaint, each look put down.

Nothing here is reached without a reason and a role; what the look showed is nowhere kept.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import Forgotten
from models.operations.act import Act
from models.operations.casework import identities, sight
from models.operations.casework.identities import place
from models.operations.identity import views
from models.tables.base import AnyRow
from models.tables.complaints import complaints as T
from models.tables.public import messages

_MESSAGES: Final = (
    select(messages).where(messages.c.sealed_key.is_not(None)).order_by(messages.c.at, messages.c.id)
)


def view_identity(act: Act, complaint_id: UUID, *, reason: str) -> dict[str, Any]:
    """
    Open all that is sealed of a complaint; the look is put down with its reason.

    Raises:
        NotFound; Forgotten; Unreadable: the master key is not here, or a value was cut, changed or moved.
    """
    complaint = locked(act, complaint_id)
    data_key = data_key_of(act, complaint)
    seen = {
        "id": complaint_id,
        "reporter": _opened(act, data_key, complaint, "identity") or {},
        "words": act.vault.open_sealed(data_key, complaint.sealed_words, place=place(complaint_id, "words")),
        "details": _opened(act, data_key, complaint, "details"),
        "messages": _messages(act, complaint_id),
    }
    views.put_down(act, complaint, views.What.IDENTITY, reason, data_key)
    return seen


def locked(act: Act, complaint_id: UUID) -> AnyRow:
    """
    The complaint whole, its case locked: an erasure at the same time comes before or after.

    Raises:
        NotFound: absent or outside.
    """
    return locked_with_case(act, complaint_id)[0]


def locked_with_case(act: Act, complaint_id: UUID) -> tuple[AnyRow, AnyRow]:
    """The complaint whole and its case, which is locked. Raises ``NotFound``."""
    case = sight.lock(act, identities.unlocked(act, complaint_id).case_id)
    return act.db.execute(select(T).where(T.c.id == complaint_id)).one(), case


def data_key_of(act: Act, complaint: AnyRow) -> bytes:
    """
    The data key of a complaint (32 bytes).

    Raises:
        Forgotten: it was destroyed. Unreadable: see ``Vault.unwrap``.
    """
    if complaint.sealed_key is None:
        raise Forgotten()
    return act.vault.unwrap(complaint.sealed_key, aad=place(complaint.id, "key"))


def _opened(act: Act, data_key: bytes, complaint: AnyRow, column: str) -> dict[str, Any] | None:
    """A sealed JSON object of the complaint, if there is one."""
    sealed = getattr(complaint, f"sealed_{column}")
    if sealed is None:
        return None
    opened: dict[str, Any] = json.loads(
        act.vault.open_sealed(data_key, sealed, place=place(complaint.id, column))
    )
    return opened


def _messages(act: Act, complaint_id: UUID) -> list[dict[str, Any]]:
    """Each message under a data key of its own, oldest first."""
    rows = act.db.execute(_MESSAGES.where(messages.c.complaint_id == complaint_id)).all()
    return [
        {"id": row.id, "direction": row.direction, "kind": row.kind, "at": row.at, "text": _text(act, row)}
        for row in rows
    ]


def _text(act: Act, row: AnyRow) -> str:
    if row.sealed_text is None:
        return ""
    data_key = act.vault.unwrap(row.sealed_key, aad=f"message:{row.id}:key")
    return act.vault.open_sealed(data_key, row.sealed_text, place=f"message:{row.id}:text")
