"""
Delivering notices 送达: claim, put into the inbox, attempt each channel once, settle.

The row is the inbox: ``sent_at`` says since when the person has it, set once. Every other channel gets an
attempt row, committed *before* the message leaves. An attempt found begun after a kill is repeated under its
own id where the receiver recognises it; else it stays ``outcome_unknown`` and is not repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select, update

from models.db.engines import announce
from models.domain.law import chain_of
from models.domain.timing.reminders import QuietHours
from models.operations.act import Act
from models.operations.reminders import leases
from models.operations.reminders.leases import LEASE, MOST_TRIES
from models.tables.base import AnyRow, Instant
from models.tables.deadlines import deadlines
from models.tables.notices import attempts, notices

BATCH: Final = 20
LONGEST_REASON: Final = 200


class Outcome(StrEnum):
    """How an attempt ended; ``begun`` is one in flight."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Begun:
    """A notice in hand; ``attempt_id`` is ``None`` where the channel has nothing to send any more."""

    attempt_id: UUID | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended; ``reason`` says why it failed, without anything of the content."""

    attempt_id: UUID
    outcome: Outcome
    reason: str | None = None


def claim(
    db: Connection, now: datetime, worker: str, *, limit: int = BATCH, lease: timedelta = LEASE
) -> list[UUID]:
    """Notices due and free; what a vanished worker held is free again when its lease ends."""
    return leases.claim(db, notices, now, worker, limit=limit, lease=lease)


def release(db: Connection, now: datetime, worker: str) -> None:
    """Give back at once what a stopping worker still holds."""
    leases.release(db, notices, now, worker)


def begin_attempt(
    act: Act, notice_id: UUID, worker: str, channel: str, *, deduplicates: bool, lease: timedelta = LEASE
) -> Begun | None:
    """
    Put the notice into the inbox and open an attempt on a channel; ``None``: the notice is no longer ours.

    The caller commits before it sends.
    """
    values = {"sent_at": _told_since(act), "lease_until": act.now + lease}
    if not act.db.execute(_held(notice_id, worker).values(**values)).rowcount:
        return None
    row = act.db.execute(
        select(notices.c.content, notices.c.account_id).where(notices.c.id == notice_id)
    ).one()
    content = {"notice_id": str(notice_id), "account_id": str(row.account_id), **row.content}
    last = _last_attempt(act, notice_id, channel)
    if last is not None and last.outcome == Outcome.BEGUN and not deduplicates:
        record(act, Ended(last.id, Outcome.UNKNOWN, "发送时进程中断，是否送达无法确定"))
        return Begun(None, content)
    if last is not None and last.outcome in (Outcome.SENT, Outcome.UNKNOWN):
        return Begun(None, content)
    if last is not None and last.outcome == Outcome.BEGUN:
        return Begun(last.id, content)
    attempt_id = act.new_id()
    act.db.execute(
        insert(attempts).values(
            id=attempt_id, notice_id=notice_id, channel=channel, begun_at=act.now, outcome=Outcome.BEGUN.value
        )
    )
    return Begun(attempt_id, content)


def record(act: Act, ended: Ended | None) -> None:
    """Write how an attempt ended; true whoever holds the notice by now."""
    if ended is None:
        return
    act.db.execute(
        update(attempts)
        .where(attempts.c.id == ended.attempt_id)
        .values(
            outcome=ended.outcome.value,
            ended_at=act.now,
            detail=ended.reason[:LONGEST_REASON] if ended.reason else None,
        )
    )


def settle(act: Act, notice_id: UUID, worker: str, channels: Collection[str]) -> bool:
    """
    Finish the notice, or let it wait for the next try, as the channels in use have ended.

    False: the lease was lost, or the notice cancelled meanwhile; then nothing is changed.
    """
    outcomes = [one for one in _outcomes(act, notice_id) if one.channel in channels]
    failed = next((one for one in outcomes if one.outcome in (Outcome.FAILED, Outcome.BEGUN)), None)
    if failed is not None:
        return fail(act, notice_id, worker, failed.detail or "发送失败")
    unknown = any(one.outcome == Outcome.UNKNOWN for one in outcomes)
    return finish(act, notice_id, worker, state="outcome_unknown" if unknown else "sent")


def finish(act: Act, notice_id: UUID, worker: str, *, state: str = "sent") -> bool:
    """End the job; False when the lease was lost."""
    values = {"state": state, "sent_at": _told_since(act), "error": None}
    if not act.db.execute(_held(notice_id, worker).values(**values)).rowcount:
        return False
    _note(act, notice_id, state)
    return True


def fail(act: Act, notice_id: UUID, worker: str, reason: str) -> bool:
    """Wait 1, 5, 15, 60 … minutes for the next try; after eight the notice is a dead letter."""
    row = act.db.execute(select(notices.c.tries, notices.c.content).where(notices.c.id == notice_id)).one()
    tries = row.tries + 1
    dead = tries >= MOST_TRIES
    again = act.now + leases.back_off(tries)
    values = {
        "tries": tries,
        "state": "dead" if dead else "waiting",
        "next_at": again if row.content.get("hourly") else QuietHours().next_allowed(again),
        "lease_until": act.now,
        "lease_by": None,
        "error": reason[:LONGEST_REASON],
    }
    if not act.db.execute(_held(notice_id, worker).values(**values)).rowcount:
        return False
    _note(act, notice_id, "dead" if dead else "failed")
    return True


def revive(act: Act, notice_id: UUID, *, hourly: bool) -> None:
    """Let a notice be tried from the beginning, on a channel whose last outcome is unknown as well."""
    act.db.execute(
        update(attempts)
        .where(attempts.c.notice_id == notice_id, attempts.c.outcome == Outcome.UNKNOWN.value)
        .values(outcome=Outcome.FAILED.value, detail="人工重发")
    )
    values = {
        "state": "waiting",
        "tries": 0,
        "next_at": act.now if hourly else QuietHours().next_allowed(act.now),
        "lease_until": act.now,
        "lease_by": None,
        "error": None,
    }
    act.db.execute(update(notices).where(notices.c.id == notice_id).values(**values))
    announce(act.db)


def _told_since(act: Act) -> ColumnElement[datetime]:
    """Now, unless it was put into the inbox before."""
    return func.coalesce(notices.c.sent_at, literal(act.now, Instant()))


def _held(notice_id: UUID, worker: str) -> Any:
    return update(notices).where(leases.held(notices, notice_id, worker))


def _last_attempt(act: Act, notice_id: UUID, channel: str) -> AnyRow | None:
    found = [one for one in _outcomes(act, notice_id) if one.channel == channel]
    return found[0] if found else None


def _outcomes(act: Act, notice_id: UUID) -> list[AnyRow]:
    """The latest attempt of each channel."""
    rows = act.db.execute(
        select(attempts.c.id, attempts.c.channel, attempts.c.outcome, attempts.c.detail)
        .where(attempts.c.notice_id == notice_id)
        .order_by(attempts.c.begun_at, attempts.c.id)
    )
    return list({row.channel: row for row in rows}.values())


def _note(act: Act, notice_id: UUID, state: str) -> None:
    division = act.db.execute(
        select(deadlines.c.division_code)
        .join(notices, notices.c.deadline_id == deadlines.c.id)
        .where(notices.c.id == notice_id)
    ).scalar_one()
    act.note(f"notice.{state}", "notice", notice_id, chain=chain_of(division), fields=("state",))
