"""The status word of an item, and what may be reported of a month."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.rectification.periods import (
    BEFORE_WORK,
    OVER,
    UNDER_WAY,
    Schedule,
    Standing,
    check_report,
    corrected,
    is_overdue,
    word_of,
)
from models.domain.rectification.steps import RECTIFICATION
from models.domain.rectification.words import Progress
from models.domain.states import State

CONFIRMED, DUE = date(2026, 1, 1), date(2026, 4, 11)
"""A line of a hundred days."""

STATES = sorted({state for row in RECTIFICATION for state in row.sources} - {State.NEW} | OVER)


def standing(**changed: Any) -> Standing:
    values: dict[str, Any] = {
        "state": State.RECTIFYING,
        "percent": 0,
        "due_on": DUE,
        "confirmed_on": CONFIRMED,
    }
    return Standing(**(values | changed))


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.LISTED, Progress.NOT_STARTED),
        (State.PLAN_REVIEW, Progress.NOT_STARTED),
        (State.SELF_CHECKED, Progress.DONE),
        (State.MATERIAL_REVIEW, Progress.DONE),
        (State.SITE_CHECK, Progress.DONE),
        (State.COUNTERSIGNING, Progress.DONE),
        (State.VERIFIED, Progress.DONE),
        (State.IN_PUBLICITY, Progress.DONE),
        (State.WRITE_OFF_APPROVED, Progress.DONE),
        (State.LOOK_BACK, Progress.WRITTEN_OFF),
        (State.ARCHIVED, Progress.WRITTEN_OFF),
    ],
)
def test_words_that_follow_from_the_step(state: State, word: Progress) -> None:
    """Before and after the work the word is that of the step, whatever was reported or is overdue."""
    late = standing(state=state, reported=Progress.BEHIND)
    assert word_of(late, DUE + timedelta(days=1), 0) is word


def test_the_line_rises_evenly() -> None:
    """Half way 50 percent are due; ten points below the line are borne, eleven are 滞后."""
    half = CONFIRMED + timedelta(days=50)
    assert word_of(standing(percent=40), half, 10) is Progress.ON_SCHEDULE
    assert word_of(standing(percent=39), half, 10) is Progress.BEHIND
    assert word_of(standing(percent=50), half, 0) is Progress.ON_SCHEDULE
    assert word_of(standing(percent=49), half, 0) is Progress.BEHIND


def test_overdue_or_reported_is_behind() -> None:
    """The day after the last one is late at 100 percent too; a unit may say itself that it is behind."""
    done = standing(percent=100)
    assert word_of(done, DUE, 0) is Progress.ON_SCHEDULE
    assert word_of(done, DUE + timedelta(days=1), 0) is Progress.BEHIND
    assert word_of(standing(percent=100, reported=Progress.BEHIND), CONFIRMED, 0) is Progress.BEHIND
    assert word_of(standing(due_on=None), DUE, 0) is Progress.ON_SCHEDULE


def test_the_mark_of_the_office_holds_until_the_write_off() -> None:
    """长期坚持 goes before what is computed, but a problem written off is written off."""
    assert word_of(standing(kept_up=True), DUE + timedelta(days=9), 0) is Progress.KEPT_UP
    assert word_of(standing(state=State.LISTED, kept_up=True), DUE, 0) is Progress.KEPT_UP
    assert word_of(standing(state=State.LOOK_BACK, kept_up=True), DUE, 0) is Progress.WRITTEN_OFF


def test_every_state_of_an_item_has_a_word() -> None:
    """No state of the lifecycle is forgotten, and none stands in two groups."""
    for state in STATES:
        assert word_of(standing(state=state), CONFIRMED, 0) in Progress
    assert not (OVER & UNDER_WAY)
    assert not (OVER & BEFORE_WORK)
    assert not (UNDER_WAY & BEFORE_WORK)
    assert {State.LISTED, State.RECTIFYING, State.LOOK_BACK} <= set(STATES)


@given(st.integers(0, 100), st.integers(-20, 140), st.integers(0, 400), st.integers(0, 50))
def test_more_done_is_never_worse(percent: int, passed: int, span: int, tolerance: int) -> None:
    """With one percent more, a day earlier or more tolerance an item on schedule stays so."""
    today, due = CONFIRMED + timedelta(days=passed), CONFIRMED + timedelta(days=span)
    one = standing(percent=percent, due_on=due)
    if word_of(one, today, tolerance) is Progress.ON_SCHEDULE:
        better = standing(percent=min(percent + 1, 100), due_on=due)
        assert word_of(better, today, tolerance) is Progress.ON_SCHEDULE
        assert word_of(one, today - timedelta(days=1), tolerance) is Progress.ON_SCHEDULE
        assert word_of(one, today, tolerance + 1) is Progress.ON_SCHEDULE


def test_overdue_counts_open_work_only() -> None:
    """What is reported done or has no last day is not overdue."""
    late = DUE + timedelta(days=1)
    assert is_overdue(State.LISTED, DUE, late)
    assert not is_overdue(State.RECTIFYING, DUE, DUE)
    assert not is_overdue(State.MATERIAL_REVIEW, DUE, late)
    assert not is_overdue(State.RECTIFYING, None, late)


def test_the_days_of_a_month() -> None:
    """Opening is 00:00 of its day, the cut-off its minute, both in Shanghai."""
    schedule = Schedule(20, 25, time(17, 30), 10)
    assert schedule.opens_at("2026-11").isoformat() == "2026-11-20T00:00:00+08:00"
    assert schedule.cut_off_at("2026-02").isoformat() == "2026-02-25T17:30:00+08:00"


@pytest.mark.parametrize("word", [Progress.WRITTEN_OFF, Progress.DONE, Progress.NOT_STARTED])
def test_computed_words_are_not_reported(word: Progress) -> None:
    """Nobody writes by hand what follows from the steps."""
    for office in (True, False):
        with pytest.raises(Invalid) as refused:
            check_report(progress=word, office=office, no_change=False, this_month="完成一段")
        assert [flaw.code for flaw in refused.value.flaws] == ["computed"]


def test_only_the_office_marks_kept_up() -> None:
    """长期坚持 is the office's word; a report says something, or that nothing changed."""
    check_report(progress=Progress.KEPT_UP, office=True, no_change=True, this_month=None)
    with pytest.raises(Invalid) as refused:
        check_report(progress=Progress.KEPT_UP, office=False, no_change=False, this_month=None)
    assert [flaw.code for flaw in refused.value.flaws] == ["office_only", "missing"]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("percent", 100, [101, -1, True, "50"]),
        ("invested_yuan", 0, [-1, 10**14, "1"]),
        ("this_month", "完成", ["", 5, "长" * 2001]),
        ("expected_on", "2026-12-31", ["2026-13-01", "20261231", "年底", 5]),
    ],
)
def test_corrections_have_the_form_of_the_snapshot(field: str, good: Any, bad: list[Any]) -> None:
    """A correction is a value the snapshot could hold; anything else is refused with what is expected."""
    assert corrected(field, good) == good
    for value in bad:
        with pytest.raises(Invalid) as refused:
            corrected(field, value)
        assert refused.value.flaws[0].message.startswith("应为")
