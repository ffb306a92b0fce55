"""Opening, reporting, reviewing: who, when, and what becomes of the item."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.domain.errors import Conflict, Duplicate, Forbidden, GuardsUnmet, Invalid, StaleVersion
from models.domain.rectification.periods import EntryState
from models.domain.rectification.words import Progress
from models.domain.states import Action
from models.operations.ledgers import rounds
from models.operations.periods import differences, filling
from tests.factories import HOUSING, NOW, TOWN_HALL, World
from tests.operations.ledgers.stories import DUE, case_of, item_of, ledger, listed, rectifying, step
from tests.operations.periods.stories import (
    AFTER,
    DECEMBER,
    draft,
    entry_of,
    filled,
    frozen,
    opened,
    period_of,
    reviewed,
    seen,
)


def test_a_month_has_the_days_of_the_data(world: World) -> None:
    """Without times of its own a month opens on the 20th and ends on the 25th at 17:30, with ten points tolerance."""
    row = period_of(world, opened(world))
    assert row.opens_at.isoformat() == "2026-11-20T00:00:00+08:00"
    assert row.cut_off_at.isoformat() == "2026-11-25T17:30:00+08:00"
    assert (row.tolerance, row.version) == (10, 1)


def test_months_are_opened_in_order(world: World) -> None:
    """A month is opened once, and none before one that is open."""
    opened(world)
    with pytest.raises(Duplicate):
        opened(world)
    with pytest.raises(Conflict, match="不能再补开"):
        opened(world, "2026-10")


def test_a_report_and_its_review_reach_the_item(world: World) -> None:
    """Accepted figures stand on the item under way; its version, which steps ask for, does not move."""
    case_id, period_id = rectifying(world), opened(world)
    before = case_of(world, case_id).version
    assert filled(world, period_id, case_id) == 1
    assert item_of(world, case_id).percent == 0
    assert reviewed(world, period_id, case_id) == 2
    item = item_of(world, case_id)
    assert (item.percent, item.progress) == (40, Progress.ON_SCHEDULE)
    assert case_of(world, case_id).version == before
    told = seen(world, period_id)["样例-01"]
    assert (told["percent"], told["word"], told["entry"]["state"]) == (40, "达到序时进度", "reviewed")
    assert (told["entry"]["filled_by"], told["entry"]["reviewed_by"]) == ("样例liaison", "样例verifier")
    assert told["entry"]["invested_yuan"] == 1_250_500


def test_an_item_not_under_way_is_left_alone(world: World) -> None:
    """The report on an item whose plan is awaited changes nothing on it: its word follows from the step."""
    case_id, period_id = listed(world), opened(world)
    filled(world, period_id, case_id, percent=5)
    reviewed(world, period_id, case_id)
    assert item_of(world, case_id).percent == 0
    assert seen(world, period_id)["样例-01"]["word"] == "未启动"


def test_a_unit_may_say_itself_that_it_is_behind(world: World) -> None:
    """Reported 滞后 counts against the figures, and reaches the item when it is accepted."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id, percent=90, progress=Progress.BEHIND)
    reviewed(world, period_id, case_id, "office")
    assert item_of(world, case_id).progress is Progress.BEHIND


def test_the_mark_of_the_office(world: World) -> None:
    """长期坚持 is marked by the office, counts once another person accepts it, and stays until reported otherwise."""
    case_id, period_id = rectifying(world), opened(world)
    with pytest.raises(Invalid):
        filled(world, period_id, case_id, progress=Progress.KEPT_UP)
    filled(world, period_id, case_id, "office", progress=Progress.KEPT_UP)
    assert seen(world, period_id)["样例-01"]["word"] == "达到序时进度"
    reviewed(world, period_id, case_id, "office2")
    assert seen(world, period_id)["样例-01"]["word"] == "长期坚持"
    frozen(world, period_id)
    december = opened(world, "2026-12", now=DECEMBER)
    assert seen(world, december, now=DECEMBER)["样例-01"]["word"] == "长期坚持"
    filled(world, december, case_id, now=DECEMBER, progress=Progress.ON_SCHEDULE)
    reviewed(world, december, case_id, now=DECEMBER)
    assert item_of(world, case_id).progress is Progress.ON_SCHEDULE


