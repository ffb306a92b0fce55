"""What sealed values of a complaint 来件 are bound to, and who reaches the complaint; opening: ``operations.identity``."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from models.operations import scope
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.scope import Scope
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.complaints import complaints as T


def place(complaint_id: UUID, column: str) -> str:
    """What a sealed value is bound to, so that it cannot be moved to another row."""
    return f"complaint:{complaint_id}:{column}"


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


def same_reporter(act: Act, complaint_id: UUID) -> int:
    """How many other complaints within the reader's scope came from the same phone; a number, never an identity."""
    reach = Scope.of(act.actor)
    mine = select(T.c.phone_index).where(T.c.id == complaint_id).scalar_subquery()
    count = (
        select(func.count())
        .select_from(T.join(cases, cases.c.id == T.c.case_id))
        .where(T.c.phone_index == mine, T.c.id != complaint_id, scope.visible(reach.shape))
    )
    return int(act.db.execute(count, reach.binds()).scalar_one())
