"""
Suggestions of a relapse 疑似反弹: a complaint where something of the kind was written off. A person decides.

Nothing relapses by itself: a complaint may be mistaken, and only a verified one shows that a problem is back.
Source: domain.md §2.3 (24 months, a setting).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.domain.states import TERMINAL, Kind, State
from models.domain.timing.calendar import legal_day
from models.domain.timing.terms import Term, Unit, advance
from models.operations.act import Act
from models.operations.scope import Scope, Shape, visible
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases as T
from models.tables.ledgers import items

WATCH: Final = "RELAPSE_WATCH"
UNRULED: Final = Term(24, Unit.M, roll=False)
WRITTEN_OFF: Final = (State.LOOK_BACK, State.ARCHIVED)
BATCH: Final = 50

Cursor = tuple[datetime, UUID]
_COLUMNS: Final = (
    T.c.id,
    T.c.number,
    T.c.kind,
    T.c.state,
    T.c.title,
    T.c.categories,
    T.c.division_code,
    T.c.place_text,
    T.c.received_at,
)


@dataclass(frozen=True, slots=True)
class Former:
    """An item written off at the same site, and why it is thought of."""

    case: AnyRow
    problem_no: str
    round: int
    written_off_on: date
    watched_until: date
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A complaint under way, and what it may show to be back."""

    case: AnyRow
    items: Sequence[Former]


def page(act: Act, *, after: Cursor | None, limit: int) -> list[Suggestion]:
    """Up to ``limit + 1`` suggestions within the reader's scope, the newest complaint first."""
    found: list[Suggestion] = []
    ended: dict[UUID, Sequence[AnyRow]] = {}  # by site: many complaints may come from one
    for row in _complaints(act, after):
        if row.site_id not in ended:
            ended[row.site_id] = _ended_at(act, row.site_id)
        former = _former(act, row, ended[row.site_id])
        if former:
            found.append(Suggestion(row, former))
        if len(found) > limit:
            break
    return found


def _complaints(act: Act, after: Cursor | None) -> Iterator[AnyRow]:
    """Complaints under way at a site where an item was written off, newest first."""
    reach = Scope.of(act.actor)
    while True:
        values = reach.binds()
        if after is not None:
            values |= {"after_at": after[0], "after_id": after[1]}
        rows = act.db.execute(_open(reach.shape, after is not None), values).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = (rows[-1].received_at, rows[-1].id)


def _ended_at(act: Act, site_id: UUID) -> Sequence[AnyRow]:
    """The items written off at a site that the reader may see, the latest first."""
    reach = Scope.of(act.actor)
    return act.db.execute(_written_off(reach.shape), reach.binds() | {"site": site_id}).all()


def _former(act: Act, complaint: AnyRow, ended: Sequence[AnyRow]) -> list[Former]:
    """The items it may show to be back: of a common category, written off not longer ago than is watched."""
    received = legal_day(complaint.received_at)
    found = []
    for row in ended:
        common = [one for one in row.categories if one in complaint.categories]
        until = advance(row.written_off_on, _watch(act, row), act.law.calendar)
        if common and row.written_off_on <= received <= until:
            why = f"同一场所，同类问题（{'、'.join(common)}），{row.written_off_on}销号，{until}前再次举报"
            found.append(Former(row, row.problem_no, row.item_round, row.written_off_on, until, why))
    return found


def _watch(act: Act, item: AnyRow) -> Term:
    """How long a written-off item is watched, by the shortest rule of its division on that day."""
    rules = act.law.candidates(WATCH, item.written_off_on, item.division_code)
    terms = [rule.term for rule in rules] or [UNRULED]
    return min(terms, key=lambda one: advance(item.written_off_on, one, act.law.calendar))


@lru_cache(maxsize=64)
def _open(shape: Shape, more: bool) -> Select[Any]:
    there = T.alias("there")
    # Few sites have an item that was written off: they lead, by the index of cases by site.
    former = (
        select(there.c.site_id)
        .join(items, items.c.case_id == there.c.id)
        .where(items.c.written_off_on.is_not(None), there.c.state.in_(WRITTEN_OFF))
    )
    statement = (
        select(*_COLUMNS, T.c.site_id)
        .where(
            visible(shape),
            T.c.kind == Kind.COMPLAINT,
            T.c.state.not_in(sorted(TERMINAL)),
            T.c.site_id.in_(former),
        )
        .order_by(T.c.received_at.desc(), T.c.id.desc())
        .limit(BATCH)
    )
    if more:
        at, last_id = bindparam("after_at", type_=Instant()), bindparam("after_id", type_=T.c.id.type)
        statement = statement.where(or_(T.c.received_at < at, and_(T.c.received_at == at, T.c.id < last_id)))
    return statement


@lru_cache(maxsize=64)
def _written_off(shape: Shape) -> Select[Any]:
    return (
        select(*_COLUMNS, items.c.problem_no, items.c.round.label("item_round"), items.c.written_off_on)
        .join(items, items.c.case_id == T.c.id)
        .where(
            visible(shape),
            T.c.site_id == bindparam("site", type_=T.c.site_id.type),
            T.c.state.in_(WRITTEN_OFF),
            items.c.written_off_on.is_not(None),
        )
        .order_by(items.c.written_off_on.desc(), T.c.id)
    )
