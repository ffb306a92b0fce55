"""The unit of a person is every unit he belongs to: of his grants, of his account, of whom he stands in for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from models.domain.access import Role
from models.domain.errors import GuardsUnmet
from models.domain.states import Action
from models.operations.people import accounts, units
from models.operations.people.accounts import GrantDraft
from tests.factories import COUNTY, HOUSING, NOW, QUICK, TOWN, TOWN_HALL, World
from tests.operations.ledgers import stories
from tests.operations.ledgers.stories import step


def below(world: World, name: str, parent: str) -> UUID:
    """A unit below another."""
    above = world.unit(parent)
    with world.act() as act:
        return units.add_unit(
            act,
            name=name,
            division=TOWN,
            parent_id=above,
            number_prefix=None,
            valid_from=date(2021, 1, 1),
        )


def office_of(world: World, login: str, home: UUID) -> None:
    """Somebody of the office whose account belongs to another unit."""
    office = world.unit("区整改办（样例）")
    with world.act() as act:
        account = accounts.create(
            act, login=login, name=f"样例{login}", unit_id=home, password_hash=QUICK.hash("样例口令-abc")
        )
        accounts.give(act, GrantDraft(account, Role.OFFICE, COUNTY, unit_id=office))


def refusals(world: World, who: str) -> set[str]:
    """What refuses the confirmation of the town hall's plan."""
    case_id = stories.listed(world)
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    with pytest.raises(GuardsUnmet) as refused:
        step(world, case_id, who, Action.CONFIRM_PLAN)
    return {one.guard for one in refused.value.unmet}


def test_a_unit_below_the_responsible_one_is_its_family(world: World) -> None:
    """Who belongs to a station below the town hall does not confirm the town hall's plan, whatever his post."""
    station = below(world, "样例村水务站（样例）", TOWN_HALL)
    office_of(world, "moonlighter", station)
    assert refusals(world, "moonlighter") == {"outside_family"}


def test_a_unit_beside_it_under_one_head_is_too(world: World) -> None:
    """A sibling of the responsible unit stands in the same tree: its people do not judge either."""
    below(world, "样例一站（样例）", TOWN_HALL)
    sibling = below(world, "样例二站（样例）", TOWN_HALL)
    office_of(world, "neighbour", sibling)
    first = world.unit("样例一站（样例）")
    case_id = stories.listed(world, responsible=(first, world.unit(TOWN_HALL)))
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    with pytest.raises(GuardsUnmet) as refused:
        step(world, case_id, "neighbour", Action.CONFIRM_PLAN)
    assert {one.guard for one in refused.value.unmet} == {"outside_family"}


def test_another_tree_may(world: World) -> None:
    """Who belongs to a unit of another tree confirms it."""
    office_of(world, "outsider", world.unit(HOUSING))
    case_id = stories.listed(world)
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    step(world, case_id, "outsider", Action.CONFIRM_PLAN, now=NOW)
