"""
Clocks 期限: from a term and its start to the moment after which it is overdue.

A last day on a statutory rest day moves to the next working day, and every day ends at 24:00. A suspension or
an extension comes on top of the base date. ``explanations.explain`` puts a ``Reckoning`` into words.
Source: 民法典第二百零三条; 民事诉讼法第八十五条; 信访工作条例第三十四条 (extension).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from models.domain.timing.calendar import Calendar, end_of_day, legal_day
from models.domain.timing.terms import Direction, Fixed, Interval, Term, Unit, advance

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
SOON: Final = 48 * _HOUR  # up to this length a work order's date counts in hours


class Source(StrEnum):
    """Where a limit comes from; the order of members decides between equal ends."""

    NATIONAL = "national"
    LOCAL = "local"
    WORK_ORDER = "work_order"


@dataclass(frozen=True, slots=True)
class Suspension:
    """One suspension as applied; ``days`` are legal days lost (working days for WD terms)."""

    from_at: datetime
    to_at: datetime
    days: int = 0
    still_open: bool = False

    @property
    def span(self) -> timedelta:
        """The exact time lost, which is what hour limits add."""
        return self.to_at - self.from_at


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension as applied; dates are legal ones, before any roll-over."""

    term: Term
    from_on: date
    to_on: date
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Reckoning:
    """
    An end and everything it rests on. Dates are Shanghai days; instants are aware.

    ``base_due_on``  end of the bare term, before suspensions and extensions
    ``legal_due_on`` 法定届满日, before the roll-over; ``due_on`` 顺延至; ``due_at`` first instant too late
    ``counted``      what ran: days (working days for WD, hours for H), without the suspended ones
    ``skipped``      rest days that WD counting left out or that the end rolled over
    ``unconfirmed_years`` years whose calendar was needed but is not published
    """

    start_at: datetime
    term: Term | Fixed
    base_due_on: date
    legal_due_on: date
    due_on: date
    due_at: datetime
    counted: int
    skipped: tuple[date, ...] = ()
    unconfirmed_years: tuple[int, ...] = ()
    suspended_days: int = 0
    suspended: tuple[Suspension, ...] = ()
    extended: tuple[Extension, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether every calendar year that the date depends on is published."""
        return not self.unconfirmed_years

    @property
    def earlier_due_on(self) -> date:
        """The day to remind by: the legal date; in an unpublished year, by weekends only and not rolled."""
        # Holidays still to be announced can only put the end off (a single swapped weekend aside).
        return self.legal_due_on

    @property
    def hourly(self) -> bool:
        """Whether the end is an exact instant: hour limits and work orders with a time of day."""
        return not self.term.whole_day if isinstance(self.term, Fixed) else self.term.hourly

    @property
    def in_hours(self) -> bool:
        """Whether it is reminded by the hour: an exact end, and soon; a work order due in weeks is not."""
        return self.hourly and (not isinstance(self.term, Fixed) or self.due_at - self.start_at <= SOON)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shortest of several limits, which one it is, and what it was compared with."""

    source: Source
    reckoning: Reckoning
    considered: tuple[tuple[Source, Reckoning], ...]


def reckon(
    term: Term,
    start_at: datetime,
    calendar: Calendar,
    *,
    suspensions: Sequence[Interval] = (),
    extensions: Sequence[Term] = (),
    now: datetime | None = None,
) -> Reckoning:
    """
    When a term that started at ``start_at`` ends, suspended and extended as given.

    Suspended days are added to the base date; each extension then counts from the legal date before it
    (not the rolled one), and the last date rolls once. An open suspension runs to ``now``. A suspension
    that begins after the end revives nothing. Raises ``ValueError`` for what no rule may declare: a date
    counted back that is suspended or extended, hours mixed with days, an open suspension without ``now``.
    """
    _refuse_nonsense(term, suspensions, extensions)
    spans = _closed(suspensions, start_at, now)
    if term.hourly:
        return _reckon_hours(term, start_at, spans, extensions)
    return _reckon_days(term, start_at, calendar, spans, extensions)


def fixed(due: date | datetime, start_at: datetime) -> Reckoning:
    """The reckoning of an end set outright: a plain day lasts to its 24:00, an instant is exact."""
    if isinstance(due, datetime):
        end, on = Fixed(due, whole_day=False), legal_day(due)
    else:
        end, on = Fixed(end_of_day(due), whole_day=True), due
    days = (on - legal_day(start_at)).days
    return Reckoning(start_at, end, on, on, on, end.due_at, counted=days)


def shortest(candidates: Sequence[tuple[Source, Reckoning]]) -> Chosen:
    """The limit that ends first; between equal ends the national rule speaks before the local one."""
    if not candidates:
        raise ValueError("no limit to choose from")
    order = list(Source)
    source, reckoning = min(candidates, key=lambda one: (one[1].due_at, order.index(one[0])))
    return Chosen(source, reckoning, tuple(candidates))


def _refuse_nonsense(term: Term, suspensions: Sequence[Interval], extensions: Sequence[Term]) -> None:
    if term.direction is Direction.BEFORE and (suspensions or extensions):
        raise ValueError("a date counted back is neither suspended nor extended")
    for extension in extensions:
        if extension.hourly != term.hourly or extension.unit is Unit.MD:
            raise ValueError(f"a term in {term.unit} is not extended in {extension.unit}")
        if extension.direction is Direction.BEFORE:
            raise ValueError("an extension is not counted back")


def _closed(suspensions: Sequence[Interval], start_at: datetime, now: datetime | None) -> list[Suspension]:
    """The suspensions from the start on, in order, overlapping ones joined, open ones cut at ``now``."""
    spans: list[Suspension] = []
    for one in sorted(suspensions, key=lambda one: one.from_at):
        to_at = one.to_at or now
        if to_at is None:
            raise ValueError("an open suspension needs now")
        from_at = max(one.from_at, start_at)
        if to_at < from_at:
            continue
        span = Suspension(from_at, to_at, still_open=one.to_at is None)
        if spans and from_at <= spans[-1].to_at:
            last = spans.pop()
            still_open = last.still_open or span.still_open
            span = Suspension(last.from_at, max(last.to_at, to_at), still_open=still_open)
        spans.append(span)
    return spans


def _reckon_hours(
    term: Term, start_at: datetime, spans: Sequence[Suspension], extensions: Sequence[Term]
) -> Reckoning:
    sign = -1 if term.direction is Direction.BEFORE else 1
    base = due = start_at + sign * term.length * _HOUR
    more = sum(extension.length for extension in extensions)
    applied: list[Suspension] = []
    for span in spans:
        if span.from_at >= due + more * _HOUR:
            break
        due += span.span
        applied.append(replace(span, days=span.span // _DAY))
    extended: list[Extension] = []
    for extension in extensions:
        before, due = due, due + extension.length * _HOUR
        extended.append(Extension(extension, legal_day(before), legal_day(due), due))
    on = legal_day(due)
    return Reckoning(
        start_at,
        term,
        legal_day(base),
        on,
        on,
        due,
        counted=term.length + more,
        suspended_days=sum((one.span for one in applied), timedelta()) // _DAY,
        suspended=tuple(applied),
        extended=tuple(extended),
    )


def _reckon_days(
    term: Term,
    start_at: datetime,
    calendar: Calendar,
    spans: Sequence[Suspension],
    extensions: Sequence[Term],
) -> Reckoning:
    start = legal_day(start_at)
    base = advance(start, term, calendar)
    suspended, applied = _suspend(base, term, calendar, spans, extensions)
    extended = _extend(suspended, extensions, calendar)
    legal = extended[-1].to_on if extended else suspended
    due = calendar.next_workday(legal) if term.rolls else legal
    days = sum(one.days for one in applied)
    whole = calendar.workdays_between(start, legal) if term.unit is Unit.WD else (legal - start).days
    runs = _workday_runs(term, start, suspended, extended)
    return Reckoning(
        start_at,
        term,
        base,
        legal,
        due,
        end_of_day(due),
        counted=abs(whole) - days,
        skipped=_skipped(calendar, runs, legal, due),
        unconfirmed_years=_unconfirmed(calendar, [*runs, (legal, due)] if term.rolls else runs),
        suspended_days=days,
        suspended=applied,
        extended=extended,
    )


def _suspend(
    base: date, term: Term, calendar: Calendar, spans: Sequence[Suspension], extensions: Sequence[Term]
) -> tuple[date, tuple[Suspension, ...]]:
    """The legal date after all suspensions that began while the clock (extended) still ran."""
    legal = base
    applied: list[Suspension] = []
    for span in spans:
        extended = _extend(legal, extensions, calendar)
        last = extended[-1].to_on if extended else legal
        if span.from_at >= end_of_day(calendar.next_workday(last) if term.rolls else last):
            break
        first, until = legal_day(span.from_at), legal_day(span.to_at)
        if term.unit is Unit.WD:
            days = calendar.workdays_between(first, until)
            legal = calendar.add_workdays(legal, days)
        else:
            days = (until - first).days
            legal += days * _DAY
        applied.append(replace(span, days=days))
    return legal, tuple(applied)


def _extend(legal: date, extensions: Sequence[Term], calendar: Calendar) -> tuple[Extension, ...]:
    extended: list[Extension] = []
    for extension in extensions:
        before, legal = legal, advance(legal, extension, calendar)
        extended.append(Extension(extension, before, legal, end_of_day(legal)))
    return tuple(extended)


def _workday_runs(
    term: Term, start: date, end: date, extended: Sequence[Extension]
) -> list[tuple[date, date]]:
    """The stretches (both days included) in which working days were counted."""
    runs: list[tuple[date, date]] = []
    if term.unit is Unit.WD:
        runs.append((start + _DAY, end) if term.direction is Direction.AFTER else (end, start - _DAY))
    runs += [(one.from_on + _DAY, one.to_on) for one in extended if one.term.unit is Unit.WD]
    return [(first, last) for first, last in runs if first <= last]


def _skipped(
    calendar: Calendar, runs: Sequence[tuple[date, date]], legal: date, due: date
) -> tuple[date, ...]:
    days = {day for first, last in runs for day in calendar.rest_days(first, last)}
    days.update(calendar.rest_days(legal, due - _DAY))
    return tuple(sorted(days))


def _unconfirmed(calendar: Calendar, runs: Sequence[tuple[date, date]]) -> tuple[int, ...]:
    """Only years looked at: plain days that do not roll need no calendar at all."""
    return tuple(sorted({year for first, last in runs for year in calendar.missing_years(first, last)}))
