"""The working-day calendar: data, lookups, and what a bad file is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.timing.calendar import SHANGHAI, Calendar, end_of_day, legal_day, parse_csv

DAY: Final = timedelta(days=1)
FILES: Final = Path(__file__).parents[3] / "models/reference/calendar"
YEARS: Final = tuple(parse_csv((FILES / f"{year}.csv").read_text("utf-8")) for year in (2024, 2025, 2026))
CALENDAR: Final = Calendar.of_years(*YEARS)
WEEKENDS: Final = Calendar.of({}, ())
HEADER: Final = "day,is_workday,name\n"
DAYS: Final = st.dates(date(2023, 6, 1), date(2028, 6, 1))


def days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + n * DAY


def test_shipped_years_agree_with_chinesecalendar() -> None:
    """Every day of 2024-2026 works or rests exactly as the independent package chinesecalendar says."""
    ours = {day: CALENDAR.is_workday(day) for day in days(date(2024, 1, 1), date(2026, 12, 31))}
    assert ours == {day: chinese_calendar.is_workday(day) for day in ours}


@pytest.mark.parametrize(
    ("index", "number", "workdays"),
    [
        (0, "国办发明电〔2023〕7号", 251),
        (1, "国办发明电〔2024〕12号", 248),
        (2, "国办发明电〔2025〕7号", 248),
    ],
)
def test_shipped_years_name_their_notice(index: int, number: str, workdays: int) -> None:
    """Each shipped year cites its State Council notice and has that year's number of working days."""
    year = YEARS[index]
    assert number in year.notice
    assert f"国务院办公厅关于{year.year}年部分节假日安排的通知" in year.notice
    assert CALENDAR.workdays_between(date(year.year - 1, 12, 31), date(year.year, 12, 31)) == workdays


def test_a_year_without_data_counts_weekends_only() -> None:
    """2027 has no published arrangement: it is unconfirmed and rests on Saturdays and Sundays alone."""
    assert not CALENDAR.is_confirmed(2027)
    year = days(date(2027, 1, 1), date(2027, 12, 31))
    assert all(CALENDAR.is_workday(day) == (day.weekday() < 5) for day in year)


@pytest.mark.parametrize(
    ("first", "last", "covered", "missing"),
    [
        (date(2024, 1, 1), date(2026, 12, 31), True, ()),
        (date(2026, 12, 31), date(2027, 1, 1), False, (2027,)),
        (date(2027, 1, 1), date(2023, 12, 31), False, (2023, 2027)),
    ],
)
def test_covers_needs_every_year(first: date, last: date, covered: bool, missing: tuple[int, ...]) -> None:
    """A span is covered when each of its years is confirmed, whichever end is named first."""
    assert CALENDAR.covers(first, last) is covered
    assert CALENDAR.missing_years(first, last) == missing


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 9, 20), date(2026, 9, 20)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 10), date(2026, 10, 10)),
        (date(2026, 10, 11), date(2026, 10, 12)),
        (date(2023, 12, 31), date(2024, 1, 2)),
    ],
)
def test_next_workday(day: date, following: date) -> None:
    """The next working day of a working day is itself; a rest period ends on the first day after it."""
    assert CALENDAR.next_workday(day) == following


@given(day=DAYS, n=st.integers(-300, 300))
def test_add_workdays_walks_the_calendar(day: date, n: int) -> None:
    """Adding n working days is the same as walking day by day and counting those that work."""
    step, left, walked = (DAY if n > 0 else -DAY), abs(n), day
    while left:
        walked += step
        left -= CALENDAR.is_workday(walked)
    assert CALENDAR.add_workdays(day, n) == walked


@given(a=DAYS, b=DAYS)
def test_workdays_between_counts_the_end_and_not_the_start(a: date, b: date) -> None:
    """Between two days lie the working days after the earlier up to the later, signed by their order."""
    first, last = sorted((a, b))
    count = sum(CALENDAR.is_workday(day) for day in days(first + DAY, last)) if first < last else 0
    assert CALENDAR.workdays_between(a, b) == (count if a <= b else -count)


def test_rest_days_lists_what_does_not_work() -> None:
    """The rest days of early October 2026 are the National Day week and the Sunday after it."""
    rest = list(CALENDAR.rest_days(date(2026, 9, 30), date(2026, 10, 12)))
    assert rest == [*days(date(2026, 10, 1), date(2026, 10, 7)), date(2026, 10, 11)]
    assert CALENDAR.name_of(date(2026, 10, 1)) == "国庆节"
    assert CALENDAR.name_of(date(2026, 10, 11)) is None


