"""Who sees which case: the table of ``product.md`` §1, over HTTP, from both of its sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from models.domain.access import Role
from models.domain.drafts import Place
from models.domain.ids import uuid7
from models.domain.states import Action
from models.operations.casework import cases
from models.operations.people import accounts, units
from models.operations.people.accounts import GrantDraft
from models.operations.people.divisions import succeed
from models.tables.cases import assignments, case_units
from models.tables.deadlines import deadlines
from models.tables.people import accounts as account_table
from tests.api.people.asking import code
from tests.factories import NOW, OTHER_COUNTY, QUICK, TOWN, World, case_draft
from tests.operations.reminders.stories import step

As = Callable[[str], dict[str, str]]
OTHER_TOWN = "430511002"
SUBTREE = ("clerk", "supervisor", "supervisor2", "deputy_head", "office", "inspector", "inspector2")
SEES_NONE = ("enterprise", "admin", "security", "auditor")


def logged(world: World, who: str, division: str) -> UUID:
    """A case in a division."""
    draft = case_draft(place=Place(division, "样例路"), title=f"{division} 的案件")
    with world.act(who) as act:
        cases.log(act, draft, {})
    return draft.id


def person(world: World, login: str, role: Role, division: str, unit_id: UUID | None = None) -> str:
    """A new account with one grant."""
    with world.act() as act:
        made = accounts.create(act, login=login, name=login, unit_id=unit_id, password_hash=QUICK.hash("-"))
        accounts.give(act, GrantDraft(made, role, division, unit_id=unit_id))
    return login


def unit_of(world: World, login: str) -> UUID:
    with world.engine.connect() as db:
        found = select(account_table.c.unit_id).where(account_table.c.login == login)
        return UUID(str(db.execute(found).scalar_one()))


def seen(client: TestClient, headers: dict[str, str]) -> set[str]:
    """The cases in a person's list; each opens, with its history and clocks, and the clocks are listed alike."""
    listed = client.get("/v1/cases", headers=headers)
    assert listed.status_code == 200, listed.text
    found = {row["id"] for row in listed.json()["items"]}
    for one in found:
        for way in ("", "/history", "/deadlines"):
            assert client.get(f"/v1/cases/{one}{way}", headers=headers).status_code == 200
    counted = client.get("/v1/cases/queues", headers=headers).json()["items"]
    assert {row["queue"]: row["count"]["count"] for row in counted}["open"] == len(found)
    clocks = client.get("/v1/deadlines", headers=headers)
    if clocks.status_code == 200:
        assert {row["case_id"] for row in clocks.json()["items"]} <= found
    return found


@pytest.fixture
def three(world: World) -> tuple[str, str, str]:
    """A case in each of two towns of the county, and one of the neighbour."""
    return (
        str(logged(world, "inspector", TOWN)),
        str(logged(world, "inspector", OTHER_TOWN)),
        str(logged(world, "stranger_clerk", OTHER_COUNTY)),
    )


def test_the_subtree_of_a_grant(
    client: TestClient, as_: As, world: World, three: tuple[str, str, str]
) -> None:
    """County roles see both towns, a town its own, a city both counties, the neighbour only his, admins nothing."""
    here, there, elsewhere = three
    for name in SUBTREE:
        assert seen(client, as_(name)) == {here, there}, name
    assert seen(client, as_("town_inspector")) == {there}
    assert seen(client, as_(person(world, "town_clerk", Role.CLERK, TOWN))) == {here}
    for name in ("stranger_clerk", "stranger_supervisor", "stranger_inspector"):
        assert seen(client, as_(name)) == {elsewhere}, name
    for role in (Role.CLERK, Role.SUPERVISOR, Role.OFFICE, Role.INSPECTOR):
        assert seen(client, as_(person(world, f"city_{role}", role, "4305"))) == {here, there, elsewhere}
    with world.act() as act:
        founded = date(2021, 1, 1)
        units.add_division(
            act, code="4306", name="邻市（样例）", level="city", parent="43", valid_from=founded
        )
    assert seen(client, as_(person(world, "other_city", Role.SUPERVISOR, "4306"))) == set()


def test_administrators_and_enterprises_see_no_case(
    client: TestClient, as_: As, three: tuple[str, str, str]
) -> None:
    """No list, no case, no clock: 403 before anything is said of what exists."""
    for name in SEES_NONE:
        for path in (
            "/v1/cases",
            "/v1/cases/queues",
            "/v1/deadlines",
            *(f"/v1/cases/{one}" for one in three),
        ):
            assert code(client.get(path, headers=as_(name))) == "403 forbidden", (name, path)


