"""What the lifecycle of a rectification item may know: gathered here, judged in the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import LEAST_VERIFIERS, Level, Part
from models.domain.states import Action
from models.domain.timing.calendar import SHANGHAI
from models.operations.act import Act
from models.operations.casework.item_past import (
    APPLYING,
    VERIFYING,
    History,
    belonging,
    earlier_verifiers,
    history_of,
    item_of,
    own_units,
    parts_of,
    uploaders,
    verifiers_of,
)
from models.operations.casework.stepping import Work
from models.operations.materials import gaps
from models.operations.publishing import standing
from models.operations.reckoning import reckon_start
from models.tables.base import AnyRow
from models.tables.ledgers import tasks

Parts = Mapping[Part, frozenset[UUID]]
_case_id = bindparam("case_id", type_=tasks.c.case_id.type)
_OPEN_TASKS = (
    select(tasks.c.no).where(tasks.c.case_id == _case_id, tasks.c.done_on.is_(None)).order_by(tasks.c.no)
)


def of(work: Work) -> ItemFacts:
    """The facts of an item and of the step at hand."""
    act, case = work.act, work.case
    item = work.item if work.item is not None else item_of(act, case.id)
    past, parts = history_of(act, case.id), parts_of(act, case.id)
    due = work.clock("RECT_DUE")
    return ItemFacts(
        state=case.state,
        division=case.division_code,
        actor=act.actor,
        open_tasks=tuple(act.db.execute(_OPEN_TASKS, {"case_id": case.id}).scalars()),
        overdue=due is not None and act.now >= due.due_at,
        needs_outside_act=item.level is not Level.COUNTY,
        look_backs=past.count(Action.LOOK_BACK),
        next_look_on=_next_look(act, case, past),
        **_people(act, item, past, parts),
        **_lacking(act, case, item, past),
        **_of_step(work, item, parts),
    )


def _people(act: Act, item: AnyRow, past: History, parts: Parts) -> dict[str, Any]:
    """Who may not do what, because of what he or his unit did before."""
    responsible = parts.get(Part.RESPONSIBLE, frozenset())
    verified = past.last(Action.VERIFY)
    return {
        "responsible": responsible,
        "families": act.law.families(responsible),
        "lead": parts.get(Part.LEAD, frozenset()),
        "verifier": _verifier(parts),
        "own_units": own_units(act, past.since(act.now)),
        "applicants": past.people(APPLYING) | uploaders(act, item.case_id, responsible),
        "verifiers": past.people(VERIFYING),
        "earlier_verifiers": earlier_verifiers(act, item),
        "verified_by": verified.by if verified else None,
        "members": frozenset(UUID(one) for one in verified.inputs["members"]) if verified else frozenset(),
    }


def _lacking(act: Act, case: AnyRow, item: AnyRow, past: History) -> dict[str, Any]:
    """What the file lacks, and where the publicity of the latest acceptance stands."""
    lacking = gaps.gaps(act, case, item)
    signed = past.last(Action.COUNTERSIGN)
    shown = standing.standing(act, case.id, signed.at if signed else None)
    return {
        "missing_materials": lacking.missing,
        "missing_at_end": lacking.missing_at_end,
        "missing_at_filing": lacking.missing_at_filing,
        "unmet_standard": lacking.unmet_standard,
        "unpaired_stations": lacking.unpaired_stations,
        "published": shown.published,
        "publicity_over": shown.over,
        "publicity_ends_on": shown.last_day,
        "open_objections": shown.open_objections,
        "upheld_objections": shown.upheld,
    }


def _next_look(act: Act, case: AnyRow, past: History) -> date | None:
    """The first day of the second look: by the rule, from the visit of the first."""
    first = past.last(Action.LOOK_BACK)
    if first is None:
        return None
    visited = datetime.combine(date.fromisoformat(first.inputs["visited_on"]), time(12), SHANGHAI)
    reckoned = reckon_start(act, "LOOK_BACK_APART", case.division_code, visited)
    return reckoned.settled.reckoning.due_on if reckoned else None


def _verifier(parts: Parts) -> UUID | None:
    return next(iter(parts.get(Part.VERIFIER, frozenset())), None)


def _of_step(work: Work, item: AnyRow, parts: Parts) -> dict[str, Any]:
    """What the inputs of the step at hand say; nothing is wrong with a step that nobody has typed."""
    inputs = work.step.inputs
    match work.step.action:
        case Action.DESIGNATE:
            return _designee(work.act, UUID(inputs["unit_id"]), item, parts)
        case Action.GRANT_EXTENSION | Action.APPROVE_WRITE_OFF:
            outside = inputs.get("outside")
            in_time = _in_time(work, item, outside)
            return {"outside_act_given": outside is not None, "outside_act_in_time": in_time}
        case Action.VERIFY:
            return {"members_foreign": _foreign(work.act, work.case.id, inputs["members"], item, parts)}
        case Action.LOOK_BACK:
            return {"looked_on": date.fromisoformat(inputs["visited_on"])}
        case Action.SELF_CHECK:
            met = {one["no"] for one in inputs["checklist"] if one["met"]}
            left = (no for no in range(1, len(item.checklist) + 1) if no not in met)
            return {"checklist_open": tuple(left)}
        case _:
            return {}


def _designee(act: Act, unit: UUID, item: AnyRow, parts: Parts) -> dict[str, Any]:
    earlier = earlier_verifiers(act, item)
    left = verifiers_of(act, unit) - earlier
    return {
        "designee_related": unit in act.law.families(parts.get(Part.RESPONSIBLE, frozenset())),
        "designee_verified_before": bool(earlier) and len(left) < LEAST_VERIFIERS,
    }


def _foreign(act: Act, case_id: UUID, members: Sequence[str], item: AnyRow, parts: Parts) -> bool:
    """Whether the group lacks the actor or a second one, or names anybody who may not be in it."""
    verifier, wanted = _verifier(parts), frozenset(UUID(one) for one in members)
    if verifier is None or len(wanted) < LEAST_VERIFIERS or act.actor.account_id not in wanted:
        return True
    responsible, past = parts.get(Part.RESPONSIBLE, frozenset()), history_of(act, case_id)
    barred = earlier_verifiers(act, item) | past.people(APPLYING) | uploaders(act, case_id, responsible)
    barred |= belonging(act, wanted, act.law.families(responsible), past.since(act.now))
    return wanted != verifiers_of(act, verifier, wanted) - barred


def _in_time(work: Work, item: AnyRow, outside: dict[str, Any] | None) -> bool:
    """An extension is decided before the old date: by the date of the outside act, or now."""
    if work.step.action is not Action.GRANT_EXTENSION or item.due_on is None:
        return True
    if outside is not None:
        return bool(date.fromisoformat(outside["dated_on"]) <= item.due_on)
    clock = work.clock("RECT_DUE")
    return clock is None or work.act.now < clock.due_at
