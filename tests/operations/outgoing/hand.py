"""A worker's hands on dispatches, step by step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.ids import uuid7
from models.domain.outgoing.channels import ChannelKind
from models.operations.outgoing import dispatches, notices
from models.operations.outgoing.attempts import Begun, Ended, Outcome
from models.operations.outgoing.dispatching import proceed
from models.operations.outgoing.ending import Left
from models.operations.outgoing.ways import Exits
from models.tables import channels as tables
from models.tables.base import AnyRow
from tests.factories import COUNTY, NOW, World
from tests.operations.reminders.test_reminding import at

HALF: Final = at(12, 23)
"""When the first stage of ``assigned_case`` comes, a Wednesday."""

LEAVES: Final = HALF + timedelta(minutes=5)
"""When that morning's digest leaves."""

PLAIN: Final = Exits({"test": False}, ["test"])
KNOWING: Final = Exits({"test": True}, ["test"])
EVERY: Final = Exits({"test": False, "webhook": True, "sms": False, "smtp": False}, ["test"])


def tell(world: World, now: datetime, exits: Exits = PLAIN, *, limit: int = notices.BATCH) -> int:
    with world.act(now=now) as act:
        return notices.tell_due(act, exits, limit=limit)


def claim(world: World, worker: str, now: datetime) -> list[UUID]:
    with world.act(now=now) as act:
        return dispatches.claim(act.db, act.now, worker)


def step(
    world: World,
    dispatch_id: UUID,
    now: datetime,
    *tried: Ended,
    worker: str = "w",
    exits: Exits = PLAIN,
) -> Begun | Left:
    """The next attempt, or how it is left."""
    with world.act(now=now) as act:
        return proceed(act, dispatch_id, worker, exits, tried)


def begin(
    world: World, dispatch_id: UUID, now: datetime, *tried: Ended, worker: str = "w", exits: Exits = PLAIN
) -> Begun:
    """The next attempt; there must be one."""
    begun = step(world, dispatch_id, now, *tried, worker=worker, exits=exits)
    assert isinstance(begun, Begun), begun
    return begun


def ended(begun: Begun, outcome: Outcome, reason: str | None = None, **more: Any) -> Ended:
    return Ended(begun.attempt_id, begun.way, outcome, reason, **more)


def fail_once(world: World, dispatch_id: UUID, now: datetime, **more: Any) -> AnyRow:
    """Claim, begin, and have the only channel refuse."""
    assert claim(world, "w", now) == [dispatch_id]
    begun = begin(world, dispatch_id, now)
    left = step(world, dispatch_id, now, ended(begun, Outcome.FAILED, "渠道停用", **more))
    assert left in (Left.WAITING, Left.DEAD)
    return job(world, dispatch_id)


def kill_off(world: World, dispatch_id: UUID, now: datetime) -> datetime:
    """Have the channel refuse until it is a dead letter."""
    while (row := fail_once(world, dispatch_id, now)).state == "waiting":
        now = row.next_at
    return now


def job(world: World, dispatch_id: UUID | None = None) -> AnyRow:
    """One dispatch, the only one if none is named."""
    return next(row for row in jobs(world) if dispatch_id in (None, row.id))


def jobs(world: World) -> list[AnyRow]:
    with world.engine.connect() as db:
        return list(db.execute(select(tables.dispatches).order_by(tables.dispatches.c.created_at)).all())


def outcomes(world: World) -> list[str]:
    with world.engine.connect() as db:
        made = select(tables.attempts.c.outcome).order_by(tables.attempts.c.begun_at, tables.attempts.c.id)
        return list(db.execute(made).scalars())


def channel(world: World, kind: ChannelKind, config: Mapping[str, Any] | None = None) -> UUID:
    """A channel of the county."""
    channel_id = uuid7(NOW)
    sealed = world.vault.seal(
        world.vault.channel_key(), json.dumps(config or {}), place=f"channel:{channel_id}:config"
    )
    with world.engine.begin() as db:
        db.execute(
            insert(tables.channels).values(
                id=channel_id,
                kind=kind,
                title=kind.value,
                division_code=COUNTY,
                sealed_config=sealed,
                shown=kind.value,
                created_at=NOW,
            )
        )
    return channel_id


def reach(world: World, name: str, made: Sequence[tuple[UUID, str | None]]) -> list[UUID]:
    """Contacts of a person on these channels, in order, with his address on each."""
    ids, person = [], world.account(name)
    with world.engine.begin() as db:
        for position, (channel_id, address) in enumerate(made, 1):
            contact_id = uuid7(NOW)
            sealed = address and world.vault.seal(
                world.vault.channel_key(), address, place=f"reminder_contact:{contact_id}:address"
            )
            db.execute(
                insert(tables.contacts).values(
                    id=contact_id,
                    account_id=person,
                    channel_id=channel_id,
                    position=position,
                    sealed_address=sealed,
                    shown="***",
                    since=NOW,
                )
            )
            ids.append(contact_id)
    return ids


def switch_off(world: World, channel_id: UUID) -> None:
    with world.engine.begin() as db:
        db.execute(update(tables.channels).where(tables.channels.c.id == channel_id).values(active=False))
