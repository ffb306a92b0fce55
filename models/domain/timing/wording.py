"""
The words of a reminder 提醒用语: what, which clock, its basis, until when, and where to open it.

A message leaves the system, so it names the case by number, category and division only: no title, no text, no
place, nothing a person wrote about the reporter.
Source: domain.md §8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day
from models.domain.timing.clocks import Reckoning
from models.domain.timing.explanations import moment_text
from models.domain.timing.terms import workdays_left

SAMPLE_MARK: Final = "【示例数据】"
_MINUTES: Final = 60
_DAY_HOURS: Final = 24
_HOURS_TOLD: Final = 72
"""From here on a span is told in days: nobody counts 487 hours."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The case a clock runs on, as far as a message may name it."""

    case_id: UUID
    number: str
    categories: Sequence[str]
    division: str  # its name
    sample: bool

    @property
    def link(self) -> str:
        """The path that opens the case."""
        return f"/v1/cases/{self.case_id}"

    @property
    def line(self) -> str:
        about = [*self.categories[:2], self.division]
        return f"案件：{self.number}（{'，'.join(about)}）"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock by its title 办结期限 and its basis 《…》第十一条 (may be empty)."""

    title: str
    basis: str

    @property
    def line(self) -> str:
        return f"期限：{self.title}" + (f"；依据：{self.basis}" if self.basis else "")


def reminder(
    subject: Subject, clock: Clock, reckoning: Reckoning, calendar: Calendar, now: datetime
) -> dict[str, Any]:
    """The content of a stage's message: ``headline``, ``lines``, ``link``; plain JSON."""
    left = standing(reckoning, calendar, now)
    lines = [subject.line, clock.line, _due_line(reckoning, calendar, left)]
    return _content(subject, f"{clock.title}{left}", [*lines, *_unconfirmed(reckoning, calendar)])


def still_suspended(
    subject: Subject, clock: Clock, *, since: date, reason: str, calendar: Calendar, now: datetime
) -> dict[str, Any]:
    """The monthly note that a clock still stands."""
    days = (legal_day(now) - since).days
    lines = [
        subject.line,
        clock.line,
        f"自{moment_text(since, calendar)}起中止（{reason}），至今{days}日；中止期间不催办",
        "中止事由已消失的，请及时恢复计时；恢复后届满日相应顺延",
    ]
    return _content(subject, f"{clock.title}仍在中止，已{days}日", lines)


def unacknowledged(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content for the next higher part: nobody has said that he has it; who should have is not told."""
    *lines, last = content["lines"]
    return {
        **content,
        "headline": f"{content['headline']}，尚未有人确认收到",
        "lines": [*lines, "这项提醒尚未有人确认收到，请督促跟进", last],
    }


def relapsed(subject: Subject, *, before: str, round_: int) -> dict[str, Any]:
    """The content for the office when a problem that was written off is back; ``before``: the number it had."""
    lines = [
        subject.line,
        f"原案号：{before}；销号后反弹，已按第{round_}轮重新列入清单",
        "请督促责任单位重新报送整改方案，并研判是否启动责任追究",
    ]
    return _content(subject, f"整改问题反弹，进入第{round_}轮", lines)


def standing(reckoning: Reckoning, calendar: Calendar, now: datetime) -> str:
    """How the clock stands now: 还有3个工作日, 今日24:00届满, 已逾期2日; hour clocks to the minute."""
    if reckoning.in_hours:
        left = reckoning.due_at - now
        return f"还有{_span(left)}" if left > timedelta() else f"已逾期{_span(-left)}"
    today = legal_day(now)
    days = (reckoning.due_on - today).days
    clock = f"{reckoning.due_at.astimezone(SHANGHAI):%H:%M}" if reckoning.hourly else "24:00"
    if now >= reckoning.due_at:
        return f"已逾期{-days}日" if days else f"今日{clock}已届满"
    if days == 0:
        return f"今日{clock}届满"
    working = workdays_left(reckoning.due_on, today, calendar)
    return f"还有{working}个工作日" if working else f"还有{days}日（都是休息日）"


def _content(subject: Subject, headline: str, lines: Sequence[str]) -> dict[str, Any]:
    mark = SAMPLE_MARK if subject.sample else ""
    return {
        "headline": mark + headline,
        "lines": [mark + lines[0], *lines[1:], f"打开案件：{subject.link}"],
        "link": subject.link,
        "number": subject.number,
        "sample": subject.sample,
    }


def _due_line(reckoning: Reckoning, calendar: Calendar, left: str) -> str:
    if reckoning.hourly:
        return f"届满：{moment_text(reckoning.due_at, calendar)}，{left}"
    end = f"{moment_text(reckoning.due_on, calendar)}24:00，{left}"
    if reckoning.legal_due_on == reckoning.due_on:
        return f"届满：{end}"
    return f"法定届满日：{moment_text(reckoning.legal_due_on, calendar)}；遇休息日，顺延至：{end}"


def _unconfirmed(reckoning: Reckoning, calendar: Calendar) -> list[str]:
    if reckoning.confirmed:
        return []
    missing = calendar.missing_years(legal_day(reckoning.start_at), reckoning.due_on)
    if not missing:
        return ["放假安排已经公布，本期限待重新核定，日期可能变动"]
    years = "、".join(f"{year}年" for year in missing)
    early = moment_text(reckoning.earlier_due_on, calendar)
    return [f"{years}放假安排尚未公布，日期可能变动，请按较早的{early}安排工作"]


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // _MINUTES, _MINUTES)
    if not hours:
        return f"{minutes}分钟"
    if hours >= _HOURS_TOLD:
        days, rest = divmod(hours, _DAY_HOURS)
        return f"{days}日{rest}小时" if rest else f"{days}日"
    return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
