"""Moving a case along its lifecycle: one step, with its effects, its clocks and its journal row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update

from models.domain import lifecycle
from models.domain.law import chain_of
from models.domain.lifecycles import LIFECYCLES
from models.domain.states import State
from models.operations import deadlines
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.casework.stepping import Step, Work, record
from models.operations.handling.kinds import HANDLING
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.cases import cases


def advance(
    act: Act, case_id: UUID, step: Step, content: Any, *, version: int | None, key: Key | None = None
) -> UUID:
    """
    Take a lifecycle step: write the step, its effects, its clocks and the journal row; gives the case id.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion, IllegalTransition, GuardsUnmet: in this
        order. A retry under the same key is answered without a second step.
    """
    once(act, key, f"cases.step/{case_id}", content, lambda: _step(act, case_id, step, version))
    return case_id


def _step(act: Act, case_id: UUID, step: Step, version: int | None) -> UUID:
    case = sight.lock(act, case_id)
    lifecycle.permit(LIFECYCLES[case.kind], step.action, act.actor, case.division_code)
    work = Work(act, case, step, deadlines.running(act, case_id))
    HANDLING[case.kind].check(work)
    sight.current(act, case, version)
    _decide_and_follow(work)
    return case_id


def take(act: Act, case: AnyRow, step: Step) -> None:
    """
    Take a step on a case the caller has locked and whose version nobody quoted: the public by its query code.

    Raises:
        Invalid, IllegalTransition, Forbidden, GuardsUnmet
    """
    work = Work(act, case, step, deadlines.running(act, case.id))
    HANDLING[case.kind].check(work)
    _decide_and_follow(work)


def _decide_and_follow(work: Work) -> None:
    kind = work.case.kind
    _follow(work, lifecycle.decide(LIFECYCLES[kind], work.step.action, HANDLING[kind].facts(work)))


def _follow(work: Work, move: lifecycle.Move) -> None:
    """Everything a permitted step writes."""
    act, case = work.act, work.case
    handling = HANDLING[case.kind]
    changed = handling.apply(work)
    deadlines.stop(act, work.clocks, move.stops, cancelled=move.target is State.VOID)
    deadlines.reopen(act, case, move.transition.reopens)
    for rule_id in move.starts:
        handling.start(work, rule_id)
    seq = case.version + 1
    told = record(act, case.id, work.step, move, seq=seq, round_=case.round)
    act.db.execute(
        update(cases)
        .where(cases.c.id == case.id)
        .values(
            state=move.target, version=seq, changed_at=act.now, **deadlines.nearest(act, case.id), **changed
        )
    )
    act.note(
        f"case.{work.step.action.value}",
        "case",
        case.id,
        chain=chain_of(case.division_code),
        fields=("state", *changed),
        content=told,
    )
