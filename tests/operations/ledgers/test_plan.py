"""From the ledger to a confirmed plan and its clocks, extensions, and the self-check."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from models.domain.errors import GuardsUnmet, Invalid, NotFound
from models.domain.rectification.words import Progress
from models.domain.states import Action, State
from models.operations import queues
from models.operations.queues import Filters
from tests.factories import NOW, TOWN_HALL, World
from tests.operations.ledgers import stories
from tests.operations.ledgers.stories import case_of, clocks_of, item_of, step


def test_an_item_entered_awaits_its_plan(world: World) -> None:
    """Entering a problem makes a case of its own kind, numbered by the office, with the plan's clock running."""
    case_id = stories.listed(world)
    case = case_of(world, case_id)
    assert (case.state, case.number, case.round) == (State.LISTED, "北整改〔2026〕1号", 1)
    assert clocks_of(world, case_id) == {"RECT_PLAN": "running"}
    assert case.due_rule == "RECT_PLAN"


def test_a_confirmed_plan_starts_the_clocks_of_item_and_tasks(world: World) -> None:
    """Once the office confirms the plan, the item and each task run to the days the plan names."""
    case_id = stories.rectifying(world)
    assert case_of(world, case_id).state is State.RECTIFYING
    clocks = clocks_of(world, case_id)
    assert clocks == {
        "RECT_PLAN": "met",
        "RECT_PLAN_REVIEW": "met",
        "RECT_DUE": "running",
        "RECT_TASK": "running",
    }
    item = item_of(world, case_id)
    assert (item.due_on, item.first_due_on, item.progress) == (stories.DUE, stories.DUE, Progress.ON_SCHEDULE)


def test_a_plan_keeps_within_the_ledgers_date(world: World) -> None:
    """A plan later than the ledger's date, or tasks later than the plan, are refused by field."""
    case_id = stories.listed(world, due_on=date(2027, 1, 31))
    with pytest.raises(Invalid) as refused:
        step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    assert [one.pointer for one in refused.value.flaws] == ["/due_on"]
    late = stories.plan(world, due_on="2027-01-31")
    with pytest.raises(Invalid) as refused:
        step(world, case_id, "liaison", Action.SUBMIT_PLAN, **late)
    assert [one.pointer for one in refused.value.flaws] == ["/tasks/1/due_on"]


def test_a_plan_after_the_ledgers_date_keeps_it(world: World) -> None:
    """When the ledger's date has passed, the plan names that very day: the item is behind, and not stuck."""
    over = date(2026, 11, 21)
    case_id = stories.listed(world, due_on=over)
    with pytest.raises(Invalid) as refused:
        step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    assert [one.code for one in refused.value.flaws if one.pointer == "/due_on"] == ["not_first"]
    late = [{"text": "截污3处", "unit_id": str(world.unit(TOWN_HALL)), "due_on": over.isoformat()}]
    planned = stories.plan(world, due_on=over.isoformat(), tasks=late)
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **planned)
    step(world, case_id, "office", Action.CONFIRM_PLAN)
    item = item_of(world, case_id)
    assert (item.due_on, item.first_due_on, item.progress) == (over, over, Progress.BEHIND)
    assert clocks_of(world, case_id)["RECT_DUE"] == "running"


def test_a_problem_is_not_older_than_a_sheet_may_say(world: World) -> None:
    """A day that an import would refuse is refused at the desk too."""
    with pytest.raises(Invalid) as refused:
        stories.listed(world, listed_on=date(1900, 1, 1))
    assert [one.pointer for one in refused.value.flaws] == ["/listed_on"]


def test_an_extension_moves_the_clock_and_keeps_the_old_date(world: World) -> None:
    """Granted before the date, the item's clock runs to the new day; the first date stays on record."""
    case_id = stories.rectifying(world)
    later = NOW + timedelta(days=60)
    asked = {"until": "2027-06-30", "reason": "管线迁改未完成"}
    step(world, case_id, "liaison", Action.REQUEST_EXTENSION, now=later, **asked)
    step(world, case_id, "office", Action.GRANT_EXTENSION, now=later)
    item = item_of(world, case_id)
    assert (item.due_on, item.first_due_on) == (date(2027, 6, 30), stories.DUE)
    assert case_of(world, case_id).state is State.RECTIFYING


def test_no_extension_after_the_date(world: World) -> None:
    """Once the date has passed there is nothing left to extend."""
    case_id = stories.rectifying(world)
    with pytest.raises(GuardsUnmet) as refused:
        step(
            world,
            case_id,
            "liaison",
            Action.REQUEST_EXTENSION,
            now=NOW + timedelta(days=200),
            until="2027-09-30",
            reason="还没有做完",
        )
    assert [one.guard for one in refused.value.unmet] == ["before_due"]


def test_self_check_needs_every_task_and_every_line(world: World) -> None:
    """Open tasks and unmet lines of the checklist are all named at once."""
    case_id = stories.rectifying(world)
    with pytest.raises(GuardsUnmet) as refused:
        step(
            world,
            case_id,
            "liaison",
            Action.SELF_CHECK,
            finished_on=NOW.date().isoformat(),
            checklist=[{"no": 1, "met": True}],
            summary="已按方案完成",
        )
    assert [one.guard for one in refused.value.unmet] == ["tasks_done", "checklist_met"]
    assert "1、2" in refused.value.unmet[0].message
    assert "2、3" in refused.value.unmet[1].message


def test_a_self_check_ends_the_clock_and_can_be_taken_back(world: World) -> None:
    """The item's clock stops when everything is done, and runs on when the unit takes its word back."""
    case_id = stories.self_checked(world)
    assert clocks_of(world, case_id)["RECT_DUE"] == "met"
    assert item_of(world, case_id).progress is Progress.DONE
    step(world, case_id, "liaison", Action.REOPEN, now=NOW + timedelta(days=31), reason="漏了一处排口")
    assert clocks_of(world, case_id)["RECT_DUE"] == "running"
    assert item_of(world, case_id).finished_on is None


def test_each_desk_has_its_queue(world: World) -> None:
    """The item stands in the liaison's queue, then in the office's, and in nobody else's."""
    case_id = stories.listed(world)
    assert in_queue(world, "liaison", "rectifying") == {case_id}
    assert in_queue(world, "office", "plans") == set()
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, **stories.plan(world))
    assert in_queue(world, "office", "plans") == {case_id}
    assert in_queue(world, "liaison", "rectifying") == set()
    with pytest.raises(NotFound):
        in_queue(world, "clerk", "plans")


def in_queue(world: World, who: str, queue: str) -> set[UUID]:
    with world.act(who) as act:
        rows = queues.page(act, Filters(queue=queue), after=None, limit=10)
    return {UUID(str(row.id)) for row in rows}


@pytest.mark.parametrize(("finished_on", "code"), [("2026-11-01", "too_early"), ("2027-02-01", "in_future")])
def test_the_day_of_completion_is_plausible(world: World, finished_on: str, code: str) -> None:
    """Work is finished neither before it was asked for nor in days to come."""
    case_id = stories.rectifying(world)
    stories.finish_tasks(world, case_id)
    with pytest.raises(Invalid) as refused:
        step(
            world,
            case_id,
            "liaison",
            Action.SELF_CHECK,
            finished_on=finished_on,
            checklist=[],
            summary="已按方案完成",
        )
    assert [one.code for one in refused.value.flaws] == [code]
