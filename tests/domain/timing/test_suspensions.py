"""Suspensions and extensions: what is added to the base date, and what is not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final

import pytest

from models.domain.timing.calendar import SHANGHAI, Calendar, parse_csv
from models.domain.timing.clocks import reckon
from models.domain.timing.terms import Direction, Interval, Term, Unit

FILE: Final = Path(__file__).parents[3] / "models/reference/calendar/2026.csv"
CALENDAR: Final = Calendar.of_years(parse_csv(FILE.read_text("utf-8")))
BACK: Final = Direction.BEFORE


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_hours_stand_still_exactly_as_long_as_suspended() -> None:
    """Two hours, suspended for 35 minutes and extended by three hours, end 5 h 35 min later."""
    found = reckon(
        Term(2, Unit.H),
        at(10, 1, 23),
        CALENDAR,
        suspensions=[Interval(at(10, 1, 23, 20), at(10, 1, 23, 55)), Interval(at(10, 3, 9), at(10, 3, 12))],
        extensions=[Term(3, Unit.H)],
    )
    assert found.due_at == at(10, 2, 4, 35)
    assert found.base_due_on == date(2026, 10, 2)
    assert (found.suspended_days, found.counted) == (0, 5)
    assert [one.to_at for one in found.extended] == [found.due_at]


CLOSE: Final = Term(60, Unit.ND)
ACCEPTED_AT: Final = at(8, 3)  # legal end 2026-10-02, rolled to 2026-10-08


@pytest.mark.parametrize(
    ("intervals", "legal", "due", "days"),
    [
        ([], "2026-10-02", "2026-10-08", 0),
        ([Interval(at(8, 10), at(8, 15))], "2026-10-07", "2026-10-08", 5),
        ([Interval(at(8, 10), at(8, 10, 20))], "2026-10-02", "2026-10-08", 0),
        ([Interval(at(8, 10), at(8, 15)), Interval(at(8, 12), at(8, 20))], "2026-10-12", "2026-10-12", 10),
        ([Interval(at(7, 1), at(8, 5))], "2026-10-04", "2026-10-08", 2),
        ([Interval(at(7, 1), at(8, 1))], "2026-10-02", "2026-10-08", 0),
        ([Interval(at(10, 2), at(10, 20))], "2026-10-20", "2026-10-20", 18),
        ([Interval(at(10, 8, 23), at(10, 20))], "2026-10-14", "2026-10-14", 12),
        ([Interval(at(10, 9, 0), at(10, 20))], "2026-10-02", "2026-10-08", 0),
        ([Interval(at(10, 1), at(10, 6)), Interval(at(10, 12), at(10, 13))], "2026-10-07", "2026-10-08", 5),
    ],
)
def test_suspension_adds_its_days(intervals: list[Interval], legal: str, due: str, days: int) -> None:
    """Suspended legal days are added to the base date; one that begins when all is over adds nothing."""
    found = reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=intervals)
    assert (str(found.legal_due_on), str(found.due_on), found.suspended_days) == (legal, due, days)
    assert found.base_due_on == date(2026, 10, 2)
    assert found.counted == 60


def test_an_open_suspension_runs_to_now() -> None:
    """While a suspension is open the end moves with the present day; without a present it is refused."""
    open_since = [Interval(at(8, 10))]
    found = [
        reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=open_since, now=at(8, 10 + n)) for n in (0, 1, 9)
    ]
    assert [one.suspended_days for one in found] == [0, 1, 9]
    assert all(one.suspended[-1].still_open for one in found)
    with pytest.raises(ValueError, match="now"):
        reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=open_since)


def test_a_suspension_of_the_future_is_not_yet_one() -> None:
    """An open suspension dated after now has not begun and moves nothing."""
    found = reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=[Interval(at(9, 1))], now=at(8, 20))
    assert (found.suspended, found.suspended_days) == ((), 0)


def test_a_working_day_term_loses_working_days_only() -> None:
    """Suspended from Friday to Monday, a term in working days loses one day, not three."""
    found = reckon(Term(10, Unit.WD), at(8, 3), CALENDAR, suspensions=[Interval(at(8, 7), at(8, 10))])
    assert found.suspended_days == 1
    assert found.due_on == CALENDAR.add_workdays(found.base_due_on, 1) == date(2026, 8, 18)


def test_an_extension_counts_from_the_legal_day() -> None:
    """Thirty days more are counted from 2026-10-02, not from the rolled 2026-10-08, then rolled anew."""
    found = reckon(CLOSE, ACCEPTED_AT, CALENDAR, extensions=[Term(30, Unit.ND)])
    assert (found.legal_due_on, found.due_on) == (date(2026, 11, 1), date(2026, 11, 2))
    (extension,) = found.extended
    assert (extension.from_on, extension.to_on) == (date(2026, 10, 2), date(2026, 11, 1))
    assert found.base_due_on == date(2026, 10, 2)


def test_extensions_chain_and_follow_suspensions() -> None:
    """Suspended days come first, then each extension in its own unit from the legal day before it."""
    found = reckon(
        Term(15, Unit.ND),
        at(9, 10),
        CALENDAR,
        suspensions=[Interval(at(9, 11), at(9, 13))],
        extensions=[Term(5, Unit.WD), Term(1, Unit.M)],
    )
    assert [one.to_on for one in found.extended] == [date(2026, 10, 9), date(2026, 11, 9)]
    assert found.due_on == date(2026, 11, 9)
    assert found.skipped == tuple(date(2026, 10, n) for n in range(1, 8))


def test_a_suspension_within_the_extended_time_counts() -> None:
    """A clock that was extended still runs after its first end, so that it can be suspended then."""
    late = [Interval(at(10, 20), at(10, 25))]
    extended = reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=late, extensions=[Term(30, Unit.ND)])
    assert extended.legal_due_on == date(2026, 11, 6)
    assert reckon(CLOSE, ACCEPTED_AT, CALENDAR, suspensions=late).suspended_days == 0


@pytest.mark.parametrize(
    ("term", "suspensions", "extensions"),
    [
        (Term(60, Unit.ND, BACK), [Interval(at(8, 1), at(8, 2))], []),
        (Term(60, Unit.ND, BACK), [], [Term(1, Unit.ND)]),
        (Term(60, Unit.ND), [], [Term(1, Unit.H)]),
        (Term(2, Unit.H), [], [Term(1, Unit.WD)]),
        (Term(60, Unit.ND), [], [Term(331, Unit.MD)]),
        (Term(60, Unit.ND), [], [Term(5, Unit.ND, BACK)]),
    ],
)
def test_what_no_rule_may_declare_is_refused(
    term: Term, suspensions: list[Interval], extensions: list[Term]
) -> None:
    """Dates counted back are neither suspended nor extended, and hours are not mixed with days."""
    with pytest.raises(ValueError, match=r"extended|counted back"):
        reckon(term, ACCEPTED_AT, CALENDAR, suspensions=suspensions, extensions=extensions)
