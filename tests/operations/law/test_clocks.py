"""The list of deadlines, and one with all that its date rests on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from models.domain.errors import NotFound
from models.domain.states import Action
from models.operations.law import clocks
from models.operations.law.clocks import Filters
from tests.factories import NOW, TOWN, World
from tests.operations.law.story import Story


def listed(
    world: World, filters: Filters, *, who: str = "supervisor", limit: int = 50
) -> list[tuple[UUID, str]]:
    with world.act(who, now=NOW + timedelta(days=4)) as act:
        found = clocks.page(act, filters, after=None, limit=limit)
    assert [row.due_at for row in found] == sorted(row.due_at for row in found)
    return [(row.case_id, row.rule_id) for row in found]


def test_the_list_follows_scope_and_filters(world: World) -> None:
    """Clocks come nearest end first, narrowed by state, rule and end, and only of cases the reader sees."""
    accepted, new = Story(world).register().accept(), Story(world).register()
    mine = {(accepted.case_id, "RPT_ASSIGN_LOWER"), (accepted.case_id, "RPT_CLOSE")}
    every = mine | {(one.case_id, "RPT_ACCEPT_TELL") for one in (accepted, new)}
    assert set(listed(world, Filters(state="running"))) == every
    assert set(listed(world, Filters(rule_id="RPT_CLOSE"))) == {(accepted.case_id, "RPT_CLOSE")}
    assert listed(world, Filters(state="running", overdue=True)) == [(accepted.case_id, "RPT_ASSIGN_LOWER")]
    assert len(listed(world, Filters(overdue=False))) == 3
    assert len(listed(world, Filters(due_before=NOW + timedelta(days=20)))) == 3
    assert listed(world, Filters(state="suspended")) == []
    assert listed(world, Filters(), who="stranger_supervisor") == []
    assert listed(world, Filters(), who="town_inspector") == []
    assert listed(world, Filters(), who="liaison") == []


def test_pages_meet_without_gap_or_overlap(world: World) -> None:
    """Page by page each clock comes once, equal ends included."""
    for _ in range(3):
        Story(world).register().accept()
    whole = listed(world, Filters())
    seen, after = [], None
    with world.act("supervisor") as act:
        while rows := clocks.page(act, Filters(), after=after, limit=2)[:2]:
            seen += [(row.case_id, row.rule_id) for row in rows]
            after = (rows[-1].due_at, rows[-1].id)
    assert seen == whole
    assert len(seen) == len(set(seen)) == 9


def test_one_clock_shows_what_it_rests_on(world: World) -> None:
    """One clock comes with its case's number and its suspensions with who granted them; others see nothing."""
    story = Story(world).register().accept()
    story.step("supervisor", Action.SUSPEND, reason="testing", note="送检", document="委托书1号")
    clock = story.clock("RPT_CLOSE")
    with world.act("inspector") as act:
        view = clocks.whole(act, clock.id)
    assert (view.clock.number, view.clock.division_code) == (story.case().number, TOWN)
    assert [(one.reason, one.by_name, one.to_at) for one in view.suspensions] == [
        ("testing", "样例supervisor", None)
    ]
    assert view.extensions == []
    for who, wanted in (("stranger_supervisor", clock.id), ("supervisor", uuid4())):
        with world.act(who) as act, pytest.raises(NotFound):
            clocks.find(act, wanted)
