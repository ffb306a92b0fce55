"""
Pages and counts of cases: prebuilt statements per shape of reach and filter, keyset order, capped counts.

Order is the nearest end first, then id; ``case_file`` indexes lead with the county, so a page costs the same
at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, func, or_, select, type_coerce

from models.db.engines import insert_or_update
from models.domain.complaints import Channel
from models.domain.errors import NotFound
from models.domain.queues import QUEUES, Queue, queues_of
from models.domain.states import State
from models.operations import scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow, Instant
from models.tables.cases import assignments, categories, last_looks
from models.tables.cases import cases as T
from models.tables.people import accounts

COUNT_CAP: Final = 100

COLUMNS: Final = (
    # The wire shape reads an id from text by itself, faster than the column type would.
    type_coerce(T.c.id, String).label("id"),
    T.c.number,
    T.c.kind,
    T.c.state,
    T.c.version,
    T.c.channel,
    T.c.title,
    T.c.categories,
    T.c.division_code,
    T.c.place_text,
    T.c.urgent,
    T.c.received_at,
    T.c.changed_at,
    T.c.due_at,
    T.c.due_rule,
)
_HANDLER = accounts.c.name.label("lead_handler")
KEYS: Final = (*("".join(column.name) for column in COLUMNS), "lead_handler")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; ``None`` is no narrowing."""

    queue: str | None = None
    state: State | None = None
    division: str | None = None
    category: str | None = None
    channel: Channel | None = None
    assignee: UUID | None = None
    due_before: datetime | None = None
    changed_since: datetime | None = None

    def used(self) -> tuple[str, ...]:
        return tuple(one.name for one in fields(self) if getattr(self, one.name) is not None)


Cursor = tuple[datetime, UUID]


