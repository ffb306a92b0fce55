"""Figures of a year for the public: complaint cases without void ones, small counts left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import case, func, select

from models.domain.figures.counting import UNSORTED, Figures, One, figures
from models.domain.publications import PUBLISHABLE
from models.domain.states import Action, Kind, State
from models.domain.timing.calendar import SHANGHAI, legal_day
from models.operations.act import Act
from models.tables.cases import cases, steps

STREET_DIGITS: Final = 9
_TAKEN = (
    select(
        steps.c.case_id,
        func.max(case((steps.c.action == Action.ACCEPT, steps.c.at))).label("accepted_at"),
        func.max(case((steps.c.action == Action.APPROVE, steps.c.at))).label("concluded_at"),
    )
    .join(cases, cases.c.id == steps.c.case_id)
    .where(steps.c.action.in_((Action.ACCEPT, Action.APPROVE)))
    .group_by(steps.c.case_id)
)


@dataclass(frozen=True, slots=True)
class Year:
    """The figures of a year; ``sample``: of no real case."""

    year: int
    figures: Figures
    sample: bool


def of_year(act: Act, year: int) -> Year:
    """The figures of a Shanghai year, by the month of receipt."""
    return Year(year, figures(_cases(act, year)), act.law.sample)


def _cases(act: Act, year: int) -> Iterator[One]:
    first, after = (datetime(one, 1, 1, tzinfo=SHANGHAI) for one in (year, year + 1))
    within = (cases.c.received_at >= first, cases.c.received_at < after)
    taken = _TAKEN.where(*within).subquery()
    wanted = (
        select(
            cases.c.received_at,
            cases.c.categories,
            cases.c.division_code,
            cases.c.state,
            taken.c.accepted_at,
            taken.c.concluded_at,
        )
        .outerjoin(taken, taken.c.case_id == cases.c.id)
        .where(*within, cases.c.kind == Kind.COMPLAINT, cases.c.state != State.VOID)
    )
    for row in act.db.execute(wanted):
        received = legal_day(row.received_at)
        concluded = row.concluded_at if row.state in PUBLISHABLE else None
        yield One(
            month=received.month,
            category=row.categories[0].partition("/")[0] if row.categories else UNSORTED,
            street=_street(act, row.division_code),
            accepted=row.accepted_at is not None,
            days=_days(received, concluded),
        )


def _days(received: date, concluded: datetime | None) -> int | None:
    return None if concluded is None else (legal_day(concluded) - received).days


def _street(act: Act, code: str) -> str:
    """The street or town a case lies in; the county itself where no more is known."""
    division = act.law.divisions.get(code[:STREET_DIGITS])
    return division.name if division else code[:STREET_DIGITS]
