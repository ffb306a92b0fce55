"""Counts add up, and every difference to the month before is explained by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from models.domain.rectification.reconciling import Counted, Tally, difference, effects, figures
from models.domain.rectification.words import Origin, Progress

ONE = Counted(
    ledger="a",
    problem_no="1",
    origin=Origin.SELF_CHECK,
    batch=None,
    round=1,
    units=("甲镇",),
    word=Progress.ON_SCHEDULE,
    due_on=date(2026, 12, 31),
)

rows = st.builds(
    Counted,
    ledger=st.sampled_from("ab"),
    problem_no=st.sampled_from([str(no) for no in range(8)]),
    origin=st.sampled_from(list(Origin)[:3]),
    batch=st.sampled_from([None, "第一批", "第二批"]),
    round=st.integers(1, 3),
    units=st.lists(st.sampled_from(["甲镇", "乙镇", "区住建局"]), unique=True, max_size=3).map(tuple),
    word=st.sampled_from(Progress),
    due_on=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 1, 1))),
    overdue=st.booleans(),
)
months = st.lists(rows, unique_by=lambda one: one.key, max_size=16)


@given(months)
def test_totals_are_the_sums_of_their_words(month: list[Counted]) -> None:
    """On every line the total is the sum of the six words, and origins, batches and rounds add up to the whole."""
    told = figures(month)
    lines = (*told.by_origin, *told.by_batch, *told.by_round, *told.by_unit, told.whole)
    assert all(line.adds_up for line in lines)
    assert told.whole.total == len(month)
    for breakdown in (told.by_origin, told.by_batch, told.by_round):
        assert sum(line.total for line in breakdown) == len(month)
        for word in Progress:
            assert sum(line.words[word] for line in breakdown) == told.whole.words[word]
    for line in told.by_unit:
        assert line.total == sum(1 for one in month if line.name in one.units)


@given(months, months)
def test_the_explanations_equal_the_difference(before: list[Counted], after: list[Counted]) -> None:
    """New, gone and moved problems by name account for every count of every word, in whole and by origin."""
    told = difference(before, after)
    assert told.unexplained == ()
    words: Counter[Progress] = Counter()
    for change in {id(one): one for one in (*told.new, *told.gone, *told.moved_word)}.values():
        if change.before:
            words[change.before.word] -= 1
        if change.after:
            words[change.after.word] += 1
    then, now = figures(before).whole, figures(after).whole
    assert {word: now.words[word] - then.words[word] for word in Progress} == {
        word: words[word] for word in Progress
    }
    assert now.total - then.total == len(told.new) - len(told.gone)


@given(months)
def test_nothing_changed_is_nothing(month: list[Counted]) -> None:
    """A month beside itself has no difference and no effect."""
    told = difference(month, month)
    assert (told.new, told.gone, told.moved_word, told.moved_date, told.relapsed) == ((), (), (), (), ())
    assert not any(effects([]).values())


@given(months.filter(bool))
def test_a_number_counted_twice_is_named(month: list[Counted]) -> None:
    """A problem that stands twice in a month does not add up, and the number is said."""
    twin = month[0]
    told = difference([], [*month, replace(twin, title="又一次")])
    assert any(f"“{twin.problem_no}”出现2次" in one for one in told.unexplained)
    assert any("逐项变化合计" in one for one in told.unexplained)


def test_each_kind_is_named_by_problem() -> None:
    """New, gone, another word, another date and a relapse are told apart."""
    before = [
        ONE,
        replace(ONE, problem_no="2"),
        replace(ONE, problem_no="3"),
        replace(ONE, problem_no="4", word=Progress.WRITTEN_OFF),
    ]
    after = [
        replace(ONE, word=Progress.BEHIND),
        replace(ONE, problem_no="2", due_on=date(2027, 3, 31)),
        replace(ONE, problem_no="4", round=2, word=Progress.NOT_STARTED),
        replace(ONE, problem_no="5"),
    ]
    told = difference(before, after)
    assert [one.problem_no for one in told.new] == ["5"]
    assert [one.problem_no for one in told.gone] == ["3"]
    assert [one.problem_no for one in told.moved_word] == ["1", "4"]
    assert [one.problem_no for one in told.moved_date] == ["2"]
    assert [one.problem_no for one in told.relapsed] == ["4"]


def test_a_tally_that_does_not_add_up_says_so() -> None:
    """A line whose total is not the sum of its words is recognised."""
    assert not Tally("合计", 2, {Progress.BEHIND: 1}, 0).adds_up
