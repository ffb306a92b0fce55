"""One case whole, as far as the reader may see it: points, complaints, handlers, clocks, possible actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from models.db.nested import as_json
from models.domain import lifecycle, lifecycles, states
from models.domain.access import Verb
from models.domain.errors import Unmet
from models.operations import deadlines, scope
from models.operations.act import Act
from models.operations.casework import case_facts, sight
from models.operations.casework.stepping import Step, Work
from models.operations.handling.kinds import HANDLING
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases as T

Rows = Sequence[AnyRow]


@dataclass(frozen=True, slots=True)
class Possible:
    """An action the reader could take, and what is still unmet."""

    action: states.Action
    unmet: list[Unmet]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what belongs to it; children are plain records, instants in them are aware."""

    case: AnyRow
    points: Sequence[case_facts.Child]
    handlers: Sequence[case_facts.Child]
    complaints: Sequence[case_facts.Child]
    deadlines: Sequence[case_facts.Child]
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
        raise sight.unseen(act, case_id)
    held = case_facts.Belongings(
        sorted((case_facts.child(one) for one in case.points), key=lambda one: one.no),
        [case_facts.child(one) for one in case.people],
        sorted((case_facts.child(one) for one in case.complaints), key=lambda one: one.received_at),
    )
    running = sorted((case_facts.child(one) for one in case.deadlines), key=lambda one: one.due_at)
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


def _possible(act: Act, case: AnyRow, running: Sequence[Any], held: case_facts.Belongings) -> list[Possible]:
    work = Work(act, case, Step(states.Action.VOID, {}), running)
    handled = case.kind is states.Kind.RECTIFICATION
    facts = HANDLING[case.kind].facts(work) if handled else case_facts.of(work, held)
    rows = lifecycles.LIFECYCLES[case.kind]
    return [Possible(row.action, unmet) for row, unmet in lifecycle.open_to(rows, facts)]
