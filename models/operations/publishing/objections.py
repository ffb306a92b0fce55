"""Objections at the desk: listed without a word of what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.domain.errors import NotFound
from models.domain.publications import ObjectionState
from models.domain.timing.calendar import legal_day
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.publications import objections, publications

Cursor = tuple[datetime, UUID]
_OPEN_COLUMNS: Final = tuple(column for column in objections.c if not column.name.startswith("sealed_"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; ``late``: open after its last day."""

    publication_id: UUID | None = None
    state: ObjectionState | None = None
    late: bool | None = None


def page(act: Act, filters: Filters, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` objections, the newest first; nothing that is sealed."""
    reach = Scope.of(act.actor)
    late = and_(objections.c.state == ObjectionState.OPEN, objections.c.due_on < legal_day(act.now))
    statement = (
        _visible(reach.shape)
        .add_columns(late.label("late"))
        .order_by(objections.c.received_at.desc(), objections.c.id.desc())
        .limit(limit + 1)
    )
    if filters.publication_id is not None:
        statement = statement.where(objections.c.publication_id == filters.publication_id)
    if filters.state is not None:
        statement = statement.where(objections.c.state == filters.state)
    if filters.late is not None:
        statement = statement.where(late if filters.late else ~late)
    if after is not None:
        at, last_id = after
        statement = statement.where(
            or_(
                objections.c.received_at < at, and_(objections.c.received_at == at, objections.c.id < last_id)
            )
        )
    return act.db.execute(statement, reach.binds()).all()


def find(act: Act, objection_id: UUID) -> AnyRow:
    """
    The objection within the reader's sight, without what is sealed.

    Raises:
        NotFound: the same whether absent or outside; journalled either way.
    """
    reach = Scope.of(act.actor)
    late = and_(objections.c.state == ObjectionState.OPEN, objections.c.due_on < legal_day(act.now))
    wanted = (
        _visible(reach.shape)
        .add_columns(late.label("late"))
        .where(objections.c.id == bindparam("id", type_=objections.c.id.type))
    )
    row = act.db.execute(wanted, {"id": objection_id, **reach.binds()}).one_or_none()
    if row is None:
        error = NotFound()
        journal.refused(error, "scope.refused", "objection", objection_id, division=act.actor.chain)
        raise error
    return row


@lru_cache(maxsize=64)
def _visible(shape: Shape) -> Select[Any]:
    return (
        select(*_OPEN_COLUMNS, publications.c.division_code, publications.c.case_id, publications.c.title)
        .join(publications, publications.c.id == objections.c.publication_id)
        .join(cases, cases.c.id == publications.c.case_id)
        .where(scope.visible(shape))
    )