def test_a_calendar_does_not_follow_its_source() -> None:
    """Changing the mapping that a calendar was made of changes nothing in the calendar."""
    source = {date(2027, 2, 5): False}
    calendar = Calendar.of(source, [2027])
    source[date(2027, 2, 8)] = False
    assert calendar.is_workday(date(2027, 2, 8))
    assert not calendar.is_workday(date(2027, 2, 5))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI), date(2026, 11, 24)),
    ],
)
def test_the_legal_day_is_shanghais(instant: datetime, day: date) -> None:
    """The legal day turns at midnight in Shanghai, 16:00 UTC, whatever zone the instant carries."""
    assert legal_day(instant) == day


def test_an_instant_without_offset_has_no_legal_day() -> None:
    """A naive datetime is refused: guessing its zone would move a deadline by a day."""
    with pytest.raises(ValueError, match="offset"):
        legal_day(datetime(2026, 11, 23))  # noqa: DTZ001


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_ends_at_24_o_clock(day: date) -> None:
    """The last microsecond before the end of a day is that day, the end itself is the next."""
    end = end_of_day(day)
    assert legal_day(end - timedelta(microseconds=1)) == day
    assert legal_day(end) == day + DAY


def test_parse_reads_excel_exports() -> None:
    """A byte-order mark, CRLF line ends, quotes, blanks and empty lines do not disturb the reading."""
    text = '\ufeff# 通知\r\n\r\nday,is_workday,name\r\n2027-10-01, 0 ,"国庆节"\r\n2027-10-02,0,国庆节\r\n'
    year = parse_csv(text)
    assert (year.year, year.notice) == (2027, "通知")
    assert dict(year.days) == {date(2027, 10, 1): False, date(2027, 10, 2): False}
    assert year.names[date(2027, 10, 1)] == "国庆节"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "empty"),
        ("# 只有说明\n" + HEADER, 1, "empty"),
        ("日期,上班,名称\n2027-10-01,0,国庆节\n", 1, "header"),
        (HEADER + "2027-10-01,0\n", 2, "columns"),
        (HEADER + "2027-02-29,0,春节\n", 2, "date"),
        (HEADER + "20271001,0,国庆节\n", 2, "date"),
        (HEADER + "2027-W39-5,0,国庆节\n", 2, "date"),
        (HEADER + "2027/10/1,0,国庆节\n", 2, "date"),
        (HEADER + "2027-10-01,否,国庆节\n", 2, "is_workday"),
        (HEADER + "2027-10-01,0,\n", 2, "name"),
        (HEADER + "2027-10-01,0,国庆节\n2027-10-01,0,国庆节\n", 3, "duplicate"),
        (HEADER + "2027-10-01,0,国庆节\n2028-10-02,0,国庆节\n", 3, "year"),
        (HEADER + "2027-10-08,1,国庆节\n", 2, "no_exception"),
        (HEADER + "2027-10-16,0,周末\n2027-10-17,0,周末\n", 2, "no_exception"),
    ],
)
def test_parse_names_the_bad_line(text: str, line: int, code: str) -> None:
    """A bad calendar file is refused with the line, a stable code and a Chinese sentence."""
    with pytest.raises(Invalid) as caught:
        parse_csv(text)
    flaw = caught.value.flaws[0]
    assert (flaw.pointer, flaw.code) == (f"/lines/{line}", code)
    assert flaw.message.startswith(f"第{line}行：")


def test_parse_reports_every_bad_line_at_once() -> None:
    """Three bad lines give three flaws in one refusal."""
    with pytest.raises(Invalid) as caught:
        parse_csv(HEADER + "2027-10-01,x,国庆节\n2027-10-33,0,国庆节\n2027-10-04,0,\n2027-10-05,0,国庆节\n")
    assert [flaw.pointer for flaw in caught.value.flaws] == ["/lines/2", "/lines/3", "/lines/4"]


@given(text=st.text(alphabet='# \ufeff\n\r,01-2姘day_isworknm"\x00', max_size=80))
def test_parse_never_breaks(text: str) -> None:
    """Whatever the file holds, parsing gives a year or the refusal ``Invalid``, nothing else."""
    with suppress(Invalid):
        assert parse_csv(HEADER + text).days


def test_looking_up_is_fast_enough() -> None:
    """Sixty working days are found without walking: ten thousand look-ups stay far under a second."""
    begun = datetime.now(UTC)
    for _ in range(10_000):
        CALENDAR.add_workdays(date(2026, 9, 1), 60)
    assert datetime.now(UTC) - begun < timedelta(seconds=1)


def test_weekends_only_calendar_is_a_calendar() -> None:
    """A calendar without any data works Monday to Friday and confirms nothing."""
    assert WEEKENDS.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 1)
    assert not WEEKENDS.covers(date(2026, 1, 1), date(2026, 1, 1))
