"""
Planning reminders 提醒: from the clocks whose ``remind_at`` has come to one notice row per person.

The row's unique key (clock, rule, round, stage, end, person) makes a reminder fire once, whoever scans and
however often. After a downtime only the latest stage speaks; ``remind_at`` then moves on to the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, not_, select, update

from models.db.engines import announce, insert_unless_there
from models.domain.law import chain_of
from models.domain.timing.calendar import legal_day
from models.domain.timing.clocks import Source
from models.domain.timing.recorded import Recorded
from models.domain.timing.reminders import Audience, QuietHours, latest_due, next_after, plan
from models.domain.timing.wording import Subject, reminder, still_suspended
from models.operations.act import Act
from models.operations.deadlines import STILL_SUSPENDED
from models.operations.reminders.recipients import People, people_of
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases
from models.tables.deadlines import deadlines, suspensions
from models.tables.notices import notices

BATCH: Final = 10
"""Clocks in one transaction: with four or five people each it writes about fifty rows."""

POSTPONED: Final = timedelta(hours=1)
"""How long a clock that cannot be read rests, so that it does not hold up the others."""

QUIET: Final = QuietHours()

_DUE = (
    select(deadlines, cases.c.number, cases.c.categories)
    .join(cases, cases.c.id == deadlines.c.case_id)
    .where(deadlines.c.remind_at <= bindparam("now", type_=Instant()))
    .order_by(deadlines.c.remind_at)
    .limit(bindparam("limit"))
    # A case that somebody is changing is left for the next scan: waiting for it could deadlock, because
    # a step locks the case before its clocks.
    .with_for_update(of=(deadlines, cases), skip_locked=True)
)
_OPEN_SUSPENSION = select(suspensions.c.from_at, suspensions.c.reason).where(
    suspensions.c.deadline_id == bindparam("id", type_=suspensions.c.deadline_id.type),
    suspensions.c.to_at.is_(None),
)


@dataclass(slots=True)
class Planned:
    """What one scan did."""

    clocks: int = 0
    told: int = 0
    nobody: list[UUID] = field(default_factory=list)  # clocks with no one to remind
    broken: list[tuple[UUID, str]] = field(default_factory=list)  # clocks put off, with the kind of error


@dataclass(frozen=True, slots=True)
class Message:
    """One stage of one clock, ready for its recipients."""

    stage: str
    audience: Collection[Audience]
    content: Mapping[str, Any]
    speak_at: datetime
    following: datetime | None


def plan_due(act: Act, *, limit: int = BATCH) -> Planned:
    """Plan the notices of the clocks that have something to say now, each under its own savepoint."""
    done = Planned()
    clocks = act.db.execute(_DUE, {"now": act.now, "limit": limit}).all()
    if not clocks:
        return done
    people = people_of(act, {clock.case_id for clock in clocks})
    for clock in clocks:
        noted = len(act.entries)
        savepoint = act.db.begin_nested()
        try:
            _plan_one(act, clock, people, done)
        except Exception as error:
            savepoint.rollback()
            del act.entries[noted:]
            _move_on(act, clock, act.now + POSTPONED)
            done.broken.append((clock.id, type(error).__name__))
        else:
            savepoint.commit()
            done.clocks += 1
    announce(act.db)
    return done


def _plan_one(act: Act, clock: AnyRow, people: People, done: Planned) -> None:
    message = _suspended(act, clock) if clock.state == "suspended" else _stage(act, clock)
    if isinstance(message, Message):
        _supersede(act, clock, message.stage)
        told = people.told(clock.case_id, clock.division_code, clock.rule_id, message.audience)
        fresh = [person for person, part in told.items() if _put(act, clock, message, person, part)]
        done.told += len(fresh)
        if not told:
            done.nobody.append(clock.id)
        act.note(
            "reminder.plan",
            "deadline",
            clock.id,
            chain=chain_of(clock.division_code),
            fields=("remind_at",),
            content={"stage": message.stage, "due_on": clock.due_on, "told": fresh},
        )
        _move_on(act, clock, message.following)
    else:
        _move_on(act, clock, message)


def _stage(act: Act, clock: AnyRow) -> Message | datetime | None:
    """The latest stage that has come; where none has, when the next one does."""
    if clock.state != "running":
        return None
    record = _recorded(clock)
    reckoning, calendar = record.reckoning, act.law.calendar
    planned = plan(act.law.stages, reckoning, calendar, quiet=QUIET, hourly=reckoning.hourly)
    latest, following = latest_due(planned, act.now), next_after(planned, act.now)
    next_at = following.at if following else None
    if latest is None:
        return next_at
    content = reminder(_subject(act, clock), record.clock, reckoning, calendar, act.now)
    return Message(
        latest.stage.code,
        latest.stage.audience,
        content | {"hourly": reckoning.hourly},
        act.now if reckoning.hourly else QUIET.next_allowed(act.now),
        next_at,
    )


def _suspended(act: Act, clock: AnyRow) -> Message | datetime:
    """The monthly note to the head that the clock still stands; several months missed are told once."""
    held = act.db.execute(_OPEN_SUSPENSION, {"id": clock.id}).one()
    months = (act.now - held.from_at) // STILL_SUSPENDED
    following: datetime = held.from_at + (months + 1) * STILL_SUSPENDED
    if months < 1:
        return following
    titles = {one["code"]: one["title"] for one in clock.rule.get("suspend_reasons", ())}
    content = still_suspended(
        _subject(act, clock),
        _recorded(clock).clock,
        since=legal_day(held.from_at),
        reason=titles.get(held.reason, held.reason),
        calendar=act.law.calendar,
        now=act.now,
    )
    return Message(
        f"suspended_{months}",
        (Audience.UNIT_HEAD,),
        content | {"hourly": False},
        QUIET.next_allowed(act.now),
        following,
    )


def _recorded(clock: AnyRow) -> Recorded:
    return Recorded(
        clock.candidates,
        Source(clock.source),
        clock.started_at,
        clock.legal_due_on,
        clock.due_on,
        clock.due_at,
        clock.calendar_unconfirmed,
    )


def _subject(act: Act, clock: AnyRow) -> Subject:
    division = act.law.divisions.get(clock.division_code)
    name = division.name if division else clock.division_code
    return Subject(clock.case_id, clock.number, clock.categories, name, act.law.sample)


def _put(act: Act, clock: AnyRow, message: Message, person: UUID, part: Audience) -> bool:
    """Insert the row or nothing; one that was cancelled before it was told is taken up again."""
    key = {
        "deadline_id": clock.id,
        "rule_id": clock.rule_id,
        "round": clock.round,
        "stage": message.stage,
        "due_on": clock.due_on,
        "account_id": person,
    }
    job = {
        "content": {**message.content, "as": part.value},
        "planned_at": act.now,
        "state": "waiting",
        "next_at": message.speak_at,
        "lease_until": act.now,
        "tries": 0,
    }
    row = {"id": act.new_id(), "case_id": clock.case_id, **key, **job}
    if act.db.execute(insert_unless_there(act.db.dialect.name, notices), row).rowcount:
        return True
    same = and_(*(notices.c[name] == value for name, value in key.items()))
    again = update(notices).where(same, notices.c.state == "cancelled", notices.c.sent_at.is_(None))
    return bool(act.db.execute(again.values(**job)).rowcount)


def _supersede(act: Act, clock: AnyRow, stage: str) -> None:
    """Earlier stages that still wait would only repeat what the latest one says."""
    latest = and_(notices.c.stage == stage, notices.c.due_on == clock.due_on)
    act.db.execute(
        update(notices)
        .where(notices.c.deadline_id == clock.id, notices.c.state.in_(("waiting", "dead")), not_(latest))
        .values(state="cancelled")
    )


def _move_on(act: Act, clock: AnyRow, at: datetime | None) -> None:
    act.db.execute(update(deadlines).where(deadlines.c.id == clock.id).values(remind_at=at))
