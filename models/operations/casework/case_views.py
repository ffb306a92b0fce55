"""One case whole, as far as the reader may see it: points, complaints, handlers, clocks, possible actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from models.db.nested import as_json
from models.domain import lifecycle
from models.domain.access import Verb
from models.domain.errors import Unmet
from models.domain.lifecycle import Action
from models.operations import deadlines, scope
from models.operations.act import Act
from models.operations.casework import case_facts, cases
from models.operations.casework.case_facts import Belongings, Child, child
from models.operations.casework.stepping import Step, Work
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import steps
from models.tables.complaints import complaints, contacts, replies
from models.tables.deadlines import deadlines as clocks
from models.tables.people import accounts

_case_id = bindparam("case_id", type_=T.c.id.type)
_STEPS = (
    select(steps, accounts.c.name.label("by_name"))
    .outerjoin(accounts, accounts.c.id == steps.c.by)
    .where(steps.c.case_id == _case_id)
    .order_by(steps.c.seq)
)
_CLOCKS = select(clocks).where(clocks.c.case_id == _case_id).order_by(clocks.c.started_at, clocks.c.id)
_CONTACTS = (
    select(contacts.c.id, contacts.c.at, contacts.c.way, contacts.c.outcome)
    .join(complaints, complaints.c.id == contacts.c.complaint_id)
    .where(complaints.c.case_id == _case_id)
    .order_by(contacts.c.at)
)
_REPLIES = (
    select(replies.c.to, replies.c.at, replies.c.way, replies.c.text, replies.c.proof)
    .join(complaints, complaints.c.id == replies.c.complaint_id)
    .where(complaints.c.case_id == _case_id)
    .order_by(replies.c.at)
)

Rows = Sequence[AnyRow]


@dataclass(frozen=True, slots=True)
class Possible:
    """An action the reader could take, and what is still unmet."""

    action: Action
    unmet: list[Unmet]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what belongs to it; children are plain records, instants in them are aware."""

    case: AnyRow
    points: Sequence[Child]
    handlers: Sequence[Child]
    complaints: Sequence[Child]
    deadlines: Sequence[Child]
    actions: list[Possible]


def whole(act: Act, case_id: UUID) -> CaseView:
    """
    One case, in one statement.

    Raises:
        NotFound: absent or outside; the same answer, journalled either way.
    """
    reach = Scope.of(act.actor)
    statement = _whole(reach.shape, act.db.dialect.name)
    case = act.db.execute(statement, {"id": case_id, **reach.binds()}).one_or_none()
    if case is None:
        raise cases.unseen(act, case_id)
    held = Belongings(
        sorted((child(one) for one in case.points), key=lambda one: one.no),
        [child(one) for one in case.people],
        sorted((child(one) for one in case.complaints), key=lambda one: one.received_at),
    )
    running = sorted((child(one) for one in case.deadlines), key=lambda one: one.due_at)
    return CaseView(
        case=case,
        points=held.points,
        handlers=held.handlers,
        complaints=held.complaints if act.actor.may(Verb.COMPLAINT_READ) else (),
        deadlines=running,
        actions=_possible(act, case, running, held),
    )


@lru_cache(maxsize=64)
def _whole(shape: Shape, dialect: str) -> Select[Any]:
    return select(
        T,
        as_json(dialect, case_facts.points_of(T.c.id)).label("points"),
        as_json(dialect, case_facts.people_of(T.c.id)).label("people"),
        as_json(dialect, case_facts.complaints_of_case(T.c.id)).label("complaints"),
        as_json(dialect, deadlines.running_of(T.c.id)).label("deadlines"),
    ).where(T.c.id == bindparam("id", type_=T.c.id.type), scope.visible(shape))


def find(act: Act, case_id: UUID) -> AnyRow:
    """The case row within the reader's sight. Raises ``NotFound``."""
    reach = Scope.of(act.actor)
    row = act.db.execute(_seen(reach.shape), {"id": case_id, **reach.binds()}).one_or_none()
    if row is None:
        raise cases.unseen(act, case_id)
    return row


def history(act: Act, case_id: UUID) -> dict[str, Rows]:
    """Steps, contacts and replies in order of time; contacts and replies only for who may read complaints."""
    find(act, case_id)
    binds = {"case_id": case_id}
    may = act.actor.may(Verb.COMPLAINT_READ)
    return {
        "steps": act.db.execute(_STEPS, binds).all(),
        "contacts": act.db.execute(_CONTACTS, binds).all() if may else (),
        "replies": act.db.execute(_REPLIES, binds).all() if may else (),
    }


def all_deadlines(act: Act, case_id: UUID) -> Rows:
    """Every clock the case ever had, with its explanation."""
    find(act, case_id)
    return act.db.execute(_CLOCKS, {"case_id": case_id}).all()


@lru_cache(maxsize=64)
def _seen(shape: Shape) -> Select[Any]:
    return select(T).where(T.c.id == bindparam("id", type_=T.c.id.type), scope.visible(shape))


def _possible(act: Act, case: AnyRow, running: Sequence[Any], held: Belongings) -> list[Possible]:
    work = Work(act, case, Step(Action.VOID, {}), running)
    facts = case_facts.of(work, held)
    rows = cases.LIFECYCLES[case.kind]
    return [Possible(row.action, unmet) for row, unmet in lifecycle.open_to(rows, facts)]
