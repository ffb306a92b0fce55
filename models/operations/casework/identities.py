"""What is sealed of a complaint 来件: whose it is, in whose words; every look is journalled."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.casework import sight
from models.tables.base import AnyRow
from models.tables.complaints import complaints as T


def place(complaint_id: UUID, column: str) -> str:
    """What a sealed value is bound to, so that it cannot be moved to another row."""
    return f"complaint:{complaint_id}:{column}"


def view_identity(act: Act, complaint_id: UUID, *, reason: str) -> dict[str, Any]:
    """
    Open the sealed words and identity of a complaint; every look is journalled with its reason's digest.

    Raises:
        NotFound; Unreadable: the key is not here, or the person was forgotten.
    """
    complaint = unlocked(act, complaint_id)
    case = sight.lock(act, complaint.case_id)
    act.note(
        "identity.view",
        "complaint",
        complaint_id,
        chain=chain_of(case.division_code),
        fields=("identity", "words"),
        content={"reason": reason},
    )
    data_key = act.vault.unwrap(complaint.sealed_key, aad=place(complaint_id, "key"))
    sealed = complaint.sealed_identity
    identity = (
        json.loads(act.vault.open_sealed(data_key, sealed, place=place(complaint_id, "identity")))
        if sealed
        else {}
    )
    words = act.vault.open_sealed(data_key, complaint.sealed_words, place=place(complaint_id, "words"))
    return {"id": complaint_id, "reporter": identity, "words": words}


def find(act: Act, complaint_id: UUID) -> AnyRow:
    """The complaint within the reader's sight. Raises ``NotFound``."""
    complaint = unlocked(act, complaint_id)
    sight.find(act, complaint.case_id)
    return complaint


def unlocked(act: Act, complaint_id: UUID) -> AnyRow:
    """The complaint, if its case is the actor's to see; scope is checked by locking the case next."""
    row = act.db.execute(
        select(T.c.id, T.c.case_id, T.c.sealed_key, T.c.sealed_identity, T.c.sealed_words).where(
            T.c.id == complaint_id
        )
    ).one_or_none()
    if row is None:
        raise sight.unseen(act, complaint_id)
    return row
