"""
Acknowledging 确认收到: who was told says that he has it; what nobody acknowledges in time goes one part higher.

Stages say in ``ladder.toml`` how long the handler has. ``ack_due_at`` of a notice is when the worker looks
again; it is emptied once that was done. Any acknowledgement of the clock since then settles it, and so does a
clock that ended, stands or moved. The message names nobody (``product.md`` invariant 15).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update

from models.db.engines import announce
from models.domain.law import chain_of
from models.domain.timing.reminders import UNACKNOWLEDGED, Audience, acknowledge_by, rung
from models.domain.timing.wording import unacknowledged
from models.operations.act import Act
from models.operations.reminders import inbox, reminding
from models.operations.reminders.messages import QUIET, Message, clock_content
from models.operations.reminders.recipients import UPWARDS, People, people_of
from models.tables.base import AnyRow, Instant
from models.tables.deadlines import deadlines
from models.tables.notices import notices as T

BATCH: Final = 10

_OVER = (
    reminding.SPEAKING.join(T, T.c.deadline_id == deadlines.c.id)
    .add_columns(
        T.c.id.label("notice_id"),
        T.c.state.label("notice_state"),
        T.c.stage,
        T.c.due_on.label("told_due_on"),
        T.c.round.label("told_round"),
        T.c.account_id,
        T.c.content,
        T.c.planned_at,
        T.c.sent_at,
    )
    .where(T.c.ack_due_at <= bindparam("now", type_=Instant()))
    .order_by(T.c.ack_due_at)
    .limit(bindparam("limit"))
    # Like the scan: a case that somebody is changing is left for the next look.
    .with_for_update(of=(T, deadlines), skip_locked=True)
)


@dataclass(slots=True)
class Escalated:
    """What one look did."""

    notices: int = 0
    told: int = 0
    broken: list[tuple[UUID, str]] = field(default_factory=list)  # notices put off, with the kind of error


def acknowledge(act: Act, notice_id: UUID) -> None:
    """
    Remember that the reader has it; the first time counts. What is acknowledged is read.

    Raises:
        NotFound: absent, somebody else's, or of a case the reader no longer sees.
    """
    row = inbox.own(act, notice_id)
    mine = update(T).where(T.c.id == notice_id, T.c.ack_at.is_(None))
    values = {"ack_at": act.now, "ack_due_at": None, "read_at": row.read_at or act.now}
    if act.db.execute(mine.values(**values)).rowcount:
        act.note("notice.ack", "notice", notice_id, chain=chain_of(row.division_code), fields=("ack_at",))


def escalate_due(act: Act, *, limit: int = BATCH) -> Escalated:
    """Tell the next higher part of what nobody has acknowledged in time, each under its own savepoint."""
    done = Escalated()
    rows = act.db.execute(_OVER, {"now": act.now, "limit": limit}).all()
    if not rows:
        return done
    people = people_of(act, {row.case_id for row in rows})
    for row in rows:
        noted = len(act.entries)
        try:
            with act.db.begin_nested():
                done.told += _look_again(act, row, people)
        except Exception as error:
            del act.entries[noted:]
            _look_at(act, row, act.now + reminding.POSTPONED)
            done.broken.append((row.notice_id, type(error).__name__))
        else:
            done.notices += 1
    announce(act.db)
    return done


def _look_again(act: Act, row: AnyRow, people: People) -> int:
    """How many are told now; one that was told late has its time counted from then."""
    if _settled(act, row):
        _look_at(act, row, None)
        return 0
    stage = rung(act.law.stages, row.stage, hourly=bool(row.content.get("hourly")))
    # What has not gone out yet cannot have reached him, though it stands in the inbox.
    told_at = act.now if row.notice_state == "waiting" else row.sent_at or act.now
    by = acknowledge_by(stage, told_at, act.law.calendar) if stage else None
    late = by is not None and by > act.now
    _look_at(act, row, by if late else None)
    return 0 if late else _escalate(act, row, people)


def _settled(act: Act, row: AnyRow) -> bool:
    moved = (row.told_due_on, row.told_round) != (row.due_on, row.round)
    if row.state != "running" or moved or row.notice_state == "cancelled":
        return True
    same = (T.c.deadline_id == row.id, T.c.due_on == row.due_on, T.c.round == row.round)
    return bool(act.db.execute(select(exists().where(*same, T.c.ack_at >= row.planned_at))).scalar_one())


def _escalate(act: Act, row: AnyRow, people: People) -> int:
    """One part higher; where nobody else is told there, the part above that."""
    part, told = _next_higher(row, people)
    if part is None:
        return 0
    message = _message(act, row, part)
    fresh = [person for person in told if reminding.put(act, row, message, person, part)]
    act.note(
        "reminder.escalate",
        "deadline",
        row.id,
        chain=chain_of(row.division_code),
        content={"stage": message.stage, "due_on": row.due_on, "told": fresh},
    )
    return len(fresh)


def _next_higher(row: AnyRow, people: People) -> tuple[Audience | None, list[UUID]]:
    told_as = Audience(row.content["as"])
    asked = {row.account_id, *people.told(row.case_id, row.division_code, row.rule_id, (told_as,))}
    for part in UPWARDS[UPWARDS.index(told_as) + 1 :]:
        others = people.told(row.case_id, row.division_code, row.rule_id, (part,)).keys() - asked
        if others:
            return part, sorted(others)
    return None, []


def _message(act: Act, row: AnyRow, part: Audience) -> Message:
    content: dict[str, Any] = unacknowledged(clock_content(act, row))
    hourly = bool(content["hourly"])
    speak_at = act.now if hourly else QUIET.next_allowed(act.now)
    code = row.stage.removesuffix(UNACKNOWLEDGED) + UNACKNOWLEDGED
    stage = rung(act.law.stages, code, hourly=hourly)
    again = stage is not None and part is not UPWARDS[-1]
    ack_by = acknowledge_by(stage, speak_at, act.law.calendar) if stage and again else None
    return Message(code, (part,), content, speak_at, None, ack_by)


def _look_at(act: Act, row: AnyRow, at: datetime | None) -> None:
    act.db.execute(update(T).where(T.c.id == row.notice_id).values(ack_due_at=at))
