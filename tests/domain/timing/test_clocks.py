"""The deadline engine: vectors, an independent reckoner, suspensions, extensions, and choosing."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.timing.calendar import SHANGHAI, Calendar, end_of_day, parse_csv
from models.domain.timing.clocks import Reckoning, Source, fixed, reckon, shortest
from models.domain.timing.terms import Direction, Interval, Term, Unit, advance, workdays_left

DAY: Final = timedelta(days=1)
HERE: Final = Path(__file__).parent
FILES: Final = HERE.parents[2] / "models/reference/calendar"
YEARS: Final = tuple(parse_csv((FILES / f"{year}.csv").read_text("utf-8")) for year in (2024, 2025, 2026))
CALENDAR: Final = Calendar.of_years(*YEARS)
VECTORS: Final = tuple(csv.DictReader((HERE / "deadline_vectors.csv").read_text("utf-8").splitlines()))
BACK: Final = Direction.BEFORE

# Fictitious: the real arrangement of 2027 was not published when this was written.
YEAR_2027: Final = parse_csv(
    "# 虚构，仅供测试\nday,is_workday,name\n"
    + "".join(f"2027-01-0{n},0,元旦\n" for n in (1, 2, 3))
    + "".join(f"2027-02-{n:02},0,春节\n" for n in range(5, 13))
    + "2027-02-14,1,春节调休上班\n"
)


def at(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "row", VECTORS, ids=lambda row: "{event_on}-{length}{unit}-{direction}".format(**row)
)
def test_vectors(row: dict[str, str]) -> None:
    """Every published vector gives its legal day and its rolled day, at any hour of the event's day."""
    term = Term(int(row["length"]), Unit(row["unit"]), Direction(row["direction"]))
    for moment in (time(), time(12), time(23, 59, 59, 999999)):
        start_at = datetime.combine(date.fromisoformat(row["event_on"]), moment, SHANGHAI)
        found = reckon(term, start_at, CALENDAR)
        assert found.legal_due_on.isoformat() == row["legal_due_on"]
        assert found.due_on.isoformat() == row["rolled_due_on"]
        assert found.due_at == end_of_day(found.due_on)
        assert found.confirmed


def test_the_vectors_are_the_shared_ones() -> None:
    """The project's copy of the vectors holds all eleven of the rulebook."""
    assert len(VECTORS) == 11


@dataclass(frozen=True, slots=True)
class Walked:
    legal: date
    due: date
    skipped: tuple[date, ...]
    suspended: int


