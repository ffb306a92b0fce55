"""How a dispatch is left: ended, to be tried again, or put off to a later digest; its notices follow it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select, update

from models.domain.law import chain_of
from models.domain.timing.reminders import QuietHours
from models.operations import leases
from models.operations.act import Act
from models.operations.leases import MOST_TRIES
from models.operations.outgoing.attempts import Ended, Outcome, record, shortened
from models.operations.outgoing.ways import TEST
from models.tables.base import AnyRow
from models.tables.channels import dispatches as T
from models.tables.deadlines import deadlines
from models.tables.notices import notices

LONGEST_WAIT: Final = timedelta(days=1)
"""A receiver that asks to be left alone for longer is asked again after this."""


class Left(StrEnum):
    """What a worker leaves behind; ``lost``: somebody else has it by now."""

    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "outcome_unknown"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    LOST = "lost"


def end(act: Act, job: AnyRow, left: Left, reason: str | None = None) -> Left:
    """End the job, and its notices with it."""
    _note(act, job, left)
    _set(act, job, state=left.value, error=shortened(reason))
    if left is Left.SENT:
        act.db.execute(update(T).where(T.c.id == job.id).values(sent_at=act.now))
    return left


def again(act: Act, job: AnyRow, tried: Sequence[Ended]) -> Left:
    """
    Wait 1, 5, 15, 60 … minutes for the next try, or as long as a receiver asks.

    After eight tries, or when every way refuses for good, it is dead; or its outcome unknown where the last
    receiver never said whether it has it.
    """
    tries = job.tries + 1
    reason = "；".join(dict.fromkeys(one.reason or "发送失败" for one in tried))
    hopeless = all(one.permanent and one.outcome is Outcome.FAILED for one in tried)
    if tries >= MOST_TRIES or hopeless:
        _set(act, job, tries=tries)
        last = tried[-1]
        if last.outcome is not Outcome.BEGUN:
            return end(act, job, Left.DEAD, reason)
        record(act, Ended(last.attempt_id, last.way, Outcome.UNKNOWN, last.reason))
        return end(act, job, Left.UNKNOWN, reason)
    asked = timedelta(seconds=max(one.retry_after or 0.0 for one in tried))
    at = act.now + min(max(leases.back_off(tries), asked), LONGEST_WAIT)
    at = at if _hourly(act, job) else QuietHours().next_allowed(at)
    _note(act, job, Left.WAITING)
    _set(act, job, tries=tries, error=shortened(reason), next_at=at)
    _free(act, job)
    return Left.WAITING


def hushed(act: Act, job: AnyRow) -> bool:
    """Whether it is night and the message may not leave now (a worker came late): it waits for the morning."""
    morning = QuietHours().next_allowed(act.now)
    if morning == act.now or _hourly(act, job):
        return False
    _set(act, job, next_at=morning)
    _free(act, job)
    return True


def put_off(act: Act, job: AnyRow) -> Left:
    """A digest whose day has passed: what it still has to say goes with a digest to come."""
    waiting = update(notices).where(notices.c.dispatch_id == job.id, notices.c.state == "waiting")
    act.db.execute(waiting.values(dispatch_id=None, next_at=act.now))
    return end(act, job, Left.CANCELLED)


def _free(act: Act, job: AnyRow) -> None:
    free = {"lease_until": act.now, "lease_by": None}
    act.db.execute(update(T).where(T.c.id == job.id).values(**free))


def _set(act: Act, job: AnyRow, **values: Any) -> None:
    """The same of the dispatch and of its notices that wait."""
    act.db.execute(update(T).where(T.c.id == job.id).values(**values))
    waiting = update(notices).where(notices.c.dispatch_id == job.id, notices.c.state == "waiting")
    act.db.execute(waiting.values(**values))


def _hourly(act: Act, job: AnyRow) -> bool:
    """Whether it may be sent at night: an hour clock speaks in it, or somebody tries a channel now."""
    if job.key.startswith(TEST):
        return True
    said = select(notices.c.content).where(notices.c.dispatch_id == job.id, notices.c.state == "waiting")
    return any(content.get("hourly") for content in act.db.execute(said).scalars())


def _note(act: Act, job: AnyRow, left: Left) -> None:
    """One row on the chain of its first notice's county, with the ids of all that wait in it."""
    rows = act.db.execute(
        select(notices.c.id, deadlines.c.division_code)
        .join(deadlines, deadlines.c.id == notices.c.deadline_id)
        .where(notices.c.dispatch_id == job.id, notices.c.state == "waiting")
        .order_by(notices.c.id)
    ).all()
    chain = chain_of(rows[0].division_code) if rows else "00"
    told = {"notices": [str(row.id) for row in rows]}
    act.note(f"dispatch.{left.value}", "dispatch", job.id, chain=chain, fields=("state",), content=told)
