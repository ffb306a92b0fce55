"""Attempts belonged to notices before there were dispatches: they move both ways with their rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, Table, select

from models import migrate
from models.operations.outgoing.attempts import Outcome
from models.tables.channels import attempts, dispatches
from tests.factories import World
from tests.operations.outgoing.hand import HALF, LEAVES, begin, claim, ended, job, step, tell
from tests.operations.reminders.stories import assigned_case, rows, scan

BEFORE = "20261123_2300"


def attempts_then(world: World) -> list[dict[str, Any]]:
    """The attempts as the older schema has them."""
    then = MetaData()
    with world.engine.connect() as db:
        table = Table("attempt", then, autoload_with=db)
        return [dict(row._mapping) for row in db.execute(select(table))]


def test_attempts_move_with_their_rows(world: World) -> None:
    """Down, an attempt of a digest is that of its first notice; up again, each notice that went out has a dispatch."""
    for _ in range(2):
        assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    (digest,) = claim(world, "w", LEAVES)
    begun = begin(world, digest, LEAVES)
    step(world, digest, LEAVES, ended(begun, Outcome.SENT))
    assigned_case(world)
    scan(world, LEAVES)
    first = min(row.id for row in rows(world) if row.dispatch_id == digest)
    migrate.downgrade(world.engine, BEFORE)
    (attempt,) = attempts_then(world)
    assert {str(attempt["id"]).replace("-", ""), str(attempt["notice_id"]).replace("-", "")} == {
        begun.attempt_id.hex,
        first.hex,
    }
    migrate.upgrade(world.engine)
    with world.engine.connect() as db:
        (moved,) = db.execute(select(attempts)).all()
        (made,) = db.execute(select(dispatches)).all()
    assert (moved.id, moved.outcome, moved.dispatch_id) == (begun.attempt_id, "sent", made.id)
    assert (made.key, made.state, made.sent_at, made.day) == (f"notice/{first}", "sent", HALF, HALF.date())
    bound = {row.id: row.dispatch_id for row in rows(world)}
    assert bound.pop(first) == made.id
    assert set(bound.values()) == {None}
    assert sorted(row.state for row in rows(world)) == ["sent", "sent", "waiting"]
    assert job(world).id == made.id