def same_day_of_month(start: date, months: int) -> date:
    """Walks month by month to the wanted month, then back from the 31st to a day that exists."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for day in range(start.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError("no such month")


def walk(term: Term, start: date, stops: Sequence[tuple[date, date]]) -> Walked:
    """An independent reckoner: one day after the other, knowing nothing of ranks and differences."""
    works = term.unit is Unit.WD
    months = {Unit.M: term.length, Unit.Y: 12 * term.length}.get(term.unit)
    left = term.length if months is None else (same_day_of_month(start, months) - start).days
    day, suspended, rests = start, 0, []
    while left:
        day += DAY
        counts = CALENDAR.is_workday(day) or not works
        if not counts:
            rests.append(day)
        elif any(first < day <= last for first, last in stops):
            suspended += 1
        else:
            left -= 1
    legal = day
    while term.roll and not CALENDAR.is_workday(day):
        rests.append(day)
        day += DAY
    return Walked(legal, day, tuple(rests), suspended)


def random_term(dice: random.Random) -> Term:
    unit = dice.choice([Unit.ND, Unit.WD, Unit.M, Unit.Y])
    most = {Unit.ND: 120, Unit.WD: 80, Unit.M: 12, Unit.Y: 2}[unit]
    return Term(dice.randint(1, most), unit, roll=dice.random() < 0.7)


def random_stops(dice: random.Random, start: date, base: date) -> list[tuple[date, date]]:
    """Up to three suspensions, overlapping or not, that begin while the bare term runs."""
    stops = []
    for _ in range(dice.choice([0, 0, 1, 2, 3])):
        first = start + dice.randrange((base - start).days) * DAY
        stops.append((first, first + dice.randrange(30) * DAY))
    return stops


def test_ten_thousand_terms_against_a_day_by_day_reckoner() -> None:
    """On 10,000 random terms the engine finds what walking day by day finds, suspensions included."""
    dice = random.Random(20261123)
    for _ in range(10_000):
        start = date(2024, 1, 1) + dice.randrange(1000) * DAY
        term = random_term(dice)
        stops = random_stops(dice, start, advance(start, term, CALENDAR))
        intervals = [
            Interval(datetime.combine(a, time(9), SHANGHAI), datetime.combine(b, time(17), SHANGHAI))
            for a, b in stops
        ]
        found = reckon(term, datetime.combine(start, time(8), SHANGHAI), CALENDAR, suspensions=intervals)
        walked = walk(term, start, stops)
        case = (term, start, stops)
        assert (found.legal_due_on, found.due_on) == (walked.legal, walked.due), case
        assert (found.suspended_days, found.skipped) == (walked.suspended, walked.skipped), case
        assert found.base_due_on == walk(term, start, ()).legal, case


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        (date(2026, 1, 31), Term(1, Unit.M, roll=False), date(2026, 2, 28)),
        (date(2026, 11, 30), Term(3, Unit.M, roll=False), date(2027, 2, 28)),
        (date(2024, 2, 29), Term(1, Unit.Y, roll=False), date(2025, 2, 28)),
        (date(2024, 2, 29), Term(4, Unit.Y, roll=False), date(2028, 2, 29)),
        (date(2026, 3, 31), Term(1, Unit.M, BACK), date(2026, 2, 28)),
        (date(2026, 1, 15), Term(2, Unit.M, BACK), date(2025, 11, 15)),
        (date(2026, 12, 31), Term(331, Unit.MD, roll=False), date(2027, 3, 31)),
        (date(2025, 1, 1), Term(331, Unit.MD, roll=False), date(2026, 3, 31)),
        (date(2025, 6, 1), Term(229, Unit.MD, roll=False), date(2026, 2, 28)),
        (date(2026, 9, 30), Term(5, Unit.WD, BACK), date(2026, 9, 22)),
        (date(2026, 9, 16), Term(0, Unit.ND), date(2026, 9, 16)),
    ],
)
def test_months_years_and_fixed_days(start: date, term: Term, due: date) -> None:
    """Months and years end on the corresponding day, else on the month's last; 331 is next March 31."""
    assert reckon(term, datetime.combine(start, time(9), SHANGHAI), CALENDAR).due_on == due


def test_an_open_end_of_month_day_by_day() -> None:
    """A term of one month from the 31st ends on the last day of each shorter month."""
    ends = [same_day_of_month(date(2026, 8, 31), n) for n in range(1, 8)]
    assert ends == [advance(date(2026, 8, 31), Term(n, Unit.M), CALENDAR) for n in range(1, 8)]


@given(n=st.integers(1, 400), offset=st.integers(0, 700), unit=st.sampled_from([Unit.ND, Unit.WD, Unit.M]))
def test_counting_back_never_rolls(n: int, offset: int, unit: Unit) -> None:
    """A date counted back stands where it falls, be it a holiday, and is never after its event."""
    start = date(2025, 1, 1) + offset * DAY
    found = reckon(Term(n, unit, BACK), datetime.combine(start, time(9), SHANGHAI), CALENDAR)
    assert found.due_on == found.legal_due_on < start


@given(
    hours=st.integers(0, 200),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
)
def test_hours_run_through_nights_and_holidays(hours: int, start: datetime) -> None:
    """An hour limit ends exactly that many hours later and never depends on a calendar."""
    start_at = start.replace(tzinfo=SHANGHAI)
    found = reckon(Term(hours, Unit.H), start_at, CALENDAR)
    assert found.due_at == start_at + timedelta(hours=hours)
    assert found.confirmed
    assert found.hourly
    assert found.due_on == found.legal_due_on


CLOSE: Final = Term(60, Unit.ND)
ACCEPTED_AT: Final = at(8, 3)  # legal end 2026-10-02, rolled to 2026-10-08


def test_impossible_terms_cannot_be_made() -> None:
    """A negative length, a month-day that does not exist or is counted back, an interval turned round."""
    for length, unit, direction in (
        (-1, Unit.ND, BACK),
        (1301, Unit.MD, Direction.AFTER),
        (331, Unit.MD, BACK),
    ):
        with pytest.raises(ValueError, match=r"."):
            Term(length, unit, direction)
    with pytest.raises(ValueError, match="before it begins"):
        Interval(at(8, 2), at(8, 1))
    with pytest.raises(ValueError, match="instant"):
        advance(date(2026, 8, 1), Term(2, Unit.H), CALENDAR)


