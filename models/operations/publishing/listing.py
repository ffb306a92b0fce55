"""Publications within the reader's scope: pages newest first, and one with its history and what still shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from models.domain.publications import ObjectionState, PublicationState, standing_in
from models.domain.states import Kind
from models.domain.timing.calendar import legal_day
from models.operations import scope
from models.operations.act import Act
from models.operations.publishing import held, proposing
from models.operations.scope import Scope
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.people import accounts
from models.tables.publications import objections, publication_steps
from models.tables.publications import publications as T

Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; ``late``: a retraction or an answer to an objection is overdue."""

    state: PublicationState | None = None
    case_id: UUID | None = None
    division: str | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """One publication with its history, and where its words may still name somebody."""

    row: AnyRow
    steps: Sequence[AnyRow]
    warnings: Sequence[dict[str, Any]]


def page(act: Act, filters: Filters, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` publications, the newest draft first."""
    reach = Scope.of(act.actor)
    today = legal_day(act.now)
    statement = (
        _rows(today)
        .where(scope.visible(reach.shape), *_narrowed(filters, today))
        .order_by(T.c.prepared_at.desc(), T.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        at, last_id = after
        statement = statement.where(or_(T.c.prepared_at < at, and_(T.c.prepared_at == at, T.c.id < last_id)))
    return act.db.execute(statement, reach.binds()).all()


def whole(act: Act, publication_id: UUID) -> Whole:
    """
    One publication.

    Raises:
        NotFound
    """
    held.find(act, publication_id)
    row = act.db.execute(_rows(legal_day(act.now)).where(T.c.id == publication_id)).one()
    history = (
        select(
            publication_steps.c.action,
            publication_steps.c.at,
            publication_steps.c.note,
            accounts.c.name.label("by_name"),
        )
        .outerjoin(accounts, accounts.c.id == publication_steps.c.by)
        .where(publication_steps.c.publication_id == publication_id)
        .order_by(publication_steps.c.at, publication_steps.c.id)
    )
    hits = proposing.warnings(
        act, row.case_id, title=row.title, text=row.text, retract_reason=row.retract_reason
    )
    return Whole(row, act.db.execute(history).all(), hits)


def _rows(today: date) -> Select[Any]:
    preparer, approver = accounts.alias("preparer"), accounts.alias("approver")
    return (
        select(
            T,
            cases.c.number.label("case_number"),
            preparer.c.name.label("prepared_by_name"),
            approver.c.name.label("approved_by_name"),
            _retraction_late(today).label("retract_late"),
            _reopened().label("case_reopened"),
            _open_objections().label("open_objections"),
            _open_objections(objections.c.due_on < today).label("late_objections"),
        )
        .join(cases, cases.c.id == T.c.case_id)
        .join(preparer, preparer.c.id == T.c.prepared_by)
        .outerjoin(approver, approver.c.id == T.c.approved_by)
    )


def _reopened() -> ColumnElement[bool]:
    """It is shown, but its case was sent back: somebody must decide whether it may stay."""
    gone = (and_(cases.c.kind == kind, cases.c.state.not_in(sorted(standing_in(kind)))) for kind in Kind)
    return and_(T.c.state == PublicationState.APPROVED, or_(*gone))


def _retraction_late(today: date) -> ColumnElement[bool]:
    """Overdue is after the end of the last day."""
    due = func.coalesce(T.c.retract_by, date(9999, 12, 31))
    return and_(T.c.state == PublicationState.APPROVED, due < today)


def _open_objections(*narrower: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .where(objections.c.publication_id == T.c.id, objections.c.state == ObjectionState.OPEN, *narrower)
        .correlate(T)
        .scalar_subquery()
    )


def _narrowed(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state is not None:
        found.append(T.c.state == filters.state)
    if filters.case_id is not None:
        found.append(T.c.case_id == filters.case_id)
    if filters.division is not None:
        found.append(T.c.division_code.startswith(filters.division, autoescape=True))
    if filters.late is not None:
        late = or_(_retraction_late(today), _open_objections(objections.c.due_on < today) > 0)
        found.append(late if filters.late else ~late)
    return found