def test_sent_back_and_filled_again(world: World) -> None:
    """A report sent back does not count; filled again it waits for a new review, and nobody reviews it twice."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    reviewed(world, period_id, case_id, accept=False, note="请写明哪两处")
    told = seen(world, period_id)["样例-01"]
    assert (told["entry"]["state"], told["percent"], told["entry"]["returned_note"]) == (
        EntryState.RETURNED,
        0,
        "请写明哪两处",
    )
    with pytest.raises(Conflict):
        reviewed(world, period_id, case_id)
    filled(world, period_id, case_id, this_month="完成截污1、2号口")
    assert seen(world, period_id)["样例-01"]["entry"]["state"] == EntryState.FILLED
    reviewed(world, period_id, case_id)
    filled(world, period_id, case_id, percent=45)
    row = entry_of(world, period_id, case_id)
    assert row is not None
    assert (row.reviewed_by, row.reviewed_at, row.returned_note) == (None, None, None)


def test_nobody_reviews_his_own_report(world: World) -> None:
    """The filler is refused by name of the guard; a verifier of a unit that does not lead may not at all."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id, "office")
    with pytest.raises(GuardsUnmet) as refused:
        reviewed(world, period_id, case_id, "office")
    assert [one.guard for one in refused.value.unmet] == ["four_eyes"]
    joint = {"lead": world.unit(TOWN_HALL), "joint": (world.unit(HOUSING),)}
    other = listed(world, ledger_id=ledger(world, title="另一清单（虚构）"), **joint)
    filled(world, period_id, other, "office")
    with pytest.raises(Forbidden):
        reviewed(world, period_id, other)


def test_no_change_needs_a_reason_from_the_second_month(world: World) -> None:
    """One month without change needs none; the next one in a row does, and with it is taken."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id, no_change=True, this_month=None)
    frozen(world, period_id)
    december = opened(world, "2026-12", now=DECEMBER)
    with pytest.raises(Invalid) as refused:
        filled(world, december, case_id, now=DECEMBER, no_change=True, this_month=None)
    assert refused.value.flaws[0].pointer == "/no_change_reason"
    filled(
        world, december, case_id, now=DECEMBER, no_change=True, this_month=None, no_change_reason="等待招标"
    )


def test_reports_are_taken_from_opening_to_cut_off(world: World) -> None:
    """Before the first instant and after the last one nothing is taken; nor of a problem that is void."""
    case_id, period_id = listed(world), opened(world)
    row = period_of(world, period_id)
    for moment, words in ((row.opens_at - timedelta(milliseconds=1), "还没有开始"), (AFTER, "截止")):
        with pytest.raises(Conflict, match=words):
            filled(world, period_id, case_id, now=moment)
    filled(world, period_id, case_id, now=row.cut_off_at)
    step(world, case_id, "deputy_head", Action.VOID, note="重复登记")
    with pytest.raises(Conflict, match="作废"):
        filled(world, period_id, case_id)


def test_two_who_fill_at_once(world: World) -> None:
    """Of two who saw an unfilled report the second is told that it is filled."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    with pytest.raises(StaleVersion), world.act("office") as act:
        filling.fill(act, period_id, case_id, draft(percent=50), version=0)


def test_who_has_not_filled(world: World) -> None:
    """By responsible unit, what is unreported or sent back; an item of two units stands under both."""
    book = ledger(world)
    both = (world.unit(TOWN_HALL), world.unit(HOUSING))
    one = rectifying(world, ledger_id=book)
    two = listed(world, ledger_id=book, problem_no="样例-02", responsible=both, lead=world.unit(TOWN_HALL))
    period_id = opened(world)
    filled(world, period_id, one)
    with world.act("office") as act:
        told = differences.missing(act, period_id)
    assert {row["unit"]: [item["case_id"] for item in row["items"]] for row in told} == {
        TOWN_HALL: [str(two)],
        HOUSING: [str(two)],
    }


def test_only_the_latest_round_counts(world: World) -> None:
    """A problem that relapsed is one problem: its new round stands in the month, the old one no more."""
    case_id = rectifying(world)
    case, item = case_of(world, case_id), item_of(world, case_id)
    with world.act("office") as act:
        again = rounds.follow(act, case, item)
    told = seen(world, opened(world))
    assert [(one["case_id"], one["round"], one["word"]) for one in told.values()] == [
        (str(again), 2, "未启动")
    ]


def test_the_line_is_that_of_the_plan(world: World) -> None:
    """On the last day less than ninety percent are behind; nothing is overdue before the day has passed."""
    case_id = rectifying(world)
    period_id = opened(world, "2027-03", now=NOW.replace(year=2027, month=3, day=22))
    at = NOW.replace(year=2027, month=3, day=23)
    filled(world, period_id, case_id, now=at, percent=50)
    told = seen(world, period_id, now=at)["样例-01"]
    assert (told["due_on"], told["word"], told["overdue"]) == (DUE.isoformat(), "滞后", False)
