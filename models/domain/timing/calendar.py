"""
Working days 工作日 and the legal day of an instant.

A day is a working day when the State Council's yearly notice says so; a day the notice does not name
works from Monday to Friday. A year without notice counts weekends only and is not ``confirmed``:
whoever computes with it must say so (product.md invariant 9).

Source: 国务院办公厅关于各年部分节假日安排的通知 (``models/reference/calendar/*.csv``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Final

from models.domain.errors import Flaw, Invalid

# A fixed offset: China has had no daylight saving since 1991, and the host needs no time-zone data.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5  # date.weekday()
_HEADER: Final = ["day", "is_workday", "name"]


def legal_day(instant: datetime) -> date:
    """The Shanghai calendar day on which an aware instant falls, whatever the host's zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its offset")
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """24:00 Shanghai of a day, i.e. the first instant that is too late. Source: 民法典第二百零三条."""
    return datetime.combine(day + _DAY, time(), SHANGHAI)


@dataclass(frozen=True, slots=True)
class _Year:
    """One year counted once: ordinals of its working days, and how many precede each day."""

    workdays: tuple[int, ...]
    before: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days of all years; unchangeable, so one instance serves a whole process."""

    _days: Mapping[date, bool]
    _confirmed: frozenset[int]
    _names: Mapping[date, str]
    _counted: dict[int, _Year] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, days: Mapping[date, bool], years: Collection[int], *, names: Mapping[date, str] | None = None
    ) -> Calendar:
        """
        A calendar from its exceptions (True: works) and the years whose notice is published.

        ``names`` (春节, 国庆节 …) serve explanations only.
        """
        return cls(MappingProxyType(dict(days)), frozenset(years), MappingProxyType(dict(names or {})))

    @classmethod
    def of_years(cls, *years: CalendarYear) -> Calendar:
        """A calendar from published years."""
        days = {day: works for year in years for day, works in year.days.items()}
        names = {day: name for year in years for day, name in year.names.items()}
        return cls.of(days, {year.year for year in years}, names=names)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        exception = self._days.get(day)
        return day.weekday() < _SATURDAY if exception is None else exception

    def name_of(self, day: date) -> str | None:
        """What the notice calls the day (国庆节), or None."""
        return self._names.get(day)

    def is_confirmed(self, year: int) -> bool:
        """Whether the State Council's arrangement of that year is loaded."""
        return year in self._confirmed

    def covers(self, first: date, last: date) -> bool:
        """Whether every year from ``first`` to ``last`` is confirmed (order does not matter)."""
        return not self.missing_years(first, last)

    def missing_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years from ``first`` to ``last`` (in any order) that have no published arrangement."""
        low, high = sorted((first.year, last.year))
        return tuple(year for year in range(low, high + 1) if year not in self._confirmed)

    def next_workday(self, day: date) -> date:
        """The day itself when it works, else the first working day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def add_workdays(self, day: date, n: int) -> date:
        """
        The n-th working day after ``day`` (before it when n < 0); ``day`` itself is not counted.

        n = 0 gives ``day`` unchanged, working or not.
        """
        if n == 0:
            return day
        year = day.year
        counted = self._year(year)
        # Ranks are 1-based within the year; whole years are stepped over by their totals.
        rank = self._upto(day) + n if n > 0 else self._upto(day - _DAY, year) + n + 1
        while rank > len(counted.workdays):
            rank -= len(counted.workdays)
            year += 1
            counted = self._year(year)
        while rank < 1:
            year -= 1
            counted = self._year(year)
            rank += len(counted.workdays)
        return date.fromordinal(counted.workdays[rank - 1])

    def workdays_between(self, a: date, b: date) -> int:
        """How many working days lie after ``a`` up to and including ``b``; negative when b < a."""
        if b < a:
            return -self.workdays_between(b, a)
        whole = sum(len(self._year(year).workdays) for year in range(a.year, b.year))
        return whole + self._upto(b) - self._upto(a)

    def rest_days(self, first: date, last: date) -> Iterator[date]:
        """The days from ``first`` to ``last``, both included, on which offices rest."""
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if not self.is_workday(day):
                yield day

    def _upto(self, day: date, year: int | None = None) -> int:
        """Working days of ``year`` (the day's own) up to and including ``day``; 0 before that year."""
        if year is not None and day.year < year:
            return 0
        return self._year(day.year).before[day.timetuple().tm_yday]

    def _year(self, year: int) -> _Year:
        # A plain dict as cache: two threads may count the same year twice, with the same result.
        counted = self._counted.get(year)
        if counted is None:
            counted = self._counted[year] = self._count(year)
        return counted

    def _count(self, year: int) -> _Year:
        workdays: list[int] = []
        before = [0]
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            if self.is_workday(date.fromordinal(ordinal)):
                workdays.append(ordinal)
            before.append(len(workdays))
        return _Year(tuple(workdays), tuple(before))


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's published arrangement: the text of its notice, its exceptions and their names."""

    year: int
    notice: str
    days: Mapping[date, bool]
    names: Mapping[date, str]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    day: date
    works: bool
    name: str


