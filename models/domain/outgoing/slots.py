"""
When a told notice leaves the house, and in which message 外发时机: one digest per person and working morning.

Hour clocks go out by themselves, at once, at night too. Day clocks wait for the digest of the working morning;
what comes after that digest has left waits for the next one unless it is pressing (the day has come, or is past).
On days off only pressing ones go out.
Source: domain.md §8, days.md §8 (the bureau's own defaults; no law prescribes them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day
from models.domain.timing.reminders import MORNING, QuietHours

DIGEST_WAIT: Final = timedelta(minutes=5)
"""How long a digest waits for the rest of the morning's scan."""

MORNING_ENDS: Final = time(12)
"""What is not pressing and comes later than this is for the next working morning."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """When to leave; ``digest`` is the day of the digest to leave with, None: a message of its own."""

    digest: date | None
    at: datetime


def slot_of(
    now: datetime,
    *,
    hourly: bool,
    pressing: Callable[[date], bool],
    calendar: Calendar,
    quiet: QuietHours,
    is_closed: Callable[[date], bool],
) -> Slot:
    """
    The message that a notice told ``now`` leaves with.

    ``pressing(day)``: whether it must be said on that day even if nobody works; ``is_closed(day)``: whether the
    person's digest of that day takes no more, because it has begun or ended.
    """
    if hourly:
        return Slot(None, now)
    at = _opening(quiet.next_allowed(now), quiet)
    day = legal_day(at)
    if pressing(day):
        return Slot(None, quiet.next_allowed(now)) if is_closed(day) else Slot(day, at)
    if calendar.is_workday(day) and at.astimezone(SHANGHAI).time() < MORNING_ENDS and not is_closed(day):
        return Slot(day, at)
    following = calendar.next_workday(day + _DAY)
    while is_closed(following):  # the clock was set back: that day has been before
        following = calendar.next_workday(following + _DAY)
    return Slot(following, _morning(following))


def _opening(now: datetime, quiet: QuietHours) -> datetime:
    """When a digest made now may leave: 09:05, or five minutes from now when that is past."""
    morning = _morning(legal_day(now))
    if now <= morning:
        return morning
    at = quiet.next_allowed(now + DIGEST_WAIT)
    return at if legal_day(at) == legal_day(now) else _morning(legal_day(at))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI) + DIGEST_WAIT
