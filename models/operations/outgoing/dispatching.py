"""
Dispatching 外发: a dispatch is the job; it is sent by one way after the other and ended, exactly once.

One attempt is in flight at a time, committed *before* the message leaves. What a channel certainly did not
deliver goes to the next way at once; when none is left, the dispatch waits and is tried again, eight times. Of
what a channel may have delivered nobody makes a second: an attempt found begun after a kill, or without an
answer, is repeated under its own id where the receiver recognises it; else the outcome stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from models.domain.errors import Unreadable
from models.domain.outgoing.letters import Letter
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.leases import LEASE, held
from models.operations.outgoing import attempts
from models.operations.outgoing.composing import compose
from models.operations.outgoing.dispatches import DIGEST
from models.operations.outgoing.ending import Left, again, end, hushed, put_off
from models.operations.outgoing.ways import Exits, Way, destination, ways_of
from models.tables.base import AnyRow
from models.tables.channels import dispatches as T

INTERRUPTED: Final = "发送时进程中断，是否送达无法确定"
UNREADABLE: Final = "渠道设置或接收地址打不开，请管理员重新填写"


def proceed(
    act: Act,
    dispatch_id: UUID,
    worker: str,
    exits: Exits,
    tried: Sequence[attempts.Ended],
    *,
    lease: timedelta = LEASE,
) -> attempts.Begun | Left:
    """
    The next attempt of a dispatch in hand, or how it is left; ``tried``: what this worker tried since its claim.

    The last of ``tried`` is recorded in the same transaction. Whoever was overtaken records only that a message was
    delivered: by now the other may have sent the same attempt, so that a refusal says nothing any more.
    """
    mine = update(T).where(held(T, dispatch_id, worker)).values(lease_until=act.now + lease)
    ours = act.db.execute(mine).rowcount == 1  # also the lock under which nothing more is bound to it
    if tried and (ours or tried[-1].outcome is attempts.Outcome.SENT):
        attempts.record(act, tried[-1])
    if not ours:
        return Left.LOST
    job = act.db.execute(select(T).where(T.c.id == dispatch_id)).one()
    if not tried:
        return _first(act, job, exits)
    last = tried[-1]
    if last.outcome is attempts.Outcome.SENT:
        return end(act, job, Left.SENT)
    if last.outcome is attempts.Outcome.UNKNOWN:
        return end(act, job, Left.UNKNOWN, last.reason)
    if last.outcome is attempts.Outcome.BEGUN:
        return again(act, job, tried)
    return _next(act, job, exits, tried)


def _first(act: Act, job: AnyRow, exits: Exits) -> attempts.Begun | Left:
    """What the attempts before this claim leave to do."""
    made = attempts.made(act, job.id)
    outcomes = {row.outcome for row in made}
    if attempts.Outcome.SENT in outcomes:  # by a worker that was overtaken while it sent
        return end(act, job, Left.SENT)
    if attempts.Outcome.UNKNOWN in outcomes:
        return end(act, job, Left.UNKNOWN, job.error)
    if hushed(act, job):
        return Left.WAITING
    flying = next((row for row in made if row.outcome == attempts.Outcome.BEGUN), None)
    if flying is not None:
        return _resume(act, job, flying, exits)
    if job.key.startswith(DIGEST) and job.day < legal_day(act.now):
        return put_off(act, job)
    return _next(act, job, exits, ())


def _resume(act: Act, job: AnyRow, flying: AnyRow, exits: Exits) -> attempts.Begun | Left:
    """An attempt that nobody finished: the same again where the receiver knows it, else nobody can tell."""
    way = Way(flying.channel, flying.contact_id)
    if exits.kinds.get(way.channel) and way in ways_of(act, job.account_id, exits, job.key):
        letter = compose(act, job.id, job.key, base=exits.link_base)
        if letter is not None:
            return _begun(act, flying.id, way, letter, repeated=True)
    attempts.record(act, attempts.Ended(flying.id, way, attempts.Outcome.UNKNOWN, INTERRUPTED))
    return end(act, job, Left.UNKNOWN, INTERRUPTED)


def _next(act: Act, job: AnyRow, exits: Exits, tried: Sequence[attempts.Ended]) -> attempts.Begun | Left:
    """The first way not tried yet."""
    letter = compose(act, job.id, job.key, base=exits.link_base)
    if letter is None:
        return end(act, job, Left.CANCELLED)
    done = {one.way for one in tried}
    way = next((way for way in ways_of(act, job.account_id, exits, job.key) if way not in done), None)
    if way is None:  # without any way out of the house the inbox is the delivery
        return again(act, job, tried) if tried else end(act, job, Left.SENT)
    attempt_id = attempts.put_down(act, job.id, way)
    try:
        return _begun(act, attempt_id, way, letter)
    except Unreadable:
        failed = attempts.Ended(attempt_id, way, attempts.Outcome.FAILED, UNREADABLE)
        attempts.record(act, failed)
        return _next(act, job, exits, [*tried, failed])


def _begun(act: Act, attempt_id: UUID, way: Way, letter: Letter, *, repeated: bool = False) -> attempts.Begun:
    config, address = destination(act, way)
    return attempts.Begun(attempt_id, way, letter, config, address, repeated)
