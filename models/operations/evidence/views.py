"""
Photos of a complaint for staff: copies for whoever sees the case; the original only for a reason, put down.

Who has no sight of the case learns nothing, not even that there is a photo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.errors import Forgotten
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.identity import opening, views
from models.operations.public import photos
from models.tables.base import AnyRow
from models.tables.complaints import complaints
from models.tables.public import evidence as T

_FIND: Final = (
    select(T, complaints.c.case_id)
    .join(complaints, complaints.c.id == T.c.complaint_id)
    .where(T.c.id == bindparam("b_id", type_=T.c.id.type))
)
_OF_CASE: Final = (
    select(
        T.c.id,
        T.c.complaint_id,
        T.c.received_at,
        T.c.size,
        T.c.width,
        T.c.height,
        T.c.sealed_key.is_(None).label("erased"),
    )
    .join(complaints, complaints.c.id == T.c.complaint_id)
    .where(complaints.c.case_id == bindparam("b_case", type_=complaints.c.case_id.type))
    .order_by(T.c.received_at, T.c.id)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens a sealed original: its data key (32 bytes), while the look at it is already put down."""

    evidence_id: UUID
    data_key: bytes
    media_type: str


def find(act: Act, evidence_id: UUID) -> AnyRow:
    """The photo and its ``case_id``, within the reader's sight. Raises ``NotFound``."""
    row = act.db.execute(_FIND, {"b_id": evidence_id}).one_or_none()
    if row is None:  # none there, or its ticket was never spent
        raise sight.unseen(act, evidence_id)
    sight.find(act, row.case_id)
    return row


def of_case(act: Act, case_id: UUID) -> list[dict[str, Any]]:
    """The photos of all complaints of a case, in the order they came. Raises ``NotFound``."""
    sight.find(act, case_id)
    return [dict(row) for row in act.db.execute(_OF_CASE, {"b_case": case_id}).mappings()]


def copy_of(act: Act, evidence_id: UUID) -> AnyRow:
    """The photo, for its copy. Raises ``NotFound``; ``Forgotten``: the copy went with the reporter's identity."""
    photo = find(act, evidence_id)
    if photo.sealed_key is None:
        raise Forgotten()
    return photo


def open_original(act: Act, evidence_id: UUID, *, reason: str) -> Opened:
    """
    What opens a sealed original; the look is put down with its reason.

    Raises:
        NotFound; Forgotten: the keys were destroyed; Unreadable: the master key is not here.
    """
    photo = find(act, evidence_id)
    complaint = opening.locked(act, photo.complaint_id)
    sealed_key = act.db.execute(select(T.c.sealed_key).where(T.c.id == evidence_id)).scalar_one()
    if sealed_key is None:
        raise Forgotten()
    data_key = act.vault.unwrap(sealed_key, aad=photos.key_place(evidence_id))
    views.put_down(act, complaint, views.What.PHOTO, reason, opening.data_key_of(act, complaint))
    return Opened(evidence_id, data_key, photo.media_type)
