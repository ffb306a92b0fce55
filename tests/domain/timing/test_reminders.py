"""The escalation ladder: when which stage speaks, and what is left out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day, parse_csv
from models.domain.timing.clocks import Reckoning, fixed, reckon
from models.domain.timing.reminders import (
    Audience,
    Clock,
    Kind,
    Planned,
    QuietHours,
    Stage,
    latest_due,
    next_after,
    parse_ladder,
    plan,
)
from models.domain.timing.terms import Direction, Interval, Term, Unit

REFERENCE: Final = Path(__file__).parents[3] / "models/reference"
YEARS: Final = tuple(
    parse_csv((REFERENCE / f"calendar/{year}.csv").read_text("utf-8")) for year in (2024, 2025, 2026)
)
CALENDAR: Final = Calendar.of_years(*YEARS)
LADDER: Final = parse_ladder((REFERENCE / "ladder.toml").read_text("utf-8"))
NIGHT: Final = QuietHours()
TOLD: Final = (Audience.HANDLER,)


def at(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def planned(
    reckoning: Reckoning, *, quiet: QuietHours = NIGHT, until: datetime | None = None
) -> tuple[Planned, ...]:
    until = until or reckoning.start_at
    return plan(LADDER, reckoning, CALENDAR, quiet=quiet, hourly=reckoning.hourly, until=until)


def told(reckoning: Reckoning) -> list[str]:
    return [f"{one.stage.code} {one.at:%m-%d %H:%M}" for one in planned(reckoning)]


def test_sixty_days_count_back_from_the_legal_day() -> None:
    """Before the end all counts from 10-02, the legal day; 'due' and 'overdue' from the rolled 10-08."""
    assert told(reckon(Term(60, Unit.ND), at(8, 3), CALENDAR)) == [
        "half 09-02 09:00",
        "three_quarters 09-17 09:00",
        "before_3wd 09-28 09:00",
        "before_1wd 09-30 09:00",
        "due 10-08 09:00",
        "overdue_1wd 10-09 09:00",
        "overdue_3wd 10-12 09:00",
        "overdue_w1 10-19 09:00",
    ]


def test_an_unconfirmed_end_is_reminded_by_the_earlier_reading() -> None:
    """While 2027 is unpublished the due-day message comes on the unrolled Saturday, not on Monday."""
    assert told(reckon(Term(60, Unit.ND), at(12, 1), CALENDAR)) == [
        "half 12-31 09:00",
        "three_quarters 01-15 09:00",
        "before_3wd 01-27 09:00",
        "before_1wd 01-29 09:00",
        "due 01-30 09:00",
        "overdue_1wd 02-02 09:00",
        "overdue_3wd 02-04 09:00",
        "overdue_w1 02-11 09:00",
    ]


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        (
            Term(1, Unit.WD),
            [
                "due 09-17 09:00",
                "overdue_1wd 09-18 09:00",
                "overdue_3wd 09-21 09:00",
                "overdue_w1 09-29 09:00",
            ],
        ),
        (
            Term(3, Unit.WD),
            [
                "before_1wd 09-18 09:00",
                "due 09-20 09:00",
                "overdue_1wd 09-21 09:00",
                "overdue_3wd 09-23 09:00",
                "overdue_w1 10-08 09:00",
            ],
        ),
        (
            Term(7, Unit.ND),
            [
                "half 09-19 09:00",
                "before_3wd 09-20 09:00",
                "before_1wd 09-22 09:00",
                "due 09-23 09:00",
                "overdue_1wd 09-24 09:00",
                "overdue_3wd 09-29 09:00",
                "overdue_w1 10-12 09:00",
            ],
        ),
    ],
)
def test_short_terms_keep_the_more_urgent_stage(term: Term, codes: list[str]) -> None:
    """On short terms a stage that would not come before a more urgent one is merged into that one."""
    assert told(reckon(term, at(9, 16), CALENDAR)) == codes


def test_hours_are_reminded_to_the_minute_at_night_too() -> None:
    """A two-hour limit from 23:00 speaks at half, three quarters, -15 min, the end, +1 h and +3 h."""
    assert told(reckon(Term(2, Unit.H), at(12, 1, 23), CALENDAR)) == [
        "half 12-02 00:00",
        "three_quarters 12-02 00:30",
        "before_15min 12-02 00:45",
        "due 12-02 01:00",
        "overdue_1h 12-02 02:00",
        "overdue_3h 12-02 04:00",
    ]


def test_very_short_hours_drop_what_lies_before_their_start() -> None:
    """A work order that leaves ten minutes has no -15-minute stage, and its shares of time stay."""
    codes = [one.stage.code for one in planned(fixed(at(12, 1, 9, 10), at(12, 1, 9)))]
    assert codes == ["half", "three_quarters", "due", "overdue_1h", "overdue_3h"]


def test_stages_some_hours_before_the_end() -> None:
    """A ladder may also speak whole hours before the end of an hour clock."""
    stage = Stage("before_6h", Kind.HOURS_BEFORE, 6, TOLD, Clock.HOUR)
    reckoning = reckon(Term(24, Unit.H), at(12, 1), CALENDAR)
    found = plan([stage], reckoning, CALENDAR, quiet=NIGHT, hourly=True, until=at(12, 1))
    assert found == (Planned(stage, at(12, 2, 4)),)


def test_a_date_counted_back_has_no_halves() -> None:
    """Sixty days before an expiry: warned before that day and on it, though the event is still to come."""
    reckoning = reckon(Term(60, Unit.ND, Direction.BEFORE), at(3, 1, year=2027), CALENDAR)
    assert told(reckoning)[:3] == ["before_3wd 12-28 09:00", "before_1wd 12-30 09:00", "due 12-31 09:00"]


def test_a_work_order_for_today_is_due_today() -> None:
    """An order for the same day speaks at 09:00 if it came before; else the next word is that it is late."""
    assert told(fixed(date(2026, 12, 1), at(12, 1, 8)))[0] == "due 12-01 09:00"
    assert told(fixed(date(2026, 12, 1), at(12, 1, 10)))[0] == "overdue_1wd 12-02 09:00"


def test_a_clock_that_arrives_overdue_has_no_past() -> None:
    """Whatever would have spoken before the clock started is not planned."""
    assert told(fixed(date(2026, 11, 30), at(12, 1, 10))) == [
        "overdue_3wd 12-03 09:00",
        "overdue_w1 12-10 09:00",
    ]


@pytest.mark.parametrize(
    ("quiet", "moment", "allowed"),
    [
        (QuietHours(), at(12, 1, 22), at(12, 2, 7)),
        (QuietHours(), at(12, 1, 3), at(12, 1, 7)),
        (QuietHours(), at(12, 1, 7), at(12, 1, 7)),
        (QuietHours(), at(12, 1, 21, 59), at(12, 1, 21, 59)),
        (QuietHours(time(12), time(14, 30)), at(12, 1, 13), at(12, 1, 14, 30)),
        (QuietHours(time(12), time(14, 30)), at(12, 1, 15), at(12, 1, 15)),
        (QuietHours(time(8), time(8)), at(12, 1, 8), at(12, 1, 8)),
    ],
)
def test_quiet_hours_end(quiet: QuietHours, moment: datetime, allowed: datetime) -> None:
    """A message waits until the quiet hours end, over midnight or not, and not a minute longer."""
    assert quiet.next_allowed(moment) == allowed


def test_quiet_hours_may_reach_into_the_morning() -> None:
    """With quiet hours until 10:30 a day clock speaks at 10:30 instead of 09:00."""
    reckoning = reckon(Term(3, Unit.WD), at(9, 16), CALENDAR)
    times = {
        one.at.astimezone(SHANGHAI).time()
        for one in planned(reckoning, quiet=QuietHours(time(20), time(10, 30)))
    }
    assert times == {time(10, 30)}


STARTS: Final = st.integers(0, 1200 * 24 * 60).map(lambda n: at(1, 1, 0, year=2024) + timedelta(minutes=n))
DAY_TERMS: Final = st.builds(
    Term,
    st.integers(0, 120),
    st.sampled_from([Unit.ND, Unit.WD, Unit.M]),
    st.just(Direction.AFTER),
    st.booleans(),
)
QUIET: Final = st.builds(QuietHours, st.times(), st.times())
DAY_STAGES: Final = st.lists(
    st.one_of(
        st.builds(
            Stage,
            st.text(),
            st.sampled_from([Kind.HALF, Kind.THREE_QUARTERS, Kind.DUE]),
            st.just(0),
            st.just(TOLD),
        ),
        st.builds(
            Stage,
            st.text(),
            st.sampled_from([Kind.WORKDAYS_BEFORE, Kind.WORKDAYS_AFTER, Kind.WEEKLY_AFTER]),
            st.integers(1, 20),
            st.just(TOLD),
        ),
    ),
    max_size=9,
    unique=True,
)


def is_quiet(quiet: QuietHours, moment: datetime) -> bool:
    """Independent of the product: walks the clock backwards to the last edge of the quiet hours."""
    clock = moment.astimezone(SHANGHAI).time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return quiet.start != quiet.end and not quiet.end <= clock < quiet.start


def place_in(stages: Sequence[Stage], told: Stage) -> int:
    """Where a stage stands on the ladder; a week stands where its weekly stage does."""
    weeks = [place for place, one in enumerate(stages) if is_week_of(one, told)]
    return stages.index(told) if told in stages else weeks[0]


def is_week_of(stage: Stage, told: Stage) -> bool:
    week = told.code.removeprefix(stage.code)
    return (
        stage.kind is Kind.WEEKLY_AFTER and week.isdecimal() and told.amount == stage.amount + 5 * int(week)
    )


@given(term=DAY_TERMS, start_at=STARTS, quiet=QUIET, stages=DAY_STAGES, lost=st.integers(0, 20))
def test_day_plans_are_orderly(
    term: Term, start_at: datetime, quiet: QuietHours, stages: list[Stage], lost: int
) -> None:
    """Any ladder on any day clock rises strictly, each stage once, in order, after the start, never quiet."""
    stops = [Interval(start_at, start_at + timedelta(days=lost))]
    reckoning = reckon(term, start_at, CALENDAR, suspensions=stops)
    found = plan(stages, reckoning, CALENDAR, quiet=quiet, hourly=False, until=start_at)
    assert all(before.at < later.at for before, later in itertools.pairwise(found))
    places = [place_in(stages, one.stage) for one in found]
    assert places == sorted(places)
    assert len({one.stage for one in found}) == len(found)
    assert all(one.at > start_at and not is_quiet(quiet, one.at) for one in found)


@given(hours=st.integers(0, 100), start_at=STARTS)
def test_hour_plans_are_orderly(hours: int, start_at: datetime) -> None:
    """On hour clocks too the stages rise strictly, come once each, and the end is always announced."""
    found = planned(reckon(Term(hours, Unit.H), start_at, CALENDAR))
    assert all(before.at < later.at for before, later in itertools.pairwise(found))
    assert len({one.stage for one in found}) == len(found)
    assert ("due" in [one.stage.code for one in found]) == (hours > 0)


@given(term=DAY_TERMS, start_at=STARTS)
def test_warnings_never_come_after_the_legal_day(term: Term, start_at: datetime) -> None:
    """No stage that warns of the end comes on the legal day or later: a roll-over gives no leisure."""
    reckoning = reckon(term, start_at, CALENDAR)
    warnings = [one for one in planned(reckoning) if not one.stage.code.startswith(("due", "overdue"))]
    assert all(legal_day(one.at) < reckoning.legal_due_on for one in warnings)


@given(term=DAY_TERMS, start_at=STARTS, minutes=st.integers(-60, 200 * 24 * 60))
def test_catching_up_sends_only_the_latest(term: Term, start_at: datetime, minutes: int) -> None:
    """At any moment one stage at most is due, the latest past one; the next is the first still to come."""
    now = start_at + timedelta(minutes=minutes)
    stages = planned(reckon(term, start_at, CALENDAR), until=now)
    past = [one for one in stages if one.at <= now]
    assert latest_due(stages, now) == (past[-1] if past else None)
    assert next_after(stages, now) == stages[len(past)], "a clock that runs is told of every week"


def test_a_stage_of_the_wrong_ladder_is_a_programming_error() -> None:
    """Minutes on a day clock and working days on an hour clock are refused."""
    day, hour = reckon(Term(9, Unit.ND), at(9, 1), CALENDAR), reckon(Term(9, Unit.H), at(9, 1), CALENDAR)
    minutes = Stage("x", Kind.MINUTES_BEFORE, 15, TOLD, Clock.DAY)
    with pytest.raises(ValueError, match="day clock"):
        plan([minutes], day, CALENDAR, quiet=NIGHT, hourly=False, until=at(9, 1))
    workdays = Stage("x", Kind.WORKDAYS_BEFORE, 1, TOLD, Clock.HOUR)
    with pytest.raises(ValueError, match="hour clock"):
        plan([workdays], hour, CALENDAR, quiet=NIGHT, hourly=True, until=at(9, 1))