def test_units_with_a_part(client: TestClient, as_: As, world: World, three: tuple[str, str, str]) -> None:
    """Liaison and verifier see a case from the day their unit has a part in it, whichever part; no other case."""
    here, there, elsewhere = three
    with world.act() as act:
        town_unit = units.add_unit(
            act,
            name="镇环保办（样例）",
            division=TOWN,
            parent_id=None,
            number_prefix=None,
            valid_from=date(2021, 1, 1),
        )
    pairs = [("liaison", unit_of(world, "liaison")), ("verifier", unit_of(world, "verifier"))]
    pairs.append((person(world, "town_liaison", Role.LIAISON, TOWN, town_unit), town_unit))
    for name, _ in pairs:
        assert seen(client, as_(name)) == set(), name
        assert code(client.get(f"/v1/cases/{here}", headers=as_(name))) == "404 not_found"
    parts = (
        (here, town_unit, "responsible"),
        (there, unit_of(world, "liaison"), "lead"),
        (there, unit_of(world, "verifier"), "verifier"),
        (elsewhere, town_unit, "joint"),
    )
    with world.engine.begin() as db:
        for case_id, unit_id, part in parts:
            db.execute(
                insert(case_units).values(case_id=UUID(case_id), unit_id=unit_id, part=part, since=NOW)
            )
    assert seen(client, as_("town_liaison")) == {here, elsewhere}
    for name in ("liaison", "verifier", "verifier2"):
        assert seen(client, as_(name)) == {there}, name
    assert seen(client, as_("town_inspector")) == {there}, "a part of a unit is no part of its inspectors"


def test_a_liaison_of_a_strange_unit_cannot_be_made(
    client: TestClient, as_: As, world: World, three: tuple[str, str, str]
) -> None:
    """An administrator gives nobody another county's unit, and with it that county's cases."""
    strange = str(unit_of(world, "stranger_clerk"))
    url = f"/v1/accounts/{world.account('liaison')}/grants"
    body = {"role": "liaison", "division": TOWN, "unit_id": strange}
    answer = client.post(url, json=body, headers=as_("admin"))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == "unknown_unit"
    own = body | {"unit_id": str(unit_of(world, "liaison"))}
    assert client.post(url, json=own, headers=as_("admin")).status_code == 201


def test_a_warden_sees_his_own(
    client: TestClient, as_: As, world: World, three: tuple[str, str, str]
) -> None:
    """Own clue and running assignment, nothing else of his town; once it has ended, no longer."""
    here, _, _ = three
    assert seen(client, as_("warden")) == set()
    clue = str(logged(world, "warden", TOWN))
    assert seen(client, as_("warden")) == {clue}
    given = {"case_id": UUID(here), "account_id": world.account("warden"), "lead": False, "since": NOW}
    with world.engine.begin() as db:
        db.execute(insert(assignments).values(id=uuid7(NOW), **given))
    assert seen(client, as_("warden")) == {clue, here}
    with world.engine.begin() as db:
        db.execute(update(assignments).values(ended_at=NOW))
    assert seen(client, as_("warden")) == {clue}
    other = as_(person(world, "warden2", Role.WARDEN, TOWN))
    assert seen(client, other) == set()


def test_what_a_division_took_over(
    client: TestClient, as_: As, world: World, three: tuple[str, str, str]
) -> None:
    """A town that took another's area over sees its old cases, new ones too; the county sees both as before."""
    here, there, _ = three
    with world.act() as act:
        succeed(act, TOWN, successor=OTHER_TOWN, on=date(2026, 11, 23))
    assert seen(client, as_("town_inspector")) == {here, there}
    assert seen(client, as_("supervisor")) == {here, there}
    assert seen(client, as_("stranger_supervisor")) & {here, there} == set()


def test_a_county_without_local_rules(client: TestClient, as_: As, world: World) -> None:
    """A rule of another place starts no clock: where none binds, the case goes its way without that one."""
    case_id = logged(world, "stranger_clerk", OTHER_COUNTY)
    shown = client.get(f"/v1/cases/{case_id}", headers=as_("stranger_clerk")).json()
    assert (shown["due_at"], shown["deadlines"]) == (None, [])
    step(world, case_id, "stranger_clerk", Action.ACCEPT)
    with world.engine.connect() as db:
        found = db.execute(select(deadlines.c.rule_id).where(deadlines.c.case_id == case_id)).scalars()
        assert set(found) == {"RPT_CLOSE", "RPT_ASSIGN_LOWER"}, "the national ones"
