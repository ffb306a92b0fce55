"""What a clock has to say now 提醒内容: the message of its latest stage, or that it still stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select

from models.domain.timing.calendar import legal_day
from models.domain.timing.clocks import Source
from models.domain.timing.recorded import Recorded
from models.domain.timing.reminders import (
    Audience,
    QuietHours,
    acknowledge_by,
    latest_due,
    next_after,
    plan,
)
from models.domain.timing.wording import Subject, reminder, still_suspended
from models.operations.act import Act
from models.operations.deadlines import STILL_SUSPENDED
from models.tables.base import AnyRow
from models.tables.deadlines import suspensions

QUIET: Final = QuietHours()

_OPEN_SUSPENSION = select(suspensions.c.from_at, suspensions.c.reason).where(
    suspensions.c.deadline_id == bindparam("id", type_=suspensions.c.deadline_id.type),
    suspensions.c.to_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One stage of one clock, ready for its recipients."""

    stage: str
    audience: Collection[Audience]
    content: Mapping[str, Any]
    speak_at: datetime
    following: datetime | None
    ack_by: datetime | None = None  # until when the handler has to acknowledge it


def message_of(act: Act, clock: AnyRow) -> Message | datetime | None:
    """What a clock says now; where it has nothing to say, when it next does (None: never)."""
    return suspended_message(act, clock) if clock.state == "suspended" else stage_message(act, clock)


def stage_message(act: Act, clock: AnyRow) -> Message | datetime | None:
    """The latest stage that has come; where none has, when the next one does."""
    if clock.state != "running":
        return None
    record = _recorded(clock)
    reckoning, calendar = record.reckoning, act.law.calendar
    hourly = reckoning.in_hours
    planned = plan(act.law.stages, reckoning, calendar, quiet=QUIET, hourly=hourly, until=act.now)
    latest, following = latest_due(planned, act.now), next_after(planned, act.now)
    next_at = following.at if following else None
    if latest is None:
        return next_at
    speak_at = act.now if hourly else QUIET.next_allowed(act.now)
    return Message(
        latest.stage.code,
        latest.stage.audience,
        clock_content(act, clock),
        speak_at,
        next_at,
        acknowledge_by(latest.stage, speak_at, calendar),
    )


def clock_content(act: Act, clock: AnyRow) -> dict[str, Any]:
    """How a running clock stands now, in words; ``hourly`` says that it may be told at night."""
    record = _recorded(clock)
    content = reminder(_subject(act, clock), record.clock, record.reckoning, act.law.calendar, act.now)
    return content | {"hourly": record.reckoning.in_hours}


def suspended_message(act: Act, clock: AnyRow) -> Message | datetime:
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
