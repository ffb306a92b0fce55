"""Officers by the day, divisions that end, grants given at the same moment."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.domain.access import Role
from models.domain.errors import Conflict, GuardsUnmet, HuanxunError
from models.operations import scope
from models.operations.casework import cases
from models.operations.law import reference
from models.operations.people import accounts, divisions, ending, leaving, officers
from models.operations.people.accounts import GrantDraft
from models.operations.scope import Scope
from models.tables import people as tables
from models.tables.cases import cases as case_table
from models.tables.journal import journal
from tests.factories import COUNTY, NOW, OTHER_COUNTY, TOWN, World, case_draft


@pytest.mark.parametrize(
    ("day", "division", "certified"),
    [
        (date(2023, 12, 31), TOWN, False),
        (date(2024, 1, 1), TOWN, True),
        (date(2027, 12, 31), COUNTY, True),
        (date(2028, 1, 1), TOWN, False),
        (date(2026, 11, 23), OTHER_COUNTY, False),
        (date(2026, 11, 23), "4305", False),
    ],
)
def test_a_certificate_counts_on_the_day_of_the_act(
    world: World, day: date, division: str, certified: bool
) -> None:
    """First and last day count, the days around them do not; nor does a division outside its area."""
    person = world.account("inspector")
    with world.act() as act:
        found = officers.certified_on(act, person, day, division)
    assert (found is not None) is certified


def test_who_left_is_certified_for_the_days_before(world: World) -> None:
    """A certificate is judged by the day of the act: after the leave it counts no more, before it did."""
    person, clerk = world.account("inspector2"), world.account("clerk")
    with world.act("admin") as act:
        leaving.leave(act, person)
    with world.act() as act:
        today, tomorrow = date(2026, 11, 23), date(2026, 11, 24)
        assert officers.certified_on(act, person, today, TOWN) is not None
        assert officers.certified_on(act, person, tomorrow, TOWN) is None
        assert officers.certified_on(act, clerk, today, TOWN) is None


def test_a_successor_county_reaches_old_rows(world: World) -> None:
    """A grant on the successor of a whole county reaches its towns' cases; the old county's grant still does."""
    with world.act("inspector") as act:
        case_id = cases.log(act, draft := case_draft(), {"id": str(draft.id)})["id"]
    assert not _sees(world, "stranger_clerk", case_id)
    with world.act() as act:
        divisions.succeed(act, COUNTY, successor=OTHER_COUNTY, on=date(2026, 11, 23))
    assert _sees(world, "stranger_clerk", case_id)
    assert _sees(world, "clerk", case_id)
    with world.act() as act:
        assert act.law.areas(OTHER_COUNTY) == (OTHER_COUNTY, COUNTY)
        assert act.law.areas(COUNTY) == (COUNTY,)


def _sees(world: World, name: str, case_id: object) -> bool:
    with world.act(name) as act:
        reach = Scope.of(act.actor)
        statement = select(case_table.c.id).where(case_table.c.id == case_id, scope.visible(reach.shape))
        return act.db.execute(statement, reach.binds()).first() is not None


def test_a_chain_of_mergers_reaches_to_its_beginning(world: World) -> None:
    """A → B → C: a grant on C reaches the rows of A too."""
    a, b, c = TOWN, "430511002", "430511003"
    for old, new in ((a, b), (b, c)):
        with world.act("admin") as act:
            divisions.succeed(act, old, successor=new, on=date(2026, 11, 23))
    with world.act() as act:
        assert set(act.law.areas(c)) == {a, b, c}


def test_a_new_division_is_law_from_the_next_request_on(world: World) -> None:
    """The reference version rises with it, so that every process reads the tree again; a county has a chain."""
    with world.act() as act:
        before = reference.version(act.db)
        divisions.add(act, code="430521", name="邵东（样例）", valid_from=date(2026, 11, 23))
        assert reference.version(act.db) == before + 1
    with world.act() as act:
        assert "430521" in act.law.divisions
        act.note("test.write", "division", "430521", chain="430521")
    with world.engine.connect() as db:
        assert db.execute(select(journal.c.seq).where(journal.c.chain == "430521")).scalars().all() == [1]


def test_two_administrations_given_at_the_same_moment_are_one(world: World) -> None:
    """Two administrators at once: the account is locked, one of the two grants stands, the other is refused."""
    with world.act("admin") as act:
        person = accounts.create(act, login="both", name="样例", unit_id=None, password_hash="x")
    barrier, refused = threading.Barrier(2), []

    def give(role: Role) -> None:
        barrier.wait()
        try:
            with world.act("security") as act:
                accounts.give(act, GrantDraft(person, role, COUNTY))
        except HuanxunError as error:
            refused.append(error)

    threads = [threading.Thread(target=give, args=(role,)) for role in (Role.ADMIN, Role.AUDIT_ADMIN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in refused] == [Conflict]
    with world.engine.connect() as db:
        held = db.execute(select(tables.grants.c.role).where(tables.grants.c.account_id == person))
        assert len(held.all()) == 1


def test_the_journal_knows_who_gave_and_ended(world: World) -> None:
    """A grant and its end are rows in the county's chain, without the name of anybody."""
    clerk = world.account("clerk")
    with world.act("admin") as act:
        given = accounts.give(act, GrantDraft(clerk, Role.OFFICE, COUNTY))
    with world.act("admin") as act:
        ending.end_grant(act, clerk, given)
    with world.engine.connect() as db:
        rows = (
            db.execute(select(journal.c.payload).where(journal.c.chain == COUNTY).order_by(journal.c.seq))
            .scalars()
            .all()
        )
    assert ['"grant.give"' in rows[-2], '"grant.end"' in rows[-1]] == [True, True]
    assert str(world.account("admin")) in rows[-1]
    assert "样例" not in rows[-1] + rows[-2]


def test_a_grant_ended_before_it_began_never_holds(world: World) -> None:
    """Ending a grant of next month leaves nothing that begins then."""
    clerk, next_month = world.account("clerk"), NOW + timedelta(days=30)
    with world.act("admin") as act:
        given = accounts.give(act, GrantDraft(clerk, Role.OFFICE, COUNTY, valid_from=next_month))
    with world.act("admin") as act:
        ending.end_grant(act, clerk, given)
    with world.act("clerk", now=next_month + timedelta(days=1)) as act:
        assert {grant.role for grant in act.actor.grants} == {Role.CLERK}


def test_the_command_line_may_take_the_last_administrator_away(world: World) -> None:
    """What no person may do from inside, whoever holds the server can repair."""
    admin = world.account("admin")
    with world.act("security") as act, pytest.raises(GuardsUnmet):
        leaving.leave(act, admin)
    with world.act() as act:
        leaving.leave(act, admin)
