"""
A month's reporting 月度调度: when it opens and closes, how an item stands in it 完成状态, what a person may report.

The word of an item is computed, never taken on trust: only "滞后" may be reported against the figures, and only the
office marks "长期坚持". Source: domain.md §2.3 (状态词), days.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from models.domain.errors import Flaw, Invalid
from models.domain.rectification.words import Progress
from models.domain.states import State
from models.domain.timing.calendar import SHANGHAI


class PeriodState(StrEnum):
    """Whether a month still takes reports."""

    OPEN = "open"  # 填报中
    FROZEN = "frozen"  # 已冻结


class CorrectionState(StrEnum):
    """A correction 更正 waits for a second person."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class EntryState(StrEnum):
    """How far the report on one item is."""

    NOT_DUE = "not_due"  # 已销号，不需填报
    MISSING = "missing"  # 未填报
    FILLED = "filled"  # 已填报待审核
    RETURNED = "returned"  # 已退回
    REVIEWED = "reviewed"  # 已审核


PERIOD_TITLES: Final = {PeriodState.OPEN: "填报中", PeriodState.FROZEN: "已冻结"}
ENTRY_TITLES: Final = {
    EntryState.NOT_DUE: "不需填报",
    EntryState.MISSING: "未填报",
    EntryState.FILLED: "待审核",
    EntryState.RETURNED: "已退回",
    EntryState.REVIEWED: "已审核",
}

OVER: Final = frozenset({State.LOOK_BACK, State.ARCHIVED})
"""After the write-off nothing is reported any more."""

UNDER_WAY: Final = frozenset({State.RECTIFYING, State.EXTENSION_REVIEW})
"""Where the percentage counts: a request for extension does not stop the work."""

BEFORE_WORK: Final = frozenset({State.LISTED, State.PLAN_REVIEW})


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a month and how far behind the line an item may be (percent points); data, ``periods.toml``."""

    opens_day: int
    cut_off_day: int
    cut_off_time: time
    tolerance: int

    def opens_at(self, month: str) -> datetime:
        """00:00 Shanghai of the opening day of a month ``YYYY-MM``."""
        return datetime.combine(_day(month, self.opens_day), time(), SHANGHAI)

    def cut_off_at(self, month: str) -> datetime:
        """The last instant for reports."""
        return datetime.combine(_day(month, self.cut_off_day), self.cut_off_time, SHANGHAI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the word of an item depends on; ``kept_up`` is the office's mark, ``confirmed_on`` the start of the line."""

    state: State
    percent: int
    due_on: date | None
    confirmed_on: date
    reported: Progress | None = None
    kept_up: bool = False


def word_of(one: Standing, today: date, tolerance: int) -> Progress:
    """The status word of an item on a day."""
    if one.state in OVER:
        return Progress.WRITTEN_OFF
    if one.kept_up:
        return Progress.KEPT_UP
    if one.state in BEFORE_WORK:
        return Progress.NOT_STARTED
    if one.state not in UNDER_WAY:
        return Progress.DONE
    late = one.reported is Progress.BEHIND or is_overdue(one.state, one.due_on, today)
    return Progress.BEHIND if late or _below_line(one, today, tolerance) else Progress.ON_SCHEDULE


def is_overdue(state: State, due_on: date | None, today: date) -> bool:
    """Whether the last day has passed and the work is not reported done."""
    return due_on is not None and today > due_on and state in UNDER_WAY | BEFORE_WORK


def _below_line(one: Standing, today: date, tolerance: int) -> bool:
    """The line rises evenly from the confirmation of the plan to the last day."""
    if one.due_on is None:
        return False
    span = max((one.due_on - one.confirmed_on).days, 1)
    passed = min(max((today - one.confirmed_on).days, 0), span)
    return (one.percent + tolerance) * span < 100 * passed


REPORTABLE: Final = frozenset({Progress.ON_SCHEDULE, Progress.BEHIND})
CORRECTABLE: Final = ("this_month", "percent", "invested_yuan", "difficulties", "next_steps", "expected_on")
"""What of a frozen row a correction may name; a word follows from the steps and is never written by hand."""
_LONGEST: Final = 2000
MOST_YUAN: Final = 10**13


def check_report(*, progress: Progress | None, office: bool, no_change: bool, this_month: str | None) -> None:
    """
    What a person may say of a month.

    Raises:
        Invalid
    """
    flaws = []
    if progress is Progress.KEPT_UP and not office:
        flaws.append(Flaw("/progress", "office_only", "“长期坚持”只由整改办标注，请留空或选其他状态"))
    elif progress is not None and progress not in REPORTABLE | {Progress.KEPT_UP}:
        said = "已完成、未启动由系统按办理环节得出，不手填；请留空，或填“达到序时进度”“滞后”"
        flaws.append(Flaw("/progress", "computed", said))
    if not no_change and not this_month:
        flaws.append(Flaw("/this_month", "missing", "请填写本月进展；确无进展的选“无变化”"))
    if flaws:
        raise Invalid(flaws=flaws)


def corrected(field: str, after: Any) -> Any:
    """
    The value a correction puts beside a frozen one, in the form of the snapshot.

    Raises:
        Invalid: not a value of this field.
    """
    if field in ("this_month", "difficulties", "next_steps"):
        good = isinstance(after, str) and 1 <= len(after) <= _LONGEST
    elif field == "expected_on":
        good = isinstance(after, str) and _is_date(after)
    else:
        top = 100 if field == "percent" else MOST_YUAN
        good = isinstance(after, int) and not isinstance(after, bool) and 0 <= after <= top
    if not good:
        raise Invalid(flaws=[Flaw("/after", "bad_value", f"应为{_EXPECTED[field]}")])
    return after


_EXPECTED: Final[Mapping[str, str]] = {
    "this_month": f"1～{_LONGEST}字的文字",
    "difficulties": f"1～{_LONGEST}字的文字",
    "next_steps": f"1～{_LONGEST}字的文字",
    "expected_on": "日期，如 2026-12-31",
    "percent": "0～100的整数",
    "invested_yuan": "以元为单位的整数",
}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _day(month: str, day: int) -> date:
    return date.fromisoformat(f"{month}-{day:02d}")
