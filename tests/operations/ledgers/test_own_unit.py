"""The unit of a person is every unit he belongs to: of his grants, of his account, of whom he stands in for."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from models.domain.acceptance.materials import MaterialKind
from models.domain.access import Role
from models.domain.errors import GuardsUnmet
from models.domain.ids import uuid7
from models.domain.states import Action
from models.operations.people import accounts, ending, units
from models.operations.people.accounts import GrantDraft
from models.tables.materials import materials
from tests.factories import COUNTY, HOUSING, NOW, QUICK, TOWN, TOWN_HALL, World
from tests.operations.ledgers import stories
from tests.operations.ledgers.stories import step

LATER = NOW + timedelta(days=1)


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


def test_who_moves_takes_his_part_with_him(world: World) -> None:
    """Whoever held a post of the responsible unit since the problem was listed does not judge it from a new one."""
    office, hall = world.unit("区整改办（样例）"), world.unit(TOWN_HALL)
    with world.act() as act:
        mover = accounts.create(
            act, login="mover", name="样例迁某", unit_id=office, password_hash=QUICK.hash("样例口令-abc")
        )
        post = accounts.give(act, GrantDraft(mover, Role.LIAISON, TOWN, unit_id=hall))
    case_id = stories.listed(world)
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    with world.act(now=LATER) as act:
        ending.end_grant(act, mover, post)
        accounts.give(act, GrantDraft(mover, Role.OFFICE, COUNTY, unit_id=office))
    with pytest.raises(GuardsUnmet) as refused:
        step(world, case_id, "mover", Action.CONFIRM_PLAN, now=LATER + timedelta(days=1))
    assert {one.guard for one in refused.value.unmet} == {"outside_family"}


def test_who_put_papers_into_the_file_does_not_judge(world: World) -> None:
    """A paper added for the responsible unit makes an applicant, whatever posts the person holds by now."""
    case_id, office = stories.listed(world), world.account("office")
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    paper = {"id": uuid7(NOW), "case_id": case_id, "round": 1, "kind": MaterialKind.PLAN, "title": "整改方案"}
    paper |= {"facts": {}, "file_name": "方案.pdf", "sha256": b"s" * 32, "size": 1, "received_at": NOW}
    paper |= {"unit_id": world.unit(TOWN_HALL), "uploaded_by": office}
    with world.engine.begin() as db:
        db.execute(insert(materials).values(**paper))
    with pytest.raises(GuardsUnmet) as refused:
        step(world, case_id, "office", Action.CONFIRM_PLAN)
    assert {one.guard for one in refused.value.unmet} == {"not_applicant"}
    step(world, case_id, "office2", Action.CONFIRM_PLAN)