def page(act: Act, filters: Filters, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """
    Up to ``limit + 1`` rows: one more than shown tells that there is a next page.

    Raises:
        NotFound: a queue of that name does not exist for this reader.
    """
    reach = Scope.of(act.actor)
    values = _values(act, filters, reach) | {"limit": limit + 1}
    if after is not None:
        values |= {"after_due": after[0], "after_id": after[1]}
    statement = _page(reach.shape, filters.used(), _queue(act, filters.queue), after is not None)
    return act.db.execute(statement, values).all()


def counts(act: Act) -> list[dict[str, Any]]:
    """Each queue of the reader with its capped count, and how many changed since he last looked."""
    roles = frozenset(grant.role for grant in act.actor.grants)
    looked = {
        row.queue: row.at
        for row in act.db.execute(
            select(last_looks.c.queue, last_looks.c.at).where(last_looks.c.account_id == act.actor.account_id)
        )
    }
    reach = Scope.of(act.actor)
    return [_counted(act, queue, reach, looked.get(queue.name)) for queue in queues_of(roles)]


def look(act: Act, name: str) -> None:
    """
    Remember that the reader has seen a queue now.

    Raises:
        NotFound
    """
    _queue(act, name)
    statement = insert_or_update(act.db.dialect.name, last_looks, ("account_id", "queue"), ("at",))
    act.db.execute(statement, {"account_id": act.actor.account_id, "queue": name, "at": act.now})


def _counted(act: Act, queue: Queue, reach: Scope, looked: datetime | None) -> dict[str, Any]:
    filters = Filters(queue=queue.name)
    values = _values(act, filters, reach)
    count = act.db.execute(_count(reach.shape, queue, False), values).scalar_one()
    changed = count
    if looked is not None:
        changed = act.db.execute(_count(reach.shape, queue, True), values | {"looked": looked}).scalar_one()
    return {"queue": queue.name, "title": queue.title, "count": _capped(count), "changed": _capped(changed)}


def _capped(count: int) -> dict[str, Any]:
    return {"count": min(count, COUNT_CAP), "capped": count > COUNT_CAP}


def _queue(act: Act, name: str | None) -> Queue | None:
    if name is None:
        return None
    queue = QUEUES.get(name)
    if queue is None or not queue.roles & {grant.role for grant in act.actor.grants}:
        raise NotFound("没有这个待办队列，或不属于您的岗位")
    return queue


def _values(act: Act, filters: Filters, reach: Scope) -> dict[str, Any]:
    values = reach.binds()
    queue = QUEUES.get(filters.queue) if filters.queue else None
    if queue is not None and queue.within_days is not None:
        values["queue_due"] = act.now + timedelta(days=queue.within_days)
    if queue is not None and queue.mine:
        values["handler"] = act.actor.account_id
    for name in filters.used():
        if name == "division":
            assert filters.division is not None
            values |= {"in_lo": filters.division, "in_hi": filters.division + ":"}
        elif name != "queue":
            values[f"f_{name}"] = getattr(filters, name)
    return values


@lru_cache(maxsize=512)
def _page(shape: Shape, used: tuple[str, ...], queue: Queue | None, more: bool) -> Select[Any]:
    statement = (
        select(*COLUMNS, _HANDLER)
        .outerjoin(accounts, accounts.c.id == T.c.lead_handler_id)
        .where(scope.visible(shape), *_narrowed(used), *_in_queue(queue))
        .order_by(T.c.due_at, T.c.id)
        .limit(bindparam("limit"))
    )
    if more:
        due, case_id = bindparam("after_due", type_=Instant()), bindparam("after_id", type_=T.c.id.type)
        statement = statement.where(
            T.c.due_at >= due, or_(T.c.due_at > due, and_(T.c.due_at == due, T.c.id > case_id))
        )
    return statement


@lru_cache(maxsize=256)
def _count(shape: Shape, queue: Queue, changed: bool) -> Select[Any]:
    found = select(T.c.id).where(scope.visible(shape), *_in_queue(queue))
    if changed:
        found = found.where(T.c.changed_at > bindparam("looked", type_=Instant()))
    return select(func.count()).select_from(found.limit(COUNT_CAP + 1).subquery())


def _narrowed(used: tuple[str, ...]) -> list[ColumnElement[bool]]:
    clauses: dict[str, ColumnElement[bool]] = {
        "state": T.c.state == bindparam("f_state", type_=T.c.state.type),
        "division": and_(T.c.division_code >= bindparam("in_lo"), T.c.division_code < bindparam("in_hi")),
        "category": T.c.id.in_(
            select(categories.c.case_id).where(categories.c.category == bindparam("f_category"))
        ),
        "channel": T.c.channel == bindparam("f_channel", type_=T.c.channel.type),
        "assignee": _handled_by("f_assignee"),
        "due_before": T.c.due_at < bindparam("f_due_before", type_=Instant()),
        "changed_since": T.c.changed_at > bindparam("f_changed_since", type_=Instant()),
    }
    return [clauses[name] for name in used if name != "queue"]


def _in_queue(queue: Queue | None) -> list[ColumnElement[bool]]:
    if queue is None:
        return []
    clauses: list[ColumnElement[bool]] = []
    if queue.states is not None and len(queue.states) == 1:
        clauses.append(T.c.state == next(iter(queue.states)))
    elif queue.states is not None:
        clauses.append(T.c.state.in_(sorted(queue.states)))
    if queue.within_days is not None:
        clauses.append(T.c.due_at <= bindparam("queue_due", type_=Instant()))
    if queue.mine:
        clauses.append(_handled_by("handler"))
    if queue.unproven is not None:
        clauses.append(T.c.unproven.is_(queue.unproven))
    if queue.waiting:
        clauses.append(T.c.message_waiting)
    return clauses


def _handled_by(name: str) -> ColumnElement[bool]:
    return exists().where(
        assignments.c.case_id == T.c.id,
        assignments.c.account_id == bindparam(name, type_=T.c.id.type),
        assignments.c.ended_at.is_(None),
    )
