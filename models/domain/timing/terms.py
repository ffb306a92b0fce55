"""
Terms 期限长度: a length in its legal unit, and the bare date on which it ends.

The start day is not counted; months and years end on the corresponding day, else on the month's last
day; a date counted back ("届满N日前") is plain subtraction; hours run through nights and holidays.
Source: 民法典第二百零一条、第二百零二条; 行政处罚法第八十五条 (which 日 are working days).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from models.domain.timing.calendar import Calendar

_DAY: Final = timedelta(days=1)
_MONTHS_PER_YEAR: Final = 12


class Unit(StrEnum):
    """What a term counts; the values are those of the rule tables."""

    ND = "ND"  # 自然日
    WD = "WD"  # 工作日
    H = "H"  # 小时, continuous
    M = "M"  # 月
    Y = "Y"  # 年
    MD = "MD"  # 次年某月某日: length = month * 100 + day


class Direction(StrEnum):
    """Whether the end lies after the event or is counted back from it (届满N日前)."""

    AFTER = "after"
    BEFORE = "before"


_WORDS: Final = {Unit.ND: "日", Unit.WD: "个工作日", Unit.H: "小时", Unit.M: "个月", Unit.Y: "年"}


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time in its legal unit, counted after or before an event."""

    length: int
    unit: Unit
    direction: Direction = Direction.AFTER
    roll: bool = True  # a last day that is a rest day moves to the next working day

    def __post_init__(self) -> None:
        if self.length < 0:
            raise ValueError("a term is not negative; count back with Direction.BEFORE")
        if self.unit is Unit.MD:
            if self.direction is Direction.BEFORE:
                raise ValueError("a fixed month-day is not counted back")
            date(2000, *divmod(self.length, 100))  # a leap year, so that 2月29日 may be written

    @property
    def hourly(self) -> bool:
        """Whether the end is an instant and not a whole day."""
        return self.unit is Unit.H

    @property
    def rolls(self) -> bool:
        """Whether the last day can move at all: never counted back, never in hours."""
        return self.roll and self.direction is Direction.AFTER and not self.hourly

    @property
    def text(self) -> str:
        """In Chinese: 60日, 3个工作日, 次年3月31日."""
        if self.unit is Unit.MD:
            return "次年{}月{}日".format(*divmod(self.length, 100))
        return f"{self.length}{_WORDS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An end that somebody set outright (a work order's date), taken as it stands."""

    due_at: datetime
    whole_day: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which the clock stood still; ``to_at`` None = it still does."""

    from_at: datetime
    to_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.to_at is not None and self.to_at < self.from_at:
            raise ValueError("an interval ends before it begins")


def advance(day: date, term: Term, calendar: Calendar) -> date:
    """The bare end of a day term counted from ``day`` (itself not counted), without roll-over."""
    sign = -1 if term.direction is Direction.BEFORE else 1
    match term.unit:
        case Unit.ND:
            return day + sign * term.length * _DAY
        case Unit.WD:
            return calendar.add_workdays(day, sign * term.length)
        case Unit.M:
            return months_after(day, sign * term.length)
        case Unit.Y:
            return months_after(day, sign * term.length * _MONTHS_PER_YEAR)
        case Unit.MD:
            return _clamped(day.year + 1, *divmod(term.length, 100))
    raise ValueError("hours are counted from an instant, not from a day")


def workdays_left(due_on: date, today: date, calendar: Calendar) -> int:
    """Working days after today up to and including the due day; 0 on that day, negative when overdue."""
    return calendar.workdays_between(today, due_on)


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 + months, _MONTHS_PER_YEAR)
    return _clamped(year, month + 1, day.day)


def _clamped(year: int, month: int, day: int) -> date:
    """That day, or the month's last one where the month is shorter. Source: 民法典第二百零二条."""
    return date(year, month, min(day, monthrange(year, month)[1]))
