"""
No path lets a person or a unit accept, approve or publish its own work: searched, not argued.

The search walks every step that ``decide`` permits, for a cast chosen to be as bad as grants allow, and carries
along who applied and who verified; a permitted step that judges one's own work would be a counter-example.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from uuid import UUID, uuid4

from models.domain.access import Actor, Grant, Role
from models.domain.errors import Forbidden, GuardsUnmet, IllegalTransition
from models.domain.lifecycle import decide
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.steps import RECTIFICATION
from models.domain.states import TERMINAL, Action, State
from tests.domain.rectification.test_steps import COUNTY, JUDGING

TOWN, TOWN_OFFICE, HOUSING, OFFICE = (uuid4() for _ in range(4))
FAMILY = frozenset({TOWN, TOWN_OFFICE})
ROLES = (Role.LIAISON, Role.VERIFIER, Role.OFFICE, Role.INSPECTOR, Role.SUPERVISOR, Role.DEPUTY_HEAD)
APPLYING = {Action.SUBMIT_PLAN, Action.REQUEST_EXTENSION, Action.SELF_CHECK, Action.APPLY}
VERIFYING = {Action.VERIFY, Action.COUNTERSIGN}
BY_STATE = {
    state: {row.action for row in RECTIFICATION if state in row.sources} - {Action.LIST} for state in State
}
AFTER_VERIFYING = {
    Action.PUBLISH,
    Action.APPROVE_WRITE_OFF,
    Action.WRITE_OFF,
    Action.LOOK_BACK,
    Action.ARCHIVE,
}


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody with grants (role, unit), his home unit, and whom he stands in for."""

    id: UUID
    home: UUID
    grants: tuple[tuple[Role, UUID], ...]
    principal: UUID | None = None

    @cached_property
    def actor(self) -> Actor:
        held = (
            Grant(uuid4(), role, unit, COUNTY, (COUNTY,), principal_id=self.principal)
            for role, unit in self.grants
        )
        return Actor(self.id, None, "样例", tuple(held))

    @cached_property
    def units(self) -> frozenset[UUID]:
        return frozenset({self.home, *(unit for _, unit in self.grants)})

    @cached_property
    def persons(self) -> frozenset[UUID]:
        return frozenset({self.id} | ({self.principal} if self.principal else set()))


@dataclass(frozen=True)
class Item:
    """What of an item's history the rows look at."""

    state: State = State.LISTED
    applicants: frozenset[UUID] = frozenset()
    verifiers: frozenset[UUID] = frozenset()
    verified_by: UUID | None = None
    looks: int = 0


def cast() -> list[Person]:
    """Every pair of roles in every pair of units, and deputies of the liaison."""
    pairs = ((TOWN, HOUSING), (HOUSING, TOWN), (TOWN, OFFICE), (OFFICE, HOUSING), (HOUSING, HOUSING))
    people = [
        Person(uuid4(), units[0], tuple(zip(roles, units, strict=True)))
        for roles in combinations(ROLES, 2)
        for units in pairs
    ]
    liaison = Person(uuid4(), TOWN, ((Role.LIAISON, TOWN),))
    allround = Person(uuid4(), OFFICE, (*((role, HOUSING) for role in ROLES), (Role.LIAISON, TOWN)))
    deputy = Person(uuid4(), OFFICE, tuple((role, HOUSING) for role in ROLES), liaison.id)
    return [
        *people,
        liaison,
        allround,
        deputy,
        *(Person(uuid4(), HOUSING, ((Role.VERIFIER, HOUSING),)) for _ in "ab"),
    ]


def facts_of(item: Item, who: Person, everyone: frozenset[UUID]) -> ItemFacts:
    return ItemFacts(
        state=item.state,
        division="430511101",
        actor=who.actor,
        responsible=frozenset({TOWN}),
        families=FAMILY,
        lead=frozenset({HOUSING}),
        verifier=HOUSING,
        own_units=who.units,
        applicants=item.applicants,
        verifiers=item.verifiers,
        verified_by=item.verified_by,
        members=everyone,
        published=True,
        publicity_over=True,
        look_backs=item.looks,
    )


def after(item: Item, action: Action, target: State, who: Person) -> Item:
    changed = replace(item, state=target, looks=item.looks + (action is Action.LOOK_BACK))
    if action in APPLYING:
        changed = replace(changed, applicants=item.applicants | who.persons)
    if action in VERIFYING:
        changed = replace(changed, verifiers=item.verifiers | who.persons)
    return replace(changed, verified_by=who.id) if action is Action.VERIFY else changed


def breach(item: Item, action: Action, who: Person) -> str | None:
    """What is wrong with a permitted step; said without looking at the guards."""
    if action in JUDGING and who.persons & item.applicants:
        return "judges what he applied for"
    if action in JUDGING and who.units & FAMILY:
        return "judges the work of his unit"
    if action in AFTER_VERIFYING and who.persons & item.verifiers:
        return "goes on with what he verified"
    if action is Action.COUNTERSIGN and item.verified_by in who.persons:
        return "signs twice"
    return None


def walk(applicant: Person, others: list[Person]) -> tuple[int, set[State], list[str]]:
    """Everything that can happen when one person applies and anybody judges; each history once."""
    people = [applicant, *others]
    everyone = frozenset(one.id for one in people)
    first = Item()
    seen, todo, steps, breaches = {first}, [first], 0, []
    while todo:
        item = todo.pop()
        for who in people:
            facts = facts_of(item, who, everyone)
            for action in BY_STATE.get(item.state, ()):
                try:
                    move = decide(RECTIFICATION, action, facts)
                except (IllegalTransition, Forbidden, GuardsUnmet):
                    continue
                steps += 1
                wrong = breach(item, action, who)
                breaches += [f"{who.grants} {action.value}: {wrong}"] if wrong else []
                following = after(item, action, move.target, who)
                if following not in seen and following.looks <= 2:
                    seen.add(following)
                    todo.append(following)
    return steps, {item.state for item in seen}, breaches


def test_no_path_judges_its_own_work() -> None:
    """Whoever applies, with whatever second role, unit or deputyship: no reachable step judges his own work."""
    people = cast()
    liaisons = [one for one in people if (Role.LIAISON, TOWN) in one.grants]
    clean = [one for one in people if not (one.units & FAMILY) and len(one.grants) == 1][:2]
    total, reached = 0, set[State]()
    for applicant in liaisons:
        for other in (one for one in people if one is not applicant):
            partner = Person(uuid4(), OFFICE, ((Role.OFFICE, OFFICE), (Role.INSPECTOR, OFFICE)))
            steps, states, breaches = walk(applicant, [other, partner, *clean])
            assert not breaches, breaches[:5]
            total += steps
            reached |= states
    assert reached >= {State.WRITE_OFF_APPROVED, State.LOOK_BACK, *TERMINAL - {State.VOID}}
    assert total > 10_000