def test_new_year_2027_is_unconfirmed_and_moves_when_published() -> None:
    """A term across New Year says that 2027 is not published; once a calendar is loaded the date moves."""
    term, start_at = Term(40, Unit.WD), at(12, 15)
    before = reckon(term, start_at, CALENDAR)
    assert (before.confirmed, before.unconfirmed_years) == (False, (2027,))
    assert before.due_on == before.earlier_due_on == date(2027, 2, 9)
    after = reckon(term, start_at, Calendar.of_years(*YEARS, YEAR_2027))
    assert after.confirmed
    assert after.due_on == date(2027, 2, 17)
    assert before.earlier_due_on < after.due_on


def test_an_unconfirmed_roll_over_keeps_the_earlier_reading() -> None:
    """An end on a Saturday of an unpublished year rolls to Monday, but is reminded by the Saturday."""
    found = reckon(CLOSE, at(12, 1), CALENDAR)
    assert (found.legal_due_on, found.due_on) == (date(2027, 1, 30), date(2027, 2, 1))
    assert (found.earlier_due_on, found.confirmed) == (date(2027, 1, 30), False)


@pytest.mark.parametrize(
    ("term", "start_at", "years"),
    [
        (Term(60, Unit.ND, roll=False), at(12, 1), ()),
        (Term(60, Unit.ND, BACK), at(3, 1, year=2027), ()),
        (Term(30, Unit.WD, BACK), at(1, 20, year=2027), (2027,)),
        (Term(30, Unit.ND), at(12, 1), ()),
        (Term(31, Unit.ND), at(12, 1), (2027,)),
        (Term(1, Unit.WD), at(12, 31), (2027,)),
        (Term(1, Unit.WD), at(12, 31, year=2023), ()),
        (Term(331, Unit.MD), at(12, 1), (2027,)),
        (Term(48, Unit.H), at(12, 31), ()),
    ],
)
def test_only_years_looked_at_must_be_published(
    term: Term, start_at: datetime, years: tuple[int, ...]
) -> None:
    """A date that no calendar could move is confirmed, though it lies in an unpublished year."""
    assert reckon(term, start_at, CALENDAR).unconfirmed_years == years


@pytest.mark.parametrize(
    ("today", "left"),
    [(date(2026, 9, 30), 1), (date(2026, 10, 8), 0), (date(2026, 10, 1), 1), (date(2026, 10, 10), -2)],
)
def test_workdays_left(today: date, left: int) -> None:
    """Today is not counted, the due day is; after it the number is that of working days overdue."""
    assert workdays_left(date(2026, 10, 8), today, CALENDAR) == left


def candidates(national: date, local: date, order: date) -> list[tuple[Source, Reckoning]]:
    dated = ((Source.NATIONAL, national), (Source.LOCAL, local), (Source.WORK_ORDER, order))
    return [(source, fixed(day, ACCEPTED_AT)) for source, day in dated]


@given(ends=st.tuples(*[st.dates(date(2026, 9, 1), date(2026, 9, 9))] * 3), shuffled=st.randoms())
def test_the_shortest_limit_applies(ends: tuple[date, date, date], shuffled: random.Random) -> None:
    """Of several limits the first to end applies, in any order given; equal ones cite the national rule."""
    given_ = candidates(*ends)
    shuffled.shuffle(given_)
    chosen = shortest(given_)
    assert chosen.reckoning.due_on == min(ends)
    assert chosen.source is list(Source)[ends.index(min(ends))]
    assert chosen.considered == tuple(given_)


def test_a_work_order_with_a_time_of_day_beats_the_same_day() -> None:
    """A work order due at 17:00 is shorter than a rule that lets the same day run to 24:00."""
    due_at = at(10, 8, 17)
    rule = reckon(CLOSE, ACCEPTED_AT, CALENDAR)
    chosen = shortest([(Source.NATIONAL, rule), (Source.WORK_ORDER, fixed(due_at, ACCEPTED_AT))])
    assert (chosen.source, chosen.reckoning.due_at) == (Source.WORK_ORDER, due_at)
    assert chosen.reckoning.hourly
    assert not rule.hourly


def test_a_plain_date_lasts_to_its_midnight() -> None:
    """A work order that names a day is met until 24:00 of that day, holiday or not."""
    found = fixed(date(2026, 10, 2), ACCEPTED_AT)
    assert found.due_at == end_of_day(date(2026, 10, 2))
    assert (found.due_on, found.counted, found.confirmed, found.hourly) == (
        date(2026, 10, 2),
        60,
        True,
        False,
    )


def test_there_is_always_something_to_choose_from() -> None:
    """Choosing from nothing is a programming error."""
    with pytest.raises(ValueError, match="no limit"):
        shortest([])
