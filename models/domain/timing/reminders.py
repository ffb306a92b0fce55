"""
When to remind whom of a running clock 期限提醒: the escalation ladder and its plan.

The ladder is data (``models/reference/ladder.toml``); rows stand in order of urgency. Day clocks speak at
09:00 Shanghai and never in quiet hours; hour clocks speak on the minute, at night too. Stages before the
end count back from the *legal* date, in an unpublished year by the earlier reading; overdue stages count
from the rolled one (product.md invariant 9). Each stage fires at most once (invariant 10). A weekly stage
stands for one rung after the other: ``overdue_w1``, ``overdue_w2`` … until the clock ends.
Source: domain.md §8 (the bureau's own defaults; no law prescribes them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day
from models.domain.timing.clocks import Reckoning
from models.domain.timing.rows import Row, read_rows
from models.domain.timing.terms import Direction, Term

MORNING: Final = time(9)
WEEK: Final = 5
"""Working days from one weekly rung to the next."""

UNACKNOWLEDGED: Final = "_unack"
"""What the stage of a message ends with that says that nobody has acknowledged it 尚未确认."""

_DAY: Final = timedelta(days=1)


class Kind(StrEnum):
    """What a stage is measured by."""

    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    WORKDAYS_BEFORE = "workdays_before"
    HOURS_BEFORE = "hours_before"
    MINUTES_BEFORE = "minutes_before"
    DUE = "due"
    WORKDAYS_AFTER = "workdays_after"
    WEEKLY_AFTER = "weekly_after"
    HOURS_AFTER = "hours_after"


class Clock(StrEnum):
    """Which ladder a stage belongs to: that of day clocks or that of hour clocks."""

    DAY = "day"
    HOUR = "hour"


class Audience(StrEnum):
    """Who is told."""

    HANDLER = "handler"  # 承办人
    UNIT_HEAD = "unit_head"  # 负责人
    DEPUTY_HEAD = "deputy_head"  # 分管负责人


_PLAIN: Final = frozenset({Kind.HALF, Kind.THREE_QUARTERS, Kind.DUE})
_KINDS: Final = {
    Clock.DAY: _PLAIN | {Kind.WORKDAYS_BEFORE, Kind.WORKDAYS_AFTER, Kind.WEEKLY_AFTER},
    Clock.HOUR: _PLAIN | {Kind.HOURS_BEFORE, Kind.MINUTES_BEFORE, Kind.HOURS_AFTER},
}
_MOST: Final = 366  # of whichever unit; a larger amount is a typing mistake
_LONGEST_CODE: Final = 14  # with the number of a week, or ``_unack``, it still fits the column


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One rung: ``amount`` in the kind's unit (working days, hours or minutes); 0 where it has none.

    ``ack_within``: how long the handler has to acknowledge it, working days on day clocks, minutes on hour
    clocks; 0: he need not.
    """

    code: str
    kind: Kind
    amount: int
    audience: tuple[Audience, ...]
    clock: Clock = Clock.DAY
    ack_within: int = 0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The Shanghai hours in which day-clock messages wait, e.g. 22:00–07:00; equal ends = none."""

    start: time = time(22)
    end: time = time(7)

    def next_allowed(self, at: datetime) -> datetime:
        """``at`` itself, or the end of the quiet hours it falls in (the end is no longer quiet)."""
        local = at.astimezone(SHANGHAI)
        clock = local.time()
        if self.start <= self.end:
            quiet, past_midnight = self.start <= clock < self.end, False
        else:
            quiet, past_midnight = clock >= self.start or clock < self.end, clock >= self.start
        if not quiet:
            return at
        return datetime.combine(local.date() + timedelta(days=past_midnight), self.end, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Planned:
    """A stage and the instant at which it speaks."""

    stage: Stage
    at: datetime


def plan(
    stages: Sequence[Stage],
    reckoning: Reckoning,
    calendar: Calendar,
    *,
    quiet: QuietHours,
    hourly: bool,
    until: datetime,
) -> tuple[Planned, ...]:
    """
    The stages of one clock in order of time; ``stages`` stand in order of urgency.

    Weekly ones are told one by one, as far as the first after ``until`` (usually now).
    Left out are stages that would speak before the clock started, and stages that would not speak
    before a more urgent one: the more urgent one says it all.
    """
    wanted = Clock.HOUR if hourly else Clock.DAY
    timed = [
        Planned(one, at)
        for stage in stages
        if stage.clock is wanted
        for one in _rungs(stage, reckoning, calendar, until)
        if (at := _at(one, reckoning, calendar, quiet)) is not None
    ]
    kept: list[Planned] = []
    for planned in reversed(timed):
        if not kept or planned.at < kept[-1].at:
            kept.append(planned)
    return tuple(reversed(kept))


def latest_due(planned: Sequence[Planned], now: datetime) -> Planned | None:
    """The most urgent stage whose time has come; after a downtime it alone is sent."""
    return max((one for one in planned if one.at <= now), key=lambda one: one.at, default=None)


def next_after(planned: Sequence[Planned], now: datetime) -> Planned | None:
    """The first stage still to come."""
    return min((one for one in planned if one.at > now), key=lambda one: one.at, default=None)


def acknowledge_by(stage: Stage, told_at: datetime, calendar: Calendar) -> datetime | None:
    """
    Until when a stage told at this moment must be acknowledged; None: it need not.

    On day clocks never before 09:00, and what is told on a day of rest counts from the next working day.
    """
    if not stage.ack_within:
        return None
    if stage.clock is Clock.HOUR:
        return told_at + timedelta(minutes=stage.ack_within)
    local = told_at.astimezone(SHANGHAI)
    working = calendar.is_workday(local.date())
    day = calendar.add_workdays(calendar.next_workday(local.date()), stage.ack_within)
    return datetime.combine(day, max(local.time(), MORNING) if working else MORNING, SHANGHAI)


def rung(stages: Sequence[Stage], code: str, *, hourly: bool) -> Stage | None:
    """The stage that a told code stands for, a week's and an unacknowledged one's too; None: no longer there."""
    plain = code.removesuffix(UNACKNOWLEDGED)
    clock, week = Clock.HOUR if hourly else Clock.DAY, plain.rstrip("0123456789")
    return next(
        (
            one
            for one in stages
            if one.clock is clock and one.code == (week if one.kind is Kind.WEEKLY_AFTER else plain)
        ),
        None,
    )


def _rungs(stage: Stage, reckoning: Reckoning, calendar: Calendar, until: datetime) -> Iterator[Stage]:
    """The stage itself; of a weekly one a stage for every week up to the first after ``until``."""
    if stage.kind is not Kind.WEEKLY_AFTER:
        yield stage
        return
    over = calendar.workdays_between(reckoning.due_on, legal_day(until)) - stage.amount
    for week in range(1, max(over // WEEK, 0) + 2):
        yield replace(
            stage, code=f"{stage.code}{week}", kind=Kind.WORKDAYS_AFTER, amount=stage.amount + week * WEEK
        )


def _at(stage: Stage, reckoning: Reckoning, calendar: Calendar, quiet: QuietHours) -> datetime | None:
    """When a stage speaks; None where it has no moment or one before the clock started."""
    term, start = reckoning.term, legal_day(reckoning.start_at)
    counted_back = isinstance(term, Term) and term.direction is Direction.BEFORE
    if counted_back and stage.kind in (Kind.HALF, Kind.THREE_QUARTERS):
        return None  # a date counted back from an event has no start that shares could be taken of
    if stage.clock is Clock.HOUR:
        exact = _instant_of(stage, reckoning)
        # Instants are kept to the millisecond: a finer one would be due as kept and not yet due as planned.
        at = exact.replace(microsecond=exact.microsecond // 1000 * 1000)
    else:
        day = _day_of(stage, start, reckoning, calendar)
        # The day of the event is not counted: a warning on it would only repeat the assignment.
        if not counted_back and day == start and stage.kind is not Kind.DUE:
            return None
        at = quiet.next_allowed(datetime.combine(day, MORNING, SHANGHAI))
    return at if counted_back or at > reckoning.start_at else None


def _day_of(stage: Stage, start: date, reckoning: Reckoning, calendar: Calendar) -> date:
    legal = reckoning.earlier_due_on
    span = (legal - start).days
    match stage.kind:
        case Kind.HALF:
            return start + span // 2 * _DAY
        case Kind.THREE_QUARTERS:
            return start + span * 3 // 4 * _DAY
        case Kind.WORKDAYS_BEFORE:
            return calendar.add_workdays(legal, -stage.amount)
        case Kind.WORKDAYS_AFTER:
            return calendar.add_workdays(reckoning.due_on, stage.amount)
        case Kind.DUE:
            # The rolled day is certain only when its calendar is published.
            return reckoning.due_on if reckoning.confirmed else legal
        case _:
            raise ValueError(f"{stage.kind} does not belong to a day clock")


def _instant_of(stage: Stage, reckoning: Reckoning) -> datetime:
    start, due = reckoning.start_at, reckoning.due_at
    match stage.kind:
        case Kind.HALF:
            return start + (due - start) / 2
        case Kind.THREE_QUARTERS:
            return start + (due - start) * 3 / 4
        case Kind.HOURS_BEFORE:
            return due - timedelta(hours=stage.amount)
        case Kind.MINUTES_BEFORE:
            return due - timedelta(minutes=stage.amount)
        case Kind.HOURS_AFTER:
            return due + timedelta(hours=stage.amount)
        case Kind.DUE:
            return due
        case _:
            raise ValueError(f"{stage.kind} does not belong to an hour clock")


def parse_ladder(text: str) -> tuple[Stage, ...]:
    """The stages of ``ladder.toml`` in their order. Raises ``Invalid`` with every flaw at once."""
    flaws: list[Flaw] = []
    rows = read_rows(text, "stage", "档提醒", flaws)
    stages = [_stage(row) for row in rows]
    seen: set[tuple[Clock, str]] = set()
    for row, stage in zip(rows, stages, strict=True):
        if (stage.clock, stage.code) in seen:
            row.flaw("code", "repeated", f"code {stage.code} 与前面的重复")
        seen.add((stage.clock, stage.code))
    if flaws:
        raise Invalid("提醒阶梯有误，请逐项修改", flaws=flaws)
    return tuple(stages)


def _stage(row: Row) -> Stage:
    clock, kind = row.choice("clock", Clock), row.choice("kind", Kind)
    if kind not in _KINDS[clock]:
        row.flaw("kind", "wrong", f"{kind} 不能用于 clock = {clock}")
    amount = 0 if kind in _PLAIN else row.whole("amount", least=1, most=_MOST)
    ack_within = row.whole("ack_within", least=1, most=_MOST) if row.has("ack_within") else 0
    audience = row.choices("audience", Audience)
    if not row.cells.get("audience"):
        row.flaw("audience", "empty", "至少要提醒一个人")
    code = row.text("code")
    if len(code) > _LONGEST_CODE:
        row.flaw("code", "too_long", f"code 最多{_LONGEST_CODE}个字符")
    row.finish()
    return Stage(code, kind, amount, audience, clock, ack_within)
