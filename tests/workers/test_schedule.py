"""The worker's loop in process, on both databases."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from models.db.engines import is_sqlite
from models.db.listening import open_listener
from models.domain.outgoing.slots import DIGEST_WAIT
from models.operations.act import Act
from models.operations.chains import anchors
from models.operations.reminders import sweeps, work_items
from models.tables.journal import idempotency, journal
from models.tables.notices import heartbeats
from models.tables.notices import work_items as items
from models.tables.people import login_delays, tokens
from tests.conftest import Clock
from tests.factories import NOW, World
from tests.operations.reminders.stories import assigned_case, rows
from tests.operations.reminders.test_reminding import at
from tests.workers.channels import Keeping
from workers import schedule as module
from workers.delivery import Outlets
from workers.schedule import Schedule
from workers.station import Station
from workers.waking import Sleeper, stopped_by_signals

HALF = at(12, 23)


@pytest.fixture
def sleeper(world: World) -> Any:
    one = Sleeper(open_listener(world.url), poll_seconds=20)
    yield one
    one.close()


@pytest.fixture
def channel() -> Keeping:
    return Keeping()


@pytest.fixture
def schedule(station: Station, sleeper: Sleeper, channel: Keeping, tmp_path: Path) -> Schedule:
    return Schedule(station, Outlets((channel,)), sleeper, heads_log=anchors.path_in(tmp_path))


def until_idle(schedule: Schedule) -> int:
    turns = 0
    while schedule.turn():
        turns += 1
        assert turns < 100
    return turns


def states(world: World, kind: str) -> list[str]:
    with world.engine.connect() as db:
        return list(db.execute(select(items.c.state).where(items.c.kind == kind)).scalars())


def test_from_clock_to_inbox(world: World, schedule: Schedule, channel: Keeping, clock: Clock) -> None:
    """A stage that has come is planned and told in one go, sent with the morning's digest, and then there is rest."""
    assigned_case(world)
    clock.now = HALF
    assert until_idle(schedule) > 0
    assert [(row.stage, row.sent_at, row.state) for row in rows(world)] == [("half", HALF, "waiting")]
    assert channel.got == []
    clock.now = HALF + DIGEST_WAIT
    assert until_idle(schedule) > 0
    assert [(row.stage, row.sent_at, row.state) for row in rows(world)] == [("half", HALF, "sent")]
    assert len(channel.got) == 1
    assert until_idle(schedule) == 0


def test_a_moved_clock_tells_every_stage_once(
    world: World, schedule: Schedule, channel: Keeping, clock: Clock
) -> None:
    """A worker that runs through the whole term delivers each stage to each person once."""
    assigned_case(world)
    clock.now = NOW
    while clock.now < at(2, 5, year=2027):
        until_idle(schedule)
        clock.now += 2 * DIGEST_WAIT
        until_idle(schedule)
        clock.now += timedelta(hours=13) - 2 * DIGEST_WAIT
    told = [one["notice_id"] for one in channel.notices]
    assert len(told) == len(set(told)) == len(rows(world))
    assert set(told) == {str(row.id) for row in rows(world)}
    assert {row.stage for row in rows(world)} == {
        "half", "three_quarters", "before_3wd", "before_1wd", "due", "overdue_1wd", "overdue_3wd", "overdue_w1",
        "due_unack", "overdue_1wd_unack", "overdue_3wd_unack", "overdue_w1_unack",
    }  # fmt: skip
    assert {row.state for row in rows(world)} == {"sent"}


def test_heartbeat_and_heads(world: World, schedule: Schedule, clock: Clock, tmp_path: Path) -> None:
    """A worker beats and signs the heads at start, beats again ten seconds later, and at once when the clock is set."""
    until_idle(schedule)
    assert anchors.path_in(tmp_path).exists()
    for moved, seen in ((5, 0), (10, 10), (-3600, -3600), (86400, 86400)):
        clock.now = NOW + timedelta(seconds=moved)
        until_idle(schedule)
        with world.engine.connect() as db:
            row = db.execute(select(heartbeats)).one()
        assert (row.process, row.at) == ("worker:test:1", NOW + timedelta(seconds=seen))


def test_a_sweep_an_hour(world: World, schedule: Schedule, clock: Clock) -> None:
    """Each hour puts down one sweep, which deletes what is over, tells the journal how much, and leaves the rest."""
    clock.now = NOW
    old = NOW - timedelta(days=31)
    base = {"scope": b"s" * 32, "fingerprint": b"f" * 32, "status": 0, "resource_id": None}
    with world.engine.begin() as db:
        db.execute(
            insert(idempotency),
            [
                {**base, "key_hash": bytes([n]) * 32, "created_at": at_, "keep": keep}
                for n, (keep, at_) in enumerate((("key", old), ("key", NOW), ("id", old)))
            ],
        )
        db.execute(
            insert(login_delays),
            [
                {"key": bytes([n]) * 32, "failures": 1, "until": NOW - timedelta(hours=hours)}
                for n, hours in enumerate((1, 22, 23, 40))
            ],
        )
    until_idle(schedule)
    with world.engine.connect() as db:
        mine = idempotency.c.scope == base["scope"]
        kept = db.execute(select(idempotency.c.keep, idempotency.c.created_at).where(mine)).all()
        assert sorted((row.keep, row.created_at) for row in kept) == [("id", old), ("key", NOW)]
        assert db.execute(select(func.count()).select_from(login_delays)).scalar_one() == 2
        noted = db.execute(select(journal.c.payload).where(journal.c.payload.like('%"sweep.run"%'))).scalars()
        assert len(noted.all()) == 1
    assert states(world, "sweep") == ["done"]
    clock.now = NOW + timedelta(minutes=59)
    until_idle(schedule)
    assert states(world, "sweep") == ["done"]
    clock.now = NOW + timedelta(hours=1)
    until_idle(schedule)
    assert states(world, "sweep") == ["done", "done"]


