"""What the lifecycle of a rectification item may know: gathered here, judged in the domain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from models.domain.access import Actor, Role
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import LEAST_VERIFIERS, Level, Part
from models.domain.states import Action
from models.operations.act import Act
from models.operations.casework.stepping import Work
from models.operations.materials import gaps
from models.operations.publishing import standing
from models.tables.base import AnyRow
from models.tables.cases import case_units, steps
from models.tables.ledgers import items, tasks
from models.tables.people import accounts, grants

_case_id = bindparam("case_id", type_=steps.c.case_id.type)
_ITEM = select(items).where(items.c.case_id == _case_id)
_UNITS = select(case_units.c.unit_id, case_units.c.part).where(case_units.c.case_id == _case_id)
_STEPS = (
    select(steps.c.action, steps.c.by, steps.c.principal_id, steps.c.at, steps.c.inputs)
    .where(steps.c.case_id == _case_id)
    .order_by(steps.c.seq)
)
_OPEN_TASKS = (
    select(tasks.c.no).where(tasks.c.case_id == _case_id, tasks.c.done_on.is_(None)).order_by(tasks.c.no)
)

APPLYING: Final = frozenset({Action.SUBMIT_PLAN, Action.REQUEST_EXTENSION, Action.SELF_CHECK, Action.APPLY})
VERIFYING: Final = frozenset({Action.VERIFY, Action.COUNTERSIGN})


@dataclass(frozen=True, slots=True)
class History:
    """The steps of an item so far."""

    steps: Sequence[AnyRow]

    def people(self, actions: Collection[Action]) -> frozenset[UUID]:
        """Who took any of these steps, and on whose behalf."""
        found = (one for row in self.steps if row.action in actions for one in (row.by, row.principal_id))
        return frozenset(one for one in found if one is not None)

    def last(self, action: Action) -> AnyRow | None:
        return next((row for row in reversed(self.steps) if row.action is action), None)

    def count(self, action: Action) -> int:
        return sum(row.action is action for row in self.steps)


def item_of(act: Act, case_id: UUID) -> AnyRow:
    """The item of a rectification case."""
    return act.db.execute(_ITEM, {"case_id": case_id}).one()


def history_of(act: Act, case_id: UUID) -> History:
    return History(act.db.execute(_STEPS, {"case_id": case_id}).all())


def of(work: Work) -> ItemFacts:
    """The facts of an item and of the step at hand."""
    act, case = work.act, work.case
    item = work.item if work.item is not None else item_of(act, case.id)
    past, parts = history_of(act, case.id), parts_of(act, case.id)
    earlier = earlier_verifiers(act, item)
    responsible = parts.get(Part.RESPONSIBLE, frozenset())
    verifier = next(iter(parts.get(Part.VERIFIER, frozenset())), None)
    due = work.clock("RECT_DUE")
    verified = past.last(Action.VERIFY)
    lacking = gaps.gaps(act, case, item)
    shown = standing.standing(act, case.id, _verified_at(past))
    return ItemFacts(
        state=case.state,
        division=case.division_code,
        actor=act.actor,
        responsible=responsible,
        families=act.law.families(responsible),
        lead=parts.get(Part.LEAD, frozenset()),
        verifier=verifier,
        own_units=own_units(act),
        applicants=past.people(APPLYING),
        verifiers=past.people(VERIFYING),
        earlier_verifiers=earlier,
        verified_by=verified.by if verified else None,
        members=frozenset(UUID(one) for one in verified.inputs["members"]) if verified else frozenset(),
        open_tasks=tuple(act.db.execute(_OPEN_TASKS, {"case_id": case.id}).scalars()),
        overdue=due is not None and act.now >= due.due_at,
        needs_outside_act=item.level is not Level.COUNTY,
        missing_materials=lacking.missing,
        missing_at_end=lacking.missing_at_end,
        unmet_standard=lacking.unmet_standard,
        unpaired_stations=lacking.unpaired_stations,
        published=shown.published,
        publicity_over=shown.over,
        open_objections=shown.open_objections,
        upheld_objections=shown.upheld,
        look_backs=past.count(Action.LOOK_BACK),
        **_of_step(work, item, verifier, responsible, earlier),
    )


def earlier_verifiers(act: Act, item: AnyRow) -> frozenset[UUID]:
    """Who verified any round before this one."""
    if item.round == 1:
        return frozenset()
    rows = act.db.execute(
        select(steps.c.by, steps.c.principal_id)
        .join(items, items.c.case_id == steps.c.case_id)
        .where(
            items.c.ledger_id == item.ledger_id,
            items.c.problem_no == item.problem_no,
            items.c.round < item.round,
            steps.c.action.in_(sorted(VERIFYING)),
        )
    )
    return frozenset(one for row in rows for one in row if one is not None)


def verifiers_of(act: Act, unit_id: UUID, among: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """Active accounts that hold the verifier's role for a unit now."""
    statement = (
        select(grants.c.account_id)
        .join(accounts, accounts.c.id == grants.c.account_id)
        .where(
            accounts.c.active,
            grants.c.role == Role.VERIFIER,
            grants.c.unit_id == unit_id,
            grants.c.valid_from <= act.now,
            or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now),
        )
    )
    if among is not None:
        statement = statement.where(grants.c.account_id.in_(sorted(among)))
    return frozenset(act.db.execute(statement).scalars())


