"""
Planning reminders 提醒: from the clocks whose ``remind_at`` has come to one notice row per person.

The row's unique key (clock, rule, round, stage, end, person) makes a reminder fire once, whoever scans and
however often. After a downtime only the latest stage speaks; ``remind_at`` then moves on to the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, not_, select, update

from models.db.engines import announce, insert_unless_there
from models.domain.law import chain_of
from models.domain.timing.reminders import Audience
from models.operations.act import Act
from models.operations.reminders.messages import Message, message_of
from models.operations.reminders.recipients import UPWARDS, People, people_of
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.notices import notices

BATCH: Final = 10
"""Clocks in one transaction: with four or five people each it writes about fifty rows."""

POSTPONED: Final = timedelta(hours=1)
"""How long a clock that cannot be read rests, so that it does not hold up the others."""

SPEAKING: Final = select(deadlines, cases.c.number, cases.c.categories).join(
    cases, cases.c.id == deadlines.c.case_id
)
"""Clocks with what a message says of their cases."""

_DUE = (
    SPEAKING.where(deadlines.c.remind_at <= bindparam("now", type_=Instant()))
    .order_by(deadlines.c.remind_at)
    .limit(bindparam("limit"))
    # A case that somebody is changing is left for the next scan: waiting for it could deadlock, because
    # a step locks the case before its clocks.
    .with_for_update(of=(deadlines, cases), skip_locked=True)
)


@dataclass(slots=True)
class Planned:
    """What one scan did."""

    clocks: int = 0
    told: int = 0
    nobody: list[UUID] = field(default_factory=list)  # clocks with no one to remind
    broken: list[tuple[UUID, str]] = field(default_factory=list)  # clocks put off, with the kind of error


def plan_due(act: Act, *, limit: int = BATCH) -> Planned:
    """Plan the notices of the clocks that have something to say now, each under its own savepoint."""
    done = Planned()
    clocks = act.db.execute(_DUE, {"now": act.now, "limit": limit}).all()
    if not clocks:
        return done
    people = people_of(act, {clock.case_id for clock in clocks})
    for clock in clocks:
        noted = len(act.entries)
        try:
            with act.db.begin_nested():
                _plan_one(act, clock, people, done)
        except Exception as error:
            del act.entries[noted:]
            _move_on(act, clock, act.now + POSTPONED)
            done.broken.append((clock.id, type(error).__name__))
        else:
            done.clocks += 1
    announce(act.db)
    return done


def _plan_one(act: Act, clock: AnyRow, people: People, done: Planned) -> None:
    message = message_of(act, clock)
    if isinstance(message, Message):
        _supersede(act, clock, message.stage)
        told = people.told(clock.case_id, clock.division_code, clock.rule_id, message.audience)
        fresh = [person for person, part in told.items() if put(act, clock, message, person, part)]
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


def put(act: Act, clock: AnyRow, message: Message, person: UUID, part: Audience) -> bool:
    """
    Insert the row or nothing; one that was cancelled before it was told is taken up again.

    Whoever is told in the nearest part of the audience has to acknowledge it where the message asks for that.
    """
    nearest = min(message.audience, key=UPWARDS.index)
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
        "ack_due_at": message.ack_by if part is nearest else None,
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