def test_a_long_sweep_comes_again(world: World, schedule: Schedule, as_: Any, clock: Clock) -> None:
    """More than fifty rows are swept in several transactions of fifty; a token that still holds stays."""
    as_("clerk")
    with world.engine.begin() as db:
        one = db.execute(select(tokens)).first()
        assert one is not None
        dead = {**one._mapping, "expires_at": NOW - timedelta(days=1)}
        db.execute(insert(tokens), [{**dead, "digest": n.to_bytes(32)} for n in range(120)])
    clock.now = NOW
    until_idle(schedule)
    with world.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(tokens)).scalar_one() == 2
        noted = db.execute(select(journal.c.payload).where(journal.c.payload.like('%"sweep.run"%'))).scalars()
        assert len(noted.all()) == 3
    with world.act(now=NOW) as act:
        assert sweeps.sweep(act, {})


def test_work_that_fails(
    world: World, station: Station, schedule: Schedule, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failing handler wrote is rolled back; it is tried eight times with growing waits, then it is dead."""
    until_idle(schedule)

    def broken(act: Act, _payload: Mapping[str, Any]) -> bool:
        act.db.execute(delete(items).where(items.c.kind == "sweep"))
        raise ValueError("13800000202")

    monkeypatch.setitem(module.HANDLERS, "broken", broken)  # a registry, open for new kinds
    with world.act(now=clock.now) as act:
        assert work_items.enqueue(act, "broken", "broken/1", {}, act.now)
        assert not work_items.enqueue(act, "broken", "broken/1", {}, act.now)
    tries = 0
    while states(world, "broken") == ["waiting"]:
        until_idle(schedule)
        tries += 1
        with world.engine.connect() as db:
            clock.now = db.execute(select(items.c.next_at).where(items.c.kind == "broken")).scalar_one()
    assert (tries, states(world, "broken")) == (8, ["dead"])
    with world.engine.connect() as db:
        assert db.execute(select(items.c.error).where(items.c.kind == "broken")).scalar_one() == "ValueError"
    assert states(world, "sweep")


def test_work_whose_lease_was_lost(
    world: World, schedule: Schedule, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another worker has the item by now, what was done for it is rolled back."""
    until_idle(schedule)

    def overtaken(act: Act, _payload: Mapping[str, Any]) -> bool:
        act.db.execute(update(items).where(items.c.kind == "slow").values(lease_by="other", error="mine"))
        return True

    monkeypatch.setitem(module.HANDLERS, "slow", overtaken)
    with world.act(now=clock.now) as act:
        work_items.enqueue(act, "slow", "slow/1", {}, act.now)
    schedule.turn()
    with world.engine.connect() as db:
        row = db.execute(select(items).where(items.c.kind == "slow")).one()
    assert (row.state, row.lease_by, row.error) == ("waiting", "worker:test:1", None)


def test_a_notification_wakes(world: World, schedule: Schedule, sleeper: Sleeper, clock: Clock) -> None:
    """On PostgreSQL a sleeping worker is woken by the commit that puts work down; on SQLite by its interval."""
    until_idle(schedule)
    sleeper.sleep_seconds = 0.01
    sleeper.sleep()  # the first one opens the connection that listens
    sleeper.sleep_seconds = 0.3 if is_sqlite(world.url) else 30
    putting, began = Timer(0.3, put_down, [world]), time.monotonic()
    putting.start()
    sleeper.sleep()
    assert 0.2 < time.monotonic() - began < 5
    putting.join()
    assert schedule.turn()


def put_down(world: World) -> None:
    with world.act(now=NOW) as act:
        work_items.enqueue(act, "sweep", "sweep/now", {}, act.now)


def test_a_signal_ends_it(world: World, schedule: Schedule, sleeper: Sleeper) -> None:
    """SIGTERM ends a sleeping worker at once; it says good-bye in its heartbeat."""
    began = time.monotonic()
    with stopped_by_signals(sleeper):
        Timer(0.3, os.kill, [os.getpid(), signal.SIGTERM]).start()
        schedule.run()
    assert time.monotonic() - began < 5
    with world.engine.connect() as db:
        assert db.execute(select(heartbeats.c.stopping)).scalar_one()


def test_a_database_that_is_away(station: Station, schedule: Schedule, sleeper: Sleeper) -> None:
    """A turn that fails is logged and tried again; the worker does not die of it."""
    turns: list[int] = []

    def clock() -> Any:
        turns.append(1)
        if len(turns) == 1:
            raise ConnectionError
        sleeper.stop()
        return NOW

    station.clock = clock
    sleeper.sleep_seconds = 0.01
    schedule.run()
    assert len(turns) > 1
