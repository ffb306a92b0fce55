"""What everybody sees of publications: running ones with their words, ended and retracted ones without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from models.domain.errors import NotFound
from models.domain.publications import SHOWING_TITLES, PublicationState, Showing, showing
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.publications import publications as T

Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Shown:
    """A publication as the public sees it; words are there only while it runs."""

    id: UUID
    published_at: datetime
    showing: Showing
    message: str
    division: str
    division_name: str
    first_day: date
    last_day: date
    title: str | None
    text: str | None
    retracted_on: date | None
    retract_reason: str | None
    sample: bool


def page(act: Act, division: str | None, *, after: Cursor | None, limit: int) -> Sequence[Shown]:
    """Up to ``limit + 1`` publications whose period runs, retracted ones among them, the newest first."""
    today = legal_day(act.now)
    statement = (
        select(T)
        .where(
            T.c.state.in_((PublicationState.APPROVED, PublicationState.RETRACTED)),
            T.c.first_day <= today,
            T.c.last_day >= today,
        )
        .order_by(T.c.published_at.desc(), T.c.id.desc())
        .limit(limit + 1)
    )
    if division is not None:
        statement = statement.where(T.c.division_code.startswith(division, autoescape=True))
    if after is not None:
        at, last_id = after
        statement = statement.where(
            or_(T.c.published_at < at, and_(T.c.published_at == at, T.c.id < last_id))
        )
    found = (_shown(act, row) for row in act.db.execute(statement))
    return [one for one in found if one is not None]


def one(act: Act, publication_id: UUID) -> Shown:
    """
    One publication, also after its period.

    Raises:
        NotFound: none, or not public yet.
    """
    return running_or_over(act, publication_id)[1]


def running_or_over(act: Act, publication_id: UUID) -> tuple[AnyRow, Shown]:
    """
    The row and what the public sees of it.

    Raises:
        NotFound: the same for a draft and for none at all.
    """
    row = act.db.execute(select(T).where(T.c.id == publication_id)).one_or_none()
    shown = _shown(act, row) if row is not None else None
    if row is None or shown is None:
        raise NotFound("没有这份公开内容，或还没有到公开日期；请从公开列表重新打开")
    return row, shown


def _shown(act: Act, row: AnyRow) -> Shown | None:
    stage = showing(row.state, row.first_day, row.last_day, legal_day(act.now))
    if stage is None:
        return None
    division = act.law.divisions.get(row.division_code)
    return Shown(
        id=row.id,
        published_at=row.published_at,
        showing=stage,
        message=SHOWING_TITLES[stage],
        division=row.division_code,
        division_name=division.name if division else "",
        first_day=row.first_day,
        last_day=row.last_day,
        sample=act.law.sample,
        **_words(row, stage),
    )


def _words(row: AnyRow, stage: Showing) -> dict[str, Any]:
    """A text that had to go is not shown again in its own history."""
    current, retracted = stage is Showing.CURRENT, stage is Showing.RETRACTED
    return {
        "title": row.title if current else None,
        "text": row.text if current else None,
        "retracted_on": legal_day(row.retracted_at) if retracted else None,
        "retract_reason": row.retract_reason if retracted else None,
    }