def parse_csv(text: str) -> CalendarYear:
    """
    One year's arrangement from CSV: ``# notice`` lines, then ``day,is_workday,name``.

    Listed are the days of each announced rest period (its weekends too) and the working weekends.
    Raises ``Invalid`` with one flaw per bad line.
    """
    lines = list(enumerate(text.removeprefix("\ufeff").splitlines(), start=1))  # Excel writes a BOM
    notice = "\n".join(line.lstrip("# ").rstrip() for _, line in lines if line.startswith("#"))
    flaws: list[Flaw] = []
    rows = _rows([(n, line) for n, line in lines if line.strip() and not line.startswith("#")], flaws)
    flaws += _whole_year_flaws(rows)
    if not rows and not flaws:
        flaws.append(_flaw(1, "empty", "没有任何日期，请按“day,is_workday,name”逐行填写放假日和调休上班日"))
    if flaws:
        raise Invalid("节假日安排文件有误，请逐行修改后重新导入", flaws=flaws)
    days = {row.day: row.works for row in rows}
    names = {row.day: row.name for row in rows}
    return CalendarYear(rows[0].day.year, notice, MappingProxyType(days), MappingProxyType(names))


def _rows(lines: list[tuple[int, str]], flaws: list[Flaw]) -> list[_Row]:
    if not lines:
        return []
    number, header = lines[0]
    if _cells(header) != _HEADER:
        flaws.append(_flaw(number, "header", "表头应为“day,is_workday,name”"))
        return []
    rows: list[_Row] = []
    for number, line in lines[1:]:
        row = _row(number, line)
        if isinstance(row, Flaw):
            flaws.append(row)
        else:
            rows.append(row)
    return rows


def _row(number: int, line: str) -> _Row | Flaw:
    cells = _cells(line)
    if len(cells) != len(_HEADER):
        return _flaw(number, "columns", f"应有{len(_HEADER)}列，实有{len(cells)}列")
    day_text, works, name = cells
    day = _iso_date(day_text)
    if day is None:
        return _flaw(number, "date", "日期应写成“2026-10-01”的样式，且确有这一天")
    if works not in ("0", "1"):
        return _flaw(number, "is_workday", "is_workday 应为 0（休息）或 1（上班）")
    if not name:
        return _flaw(number, "name", "缺少节日名称")
    if works == "1" and day.weekday() < _SATURDAY:
        return _flaw(number, "no_exception", f"{day}是周一至周五，本来就上班，无需列出")
    return _Row(number, day, works == "1", name)


def _cells(line: str) -> list[str]:
    # No cell can hold a comma or a line break, so the csv module's dialects are not needed.
    return [cell.strip().strip('"') for cell in line.split(",")]


def _iso_date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if text == day.isoformat() else None  # 20261001 is ISO too, but a typing mistake here


def _whole_year_flaws(rows: list[_Row]) -> Iterator[Flaw]:
    """What only the rows together can show: a second year, a repeated day, a plain weekend."""
    seen: dict[date, int] = {}
    rests = {row.day for row in rows if not row.works}
    for row in rows:
        if row.day.year != rows[0].day.year:
            yield _flaw(row.line, "year", f"{row.day}不在{rows[0].day.year}年内，一个文件只能写一年")
        if row.day in seen:
            yield _flaw(row.line, "duplicate", f"{row.day}与第{seen[row.day]}行重复")
        elif not row.works and not _in_rest_period(row.day, rests):
            yield _flaw(row.line, "no_exception", f"{row.day}是普通周末，本来就休息，无需列出")
        seen.setdefault(row.day, row.line)


def _in_rest_period(day: date, rests: Collection[date]) -> bool:
    """Whether the unbroken run of listed rest days around ``day`` holds a Monday–Friday."""
    for step in (_DAY, -_DAY):
        current = day
        while current in rests:
            if current.weekday() < _SATURDAY:
                return True
            current += step
    return False


def _flaw(line: int, code: str, message: str) -> Flaw:
    return Flaw(f"/lines/{line}", code, f"第{line}行：{message}")
