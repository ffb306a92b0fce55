"""Rules side by side: the shortest binds and says so; windows never overlap; upgrades keep what is local."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.domain.errors import Invalid, OtherContent, RuleOverlap
from models.domain.timing.rule_cells import rule_of
from models.domain.timing.rules import Scope
from models.operations.law import reference, rules
from models.operations.once import Key
from models.tables.deadlines import calendar_days, calendar_years
from models.tables.deadlines import rules as table
from tests.factories import NOW, World
from tests.operations.law.rule_cells import accept_tell, local_rule
from tests.operations.law.story import Story, at


def add(world: World, cells: dict[str, Any], *, ends_previous: bool = False, key: str | None = None) -> Any:
    with world.act("admin") as act:
        made = rules.add_local(
            act, cells, ends_previous=ends_previous, content=cells, key=Key(key) if key else None
        )
        return made["rule"]["id"]


def windows(world: World, rule_id: str = "RPT_CLOSE", scope: str = "beita") -> list[tuple[date, date | None]]:
    with world.engine.connect() as db:
        found = db.execute(
            select(table.c.valid_from, table.c.valid_to)
            .where(table.c.rule_id == rule_id, table.c.scope == scope)
            .order_by(table.c.valid_from)
        )
        return [(row.valid_from, row.valid_to) for row in found]


def test_the_shortest_of_three_binds_and_says_so(world: World) -> None:
    """Of national, local and work-order limits each clock takes the shortest, and its words name which."""
    add(world, local_rule())
    add(world, accept_tell())
    order = at("2026-12-10 18:00")
    ordered = Story(world).register(external_due_at=order, dispatched_at=NOW).accept()
    close = ordered.clock("RPT_CLOSE")
    assert (close.source, close.due_at) == ("work_order", order)
    assert close.explanation["sentence"].endswith(
        "国家规定2027-01-22、地方规定2026-12-23、工单要求2026-12-10 18:00，取最短的工单要求。"
    )
    assert [one["source"] for one in close.candidates] == ["national", "local", "work_order"]
    told = ordered.clock("RPT_ACCEPT_TELL")
    assert (told.source, told.due_on) == ("local", date(2026, 11, 26))
    assert told.explanation["sentence"].endswith("国家规定2026-12-08、地方规定2026-11-26，取最短的地方规定。")
    plain = Story(world).register(external_due_at=at("2027-03-01 18:00"), dispatched_at=NOW).accept()
    assert (plain.clock("RPT_CLOSE").source, plain.clock("RPT_CLOSE").due_on) == ("local", date(2026, 12, 23))


def test_a_longer_local_rule_changes_nothing(world: World) -> None:
    """A local rule longer than the national one stands beside it and does not bind."""
    add(world, local_rule(length=90))
    clock = Story(world).register().accept().clock("RPT_CLOSE")
    assert (clock.source, clock.legal_due_on) == ("national", date(2027, 1, 22))
    assert len(clock.candidates) == 2


def test_a_local_version_stands_before_the_shipped_one(world: World) -> None:
    """Within one scope the local version is taken, longer or shorter: the shipped one was a default."""
    reply = {"rule_id": "RPT_REPLY", "title": "答复期限", "subject": "complaint", "trigger": "concluded"}
    add(world, local_rule(**reply, length=5, unit="WD"))
    with world.act() as act:
        (taken,) = act.law.candidates("RPT_REPLY", date(2026, 11, 23), "430511101")
    assert (taken.length, taken.valid_from) == (5, date(2026, 11, 1))


def test_windows_never_overlap(world: World) -> None:
    """Two local versions of a rule on one day are refused by the database, in our words, on either database."""
    add(world, local_rule())
    for cells in (local_rule(valid_from="2026-12-01"), local_rule(), local_rule(valid_from="2026-01-01")):
        with pytest.raises(RuleOverlap):
            add(world, cells)
    assert windows(world) == [(date(2026, 11, 1), None)]
    add(world, local_rule(valid_from="2026-01-01", valid_to="2026-10-31"))
    with pytest.raises(RuleOverlap):
        add(world, local_rule(valid_from="2026-10-31", valid_to="2026-10-31"))


def test_a_successor_ends_what_was_open(world: World) -> None:
    """With ``ends_previous`` the open version ends the day before, and clocks begun under it keep it."""
    add(world, local_rule())
    story = Story(world).register().accept()
    add(world, local_rule(valid_from="2026-12-01", length=20), ends_previous=True)
    assert windows(world) == [(date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 12, 1), None)]
    with world.act() as act:
        days = (date(2026, 11, 30), date(2026, 12, 1))
        lengths = [act.law.candidates("RPT_CLOSE", day, "430511")[1].length for day in days]
    assert lengths == [30, 20]
    assert story.clock("RPT_CLOSE").candidates[1]["version"] == "RPT_CLOSE@beita@2026-11-01"


def test_adding_again_under_one_key_is_free(world: World) -> None:
    """The same key gives the same version; the same key for another rule is refused."""
    first = add(world, local_rule(), key="rule-0001")
    assert add(world, local_rule(), key="rule-0001") == first
    with pytest.raises(OtherContent):
        add(world, local_rule(length=20), key="rule-0001")


@pytest.mark.parametrize(
    ("cells", "pointer"),
    [
        (local_rule(scope="national"), "/scope"),
        (local_rule(rule_id="RPT_UNKNOWN"), "/rule_id"),
        (local_rule(trigger="received"), "/trigger"),
        (local_rule(unit="H"), "/unit"),
        (local_rule(direction="before"), "/direction"),
        (local_rule(max_extensions=1), "/max_extensions"),
        (local_rule(valid_to="2026-10-01"), "/valid_to"),
        (local_rule(basis=[]), "/basis"),
    ],
)
def test_what_a_local_rule_may_not_be(world: World, cells: dict[str, Any], pointer: str) -> None:
    """A rule of the State, of an unknown id, of another event or unit, or without sense is refused by field."""
    with pytest.raises(Invalid) as refused:
        add(world, cells)
    assert pointer in [flaw.pointer for flaw in refused.value.flaws]
    assert windows(world) == []


def test_the_list_is_narrowed(world: World) -> None:
    """The list gives every version of a rule, or those of one scope, or those in force on a day."""
    add(world, local_rule(valid_from="2026-12-01"))
    with world.act("inspector") as act:
        every = rules.listed(act, rules.Filters())
        ours = rules.listed(act, rules.Filters(rule_id="RPT_CLOSE"))
        today = rules.listed(act, rules.Filters(rule_id="RPT_CLOSE", on=date(2026, 11, 23)))
        national = rules.listed(act, rules.Filters(scope=Scope.NATIONAL, on=date(2026, 12, 1)))
    assert len(every) == len(reference.shipped_rules()) + 1
    assert [(one["origin"], one["cells"]["scope"]) for one in ours] == [
        ("local", "beita"),
        ("shipped", "national"),
    ]
    assert [one["origin"] for one in today] == ["shipped"]
    assert {one["cells"]["scope"] for one in national} == {"national"}


def test_an_upgrade_adds_and_touches_nothing_local(world: World) -> None:
    """An upgrade ends a shipped version that got an end, adds its successor and leaves local rules alone."""
    add(world, local_rule())
    shipped = list(reference.shipped_rules())
    old = next(rule for rule in shipped if rule.rule_id == "RPT_CLOSE")
    shipped.remove(old)
    last = date(2026, 12, 31)
    shipped += [
        replace(old, valid_to=last),
        replace(old, length=45, valid_from=last + timedelta(days=1)),
    ]
    for _ in range(2):
        with world.act(now=NOW) as act:
            reference.seed(act, shipped)
    assert windows(world, scope="national") == [(old.valid_from, last), (date(2027, 1, 1), None)]
    assert windows(world) == [(date(2026, 11, 1), None)]
    with world.act() as act:
        days = (last, date(2027, 1, 1))
        lengths = [act.law.candidates("RPT_CLOSE", day, "430502")[0].length for day in days]
    assert lengths == [60, 45]


def test_an_upgrade_ends_no_local_version(world: World) -> None:
    """A shipped version that ends does not end the local one of the same rule, scope and first day."""
    add(world, local_rule())
    same = rule_of(local_rule(length=25, valid_to="2026-12-31"))
    with world.act(now=NOW) as act:
        reference.seed(act, [*reference.shipped_rules(), same])
    assert sorted(windows(world), key=str) == [
        (date(2026, 11, 1), None),
        (date(2026, 11, 1), date(2026, 12, 31)),
    ]
    with world.act() as act:
        taken = act.law.candidates("RPT_CLOSE", date(2026, 12, 1), "430511")[1]
    assert taken.length == 30


def test_an_upgrade_leaves_loaded_years(world: World) -> None:
    """A year that was loaded is not overwritten by the shipped one."""
    year = reference.shipped_years()[-1]
    with world.act() as act:
        reference.add_year(act, replace(year, notice="更正通知（虚构）"), origin="local")
        reference.seed(act)
        found = act.db.execute(
            select(calendar_years.c.notice).where(calendar_years.c.year == year.year)
        ).scalar_one()
        days = act.db.execute(select(func.count()).select_from(calendar_days)).scalar_one()
    assert found == "更正通知（虚构）"
    assert days == sum(len(one.days) for one in reference.shipped_years())
