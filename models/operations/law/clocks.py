"""Deadlines 期限 within the reader's scope: pages nearest end first, and one with all that its date rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from models.domain.errors import NotFound
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases
from models.tables.deadlines import deadlines as T
from models.tables.deadlines import extensions, suspensions
from models.tables.people import accounts

COUNTY_DIGITS: Final = 6
COLUMNS: Final = (
    T.c.id,
    T.c.case_id,
    T.c.subject_id,
    cases.c.number,
    cases.c.title.label("case_title"),
    T.c.rule_id,
    T.c.rule["title"].as_string().label("title"),
    T.c.state,
    T.c.source,
    T.c.severity,
    T.c.started_at,
    T.c.legal_due_on,
    T.c.due_on,
    T.c.due_at,
    T.c.calendar_unconfirmed,
)
KEYS: Final = tuple(column.name for column in COLUMNS)
Cursor = tuple[datetime, UUID]

_deadline_id = bindparam("deadline_id", type_=T.c.id.type)
_SUSPENSIONS = (
    select(suspensions, accounts.c.name.label("by_name"))
    .outerjoin(accounts, accounts.c.id == suspensions.c.by)
    .where(suspensions.c.deadline_id == _deadline_id)
    .order_by(suspensions.c.from_at)
)
_EXTENSIONS = (
    select(extensions, accounts.c.name.label("by_name"))
    .outerjoin(accounts, accounts.c.id == extensions.c.by)
    .where(extensions.c.deadline_id == _deadline_id)
    .order_by(extensions.c.granted_at)
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; ``None`` is no narrowing. ``state`` running | suspended | met | cancelled."""

    state: str | None = None
    rule_id: str | None = None
    due_before: datetime | None = None
    overdue: bool | None = None

    def used(self) -> tuple[str, ...]:
        names = (one.name for one in fields(self) if getattr(self, one.name) is not None)
        return tuple("in_time" if name == "overdue" and not self.overdue else name for name in names)

    def binds(self, now: datetime) -> dict[str, Any]:
        """The values for the clauses that are used."""
        values = {f"f_{name}": getattr(self, name) for name in ("state", "rule_id", "due_before")}
        known = {name: value for name, value in values.items() if value is not None}
        return known if self.overdue is None else known | {"now": now}


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock with its case's number, and what lengthened it."""

    clock: AnyRow
    suspensions: Sequence[AnyRow]
    extensions: Sequence[AnyRow]


def page(act: Act, filters: Filters, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` rows: one more than shown tells that there is a next page."""
    reach = Scope.of(act.actor)
    values = reach.binds() | {"limit": limit + 1} | filters.binds(act.now)
    if after is not None:
        values |= {"after_due": after[0], "after_id": after[1]}
    return act.db.execute(_page(reach.shape, filters.used(), after is not None), values).all()


def whole(act: Act, deadline_id: UUID) -> ClockView:
    """One clock with its suspensions and extensions. Raises ``NotFound``."""
    binds = {"deadline_id": deadline_id}
    return ClockView(
        find(act, deadline_id),
        act.db.execute(_SUSPENSIONS, binds).all(),
        act.db.execute(_EXTENSIONS, binds).all(),
    )


def find(act: Act, deadline_id: UUID) -> AnyRow:
    """The clock, if its case is the reader's to see. Raises ``NotFound``."""
    reach = Scope.of(act.actor)
    row = act.db.execute(_one(reach.shape), {"deadline_id": deadline_id, **reach.binds()}).one_or_none()
    if row is None:
        error = NotFound()
        journal.refused(error, "scope.refused", "deadline", deadline_id, division=act.actor.chain)
        raise error
    return row


@lru_cache(maxsize=64)
def _one(shape: Shape) -> Select[Any]:
    return (
        select(T, cases.c.number)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.id == _deadline_id, scope.visible(shape))
    )


@lru_cache(maxsize=512)
def _page(shape: Shape, used: tuple[str, ...], more: bool) -> Select[Any]:
    statement = (
        select(*COLUMNS)
        .join(cases, cases.c.id == T.c.case_id)
        .where(scope.visible(shape), *in_counties(shape), *_narrowed(used))
        .order_by(T.c.due_at, T.c.id)
        .limit(bindparam("limit"))
    )
    if more:
        due, clock_id = bindparam("after_due", type_=Instant()), bindparam("after_id", type_=T.c.id.type)
        statement = statement.where(
            T.c.due_at >= due, or_(T.c.due_at > due, and_(T.c.due_at == due, T.c.id > clock_id))
        )
    return statement


def in_counties(shape: Shape) -> list[ColumnElement[bool]]:
    """The same reach said of the clock's own county, which its index leads with; only where it is exact."""
    if shape.units or shape.own or not shape.areas or min(shape.areas) < COUNTY_DIGITS:
        return []
    return [or_(*(T.c.county == bindparam(f"area{i}_county") for i in range(len(shape.areas))))]


def _narrowed(used: tuple[str, ...]) -> list[ColumnElement[bool]]:
    now = bindparam("now", type_=Instant())
    clauses: dict[str, ColumnElement[bool]] = {
        "state": T.c.state == bindparam("f_state"),
        "rule_id": T.c.rule_id == bindparam("f_rule_id"),
        "due_before": T.c.due_at < bindparam("f_due_before", type_=Instant()),
        "overdue": T.c.due_at <= now,
        "in_time": T.c.due_at > now,
    }
    return [clauses[name] for name in used]
