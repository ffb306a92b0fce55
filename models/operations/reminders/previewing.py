"""
Preview 预告: what would be told on a coming day as things stand now, by the very functions of the scan.

Each clock is walked from moment to moment as the scan would walk it, without writing. What depends on people
doing something until then (steps, extensions, acknowledgements) is not foretold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from models.domain.access import Verb
from models.domain.errors import Flaw, Forbidden, Invalid
from models.domain.timing.calendar import SHANGHAI, legal_day
from models.domain.timing.reminders import MORNING, Audience
from models.operations.act import Act
from models.operations.reminders import upcoming
from models.operations.reminders.messages import Message, message_of
from models.operations.reminders.recipients import People, people_of
from models.operations.reminders.upcoming import Cursor
from models.tables.base import AnyRow

FURTHEST: Final = timedelta(days=31)
MOST_CLOCKS: Final = 200
"""Clocks looked at for one page; a page may be shorter than asked for and still have a next one."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """One message to come; ``told``: whom it would reach, each under the nearest of his parts."""

    clock: AnyRow
    message: Message
    told: dict[UUID, Audience]


@dataclass(frozen=True, slots=True)
class Preview:
    """One page; ``next``: the clock after which the next page begins."""

    day: date
    items: list[Foretold]
    next: Cursor | None


def day_of(act: Act, day: date | None) -> date:
    """
    The day to look at: the next working morning unless one is named.

    Raises:
        Invalid: over already, or too far away.
    """
    today = legal_day(act.now)
    if day is None:
        still = act.now < _morning(today) and act.law.calendar.is_workday(today)
        return today if still else act.law.calendar.add_workdays(today, 1)
    if not today <= day <= today + FURTHEST:
        words = f"只能预告今天和以后{FURTHEST.days}天"
        raise Invalid(flaws=[Flaw("query:/day", "out_of_range", words)])
    return day


def page(act: Act, day: date | None, *, everybody: bool, after: Cursor | None, limit: int) -> Preview:
    """
    What the reader would be told that day; ``everybody``: all messages of the cases he sees.

    Raises:
        Forbidden: everybody's, without the permission to watch the work. Invalid: see ``day_of``.
    """
    if everybody and not act.actor.may(Verb.WORK_READ):
        raise Forbidden()
    wanted = day_of(act, day)
    clocks = upcoming.clocks(act, wanted, after, limit=MOST_CLOCKS + 1)
    looked, more = clocks[:MOST_CLOCKS], len(clocks) > MOST_CLOCKS
    on_the_day = replace(act, now=max(act.now, _morning(wanted)))
    people = people_of(on_the_day, {clock.case_id for clock in looked})
    known = upcoming.known(act, [clock.id for clock in looked])
    items: list[Foretold] = []
    last = None
    for n, clock in enumerate(looked):
        items += _foretold(act, clock, wanted, people, known, None if everybody else act.actor.account_id)
        last = (clock.remind_at, clock.id)
        if len(items) >= limit:
            more = more or n + 1 < len(looked)
            break
    return Preview(wanted, items, last if more else None)


def _foretold(
    act: Act, clock: AnyRow, day: date, people: People, known: set[tuple[Any, ...]], reader: UUID | None
) -> Iterator[Foretold]:
    for message in _messages(act, clock, day):
        told = people.told(clock.case_id, clock.division_code, clock.rule_id, message.audience)
        key = (clock.id, clock.rule_id, clock.round, message.stage, clock.due_on)
        fresh = {person: part for person, part in told.items() if (*key, person) not in known}
        if reader is not None:
            fresh = {person: part for person, part in fresh.items() if person == reader}
        if fresh:
            yield Foretold(clock, message, fresh)


def _messages(act: Act, clock: AnyRow, day: date) -> Iterator[Message]:
    """What the clock says on that day, walked as the scan walks it."""
    at: datetime | None = max(clock.remind_at, act.now)
    while at is not None and legal_day(at) <= day:
        said = message_of(replace(act, now=at), clock)
        if isinstance(said, Message):
            if legal_day(said.speak_at) == day:
                yield said
            said = said.following
        at = said if said is not None and said > at else None


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