def _verified_at(past: History) -> Any:
    """Since when a publication counts: the acceptance it is to announce."""
    signed = past.last(Action.COUNTERSIGN)
    return signed.at if signed else None


def parts_of(act: Act, case_id: UUID) -> dict[Part, frozenset[UUID]]:
    """The units of an item by their part."""
    parts: dict[Part, frozenset[UUID]] = {}
    for row in act.db.execute(_UNITS, {"case_id": case_id}):
        parts[Part(row.part)] = parts.get(Part(row.part), frozenset()) | {row.unit_id}
    return parts


def own_units(act: Act) -> frozenset[UUID]:
    """The units of the grants, of the account, and of everybody the actor stands in for."""
    actor: Actor = act.actor
    persons = {actor.account_id} | {grant.principal_id for grant in actor.grants}
    homes = select(accounts.c.unit_id).where(
        accounts.c.id.in_(sorted(one for one in persons if one is not None))
    )
    held = {grant.unit_id for grant in actor.grants} | set(act.db.execute(homes).scalars())
    return frozenset(one for one in held if one is not None)


def _of_step(
    work: Work, item: AnyRow, verifier: UUID | None, responsible: frozenset[UUID], earlier: frozenset[UUID]
) -> dict[str, Any]:
    """What the inputs of the step at hand say; nothing is wrong with a step that nobody has typed."""
    act, inputs = work.act, work.step.inputs
    match work.step.action:
        case Action.DESIGNATE:
            unit = UUID(inputs["unit_id"])
            left = verifiers_of(act, unit) - earlier
            return {
                "designee_related": unit in act.law.families(responsible),
                "designee_verified_before": bool(earlier) and len(left) < LEAST_VERIFIERS,
            }
        case Action.GRANT_EXTENSION | Action.APPROVE_WRITE_OFF:
            outside = inputs.get("outside")
            return {
                "outside_act_given": outside is not None,
                "outside_act_in_time": _in_time(work, item, outside),
            }
        case Action.VERIFY:
            wanted = frozenset(UUID(one) for one in inputs["members"])
            able = verifiers_of(act, verifier, wanted) - earlier if verifier else frozenset()
            enough = len(wanted) >= LEAST_VERIFIERS and act.actor.account_id in wanted
            return {"members_foreign": not enough or wanted != able}
        case Action.SELF_CHECK:
            met = {one["no"] for one in inputs["checklist"] if one["met"]}
            return {"checklist_open": tuple(no for no in range(1, len(item.checklist) + 1) if no not in met)}
        case _:
            return {}


def _in_time(work: Work, item: AnyRow, outside: dict[str, Any] | None) -> bool:
    """An extension is decided before the old date: by the date of the outside act, or now."""
    if work.step.action is not Action.GRANT_EXTENSION or item.due_on is None:
        return True
    if outside is not None:
        return bool(date.fromisoformat(outside["dated_on"]) <= item.due_on)
    clock = work.clock("RECT_DUE")
    return clock is None or work.act.now < clock.due_at
