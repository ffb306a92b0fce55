"""
What became of a complaint, for whoever holds number and code.

State in plain words, dates, answers, messages; never who handled it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from models.domain.public.citizen import ANSWERED, NEXT_DOORS, PUBLIC_STATES
from models.domain.states import Action, State
from models.domain.words.numbering import shown
from models.operations.act import Act
from models.operations.public import sealing
from models.operations.public.acting import as_public
from models.operations.public.finding import found
from models.tables.base import AnyRow
from models.tables.cases import cases, points, steps
from models.tables.complaints import replies
from models.tables.deadlines import deadlines, extensions

_TOLD: Final = (Action.ACCEPT, Action.CONFIRM_REFUSAL, Action.APPROVE, Action.NOT_FIXED, Action.UPHOLD)


def query(act: Act, number: str, code: str) -> dict[str, Any]:
    """State in plain words, dates, unit, public answer, visits, messages, extensions, next doors."""
    complaint = found(act, number, code)
    case = act.db.execute(select(cases).where(cases.c.id == complaint.case_id)).one()
    state, words = PUBLIC_STATES[case.state]
    taken = _steps(act, complaint)
    return {
        "number": shown(complaint.public_number),
        "state": state,
        "state_words": words,
        "unit": _unit(act, case),
        "place": act.law.divisions[case.division_code].name,
        "categories": case.categories,
        "received_at": complaint.received_at,
        "accepted_at": _at(taken, Action.ACCEPT),
        "concluded_at": _at(taken, Action.APPROVE),
        "due_on": _due(act, complaint),
        "extensions": _extensions(act, complaint),
        "visited_at": _visits(act, complaint),
        "refusal": _refusal(taken) if case.state in {State.REFUSED, State.ARCHIVED} else None,
        "answers": _answers(act, complaint),
        "messages": sealing.told(act, complaint.id),
        "satisfaction": complaint.satisfaction,
        "may": _may(case.state),
        "next_doors": list(NEXT_DOORS) if _is_answered(case.state) else [],
    }


def _steps(act: Act, complaint: AnyRow) -> Sequence[AnyRow]:
    """The steps that are told, the latest last; who took them is not read."""
    return act.db.execute(
        select(steps.c.action, steps.c.at, steps.c.inputs)
        .where(steps.c.case_id == complaint.case_id, steps.c.action.in_((*_TOLD, Action.REFUSE)))
        .order_by(steps.c.seq)
    ).all()


def _at(taken: Sequence[AnyRow], action: Action) -> Any:
    return next((one.at for one in reversed(taken) if one.action is action), None)


def _refusal(taken: Sequence[AnyRow]) -> dict[str, Any] | None:
    """Reason code and the words meant for the reporter, once confirmed."""
    if _at(taken, Action.CONFIRM_REFUSAL) is None:
        return None
    said = next((one for one in reversed(taken) if one.action is Action.REFUSE), None)
    return None if said is None else {"reason": said.inputs["reason"], "text": said.inputs["note"]}


def _unit(act: Act, case: AnyRow) -> str:
    grant = as_public(act, case.division_code).actor.grants[0]
    assert grant.unit_id is not None
    return act.law.units[grant.unit_id].name


def _due(act: Act, complaint: AnyRow) -> Any:
    """The day the handling must end, as extended; the latest clock counts."""
    return act.db.execute(
        select(deadlines.c.due_on)
        .where(deadlines.c.case_id == complaint.case_id, deadlines.c.rule_id.in_(("RPT_CLOSE", "RPT_REDO")))
        .order_by(deadlines.c.started_at.desc(), deadlines.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _extensions(act: Act, complaint: AnyRow) -> list[dict[str, Any]]:
    rows = act.db.execute(
        select(extensions.c.granted_at, extensions.c.reason, extensions.c.due_after)
        .join(deadlines, deadlines.c.id == extensions.c.deadline_id)
        .where(deadlines.c.case_id == complaint.case_id, deadlines.c.rule_id == "RPT_CLOSE")
        .order_by(extensions.c.granted_at)
    )
    return [{"granted_at": row.granted_at, "reason": row.reason, "due_on": row.due_after} for row in rows]


def _visits(act: Act, complaint: AnyRow) -> list[Any]:
    """When somebody went to look; told only with the answer, so that no visit is announced."""
    rows = act.db.execute(
        select(points.c.visited_at)
        .join(cases, cases.c.id == points.c.case_id)
        .where(
            points.c.case_id == complaint.case_id,
            points.c.visited_at.is_not(None),
            cases.c.state.in_((*ANSWERED, State.NOT_FIXED_REVIEW, State.ARCHIVED)),
        )
        .order_by(points.c.visited_at)
    ).scalars()
    return sorted(set(rows))


def _answers(act: Act, complaint: AnyRow) -> list[dict[str, Any]]:
    rows = act.db.execute(
        select(replies.c.at, replies.c.text)
        .where(replies.c.complaint_id == complaint.id, replies.c.to == "reporter")
        .order_by(replies.c.at, replies.c.id)
    )
    return [{"at": row.at, "text": row.text} for row in rows]


def _is_answered(state: State) -> bool:
    return state in {*ANSWERED, State.REFUSED, State.ARCHIVED, State.NOT_FIXED_REVIEW}


def _may(state: State) -> list[str]:
    """What the person can do from here."""
    if state in {State.ARCHIVED, State.VOID}:
        return ["message", "withdraw"]
    open_ = ["message", "supplement", "again", "withdraw"]
    return [*open_, "not_fixed", "satisfaction"] if state in ANSWERED else open_
