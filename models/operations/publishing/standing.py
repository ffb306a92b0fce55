"""Where the publicity of an item stands: what the steps of its lifecycle ask about publications and objections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from models.domain.publications import ObjectionState, PublicationState
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.publishing import lasting
from models.tables.base import AnyRow
from models.tables.publications import objections
from models.tables.publications import publications as T


@dataclass(frozen=True, slots=True)
class Standing:
    """
    The publicity since an instant.

    ``published``: approved, not retracted, begun, and long enough; ``over``: and its last day has passed.
    Objections are those to any publication since then: taking one back does not make them go away.
    """

    published: bool
    over: bool
    first_day: date | None
    last_day: date | None
    open_objections: int
    upheld: int


def standing(act: Act, case_id: UUID, since: datetime | None) -> Standing:
    """The publicity of a case by what was drafted since an instant (the round's acceptance); ``None``: ever."""
    mine = [T.c.case_id == case_id, *([T.c.prepared_at >= since] if since is not None else [])]
    approved = select(T).where(*mine, T.c.state == PublicationState.APPROVED)
    rows = act.db.execute(approved.order_by(T.c.published_at.desc(), T.c.id.desc())).all()
    row = next((one for one in rows if _counts(act, one)), None)
    count = func.count().label("how_many")
    counted = (
        select(objections.c.state, count)
        .join(T, T.c.id == objections.c.publication_id)
        .where(*mine)
        .group_by(objections.c.state)
    )
    counts = {one.state: one.how_many for one in act.db.execute(counted)}
    return Standing(
        published=row is not None,
        over=row is not None and row.last_day < legal_day(act.now),
        first_day=row.first_day if row else None,
        last_day=row.last_day if row else None,
        open_objections=counts.get(ObjectionState.OPEN, 0),
        upheld=counts.get(ObjectionState.UPHELD, 0),
    )


def _counts(act: Act, row: AnyRow) -> bool:
    """Begun, shown since its first day at the latest, and as long as the rules of that day want it."""
    first = max(row.first_day, legal_day(row.published_at))
    return bool(
        first <= legal_day(act.now)
        and row.last_day >= lasting.shortest(act, row.division_code, first).last_day
    )
