"""Who gets which dispatch, how long it has waited, and trials of a channel; on both databases."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from models.domain.outgoing.slots import Slot
from models.operations import health
from models.operations.outgoing import dispatches
from models.operations.outgoing.attempts import Outcome
from models.operations.outgoing.ending import Left
from tests.factories import World
from tests.operations.outgoing.hand import (
    HALF,
    LEAVES,
    begin,
    claim,
    ended,
    job,
    step,
    tell,
)
from tests.operations.reminders.stories import assigned_case, rows, scan
from tests.operations.reminders.test_reminding import at


def test_two_workers_never_claim_the_same(world: World) -> None:
    """Many dispatches, two workers at once: each is claimed by one."""
    late = at(1, 26, 9, year=2027)
    for _ in range(9):
        assigned_case(world)
    scan(world, late)
    tell(world, late)
    for row in rows(world):
        with world.act(now=late) as act:
            dispatches.send_again(act, row)
    barrier, got = Barrier(2), []

    def work(name: str) -> None:
        barrier.wait(10)
        while mine := claim(world, name, late):
            got.extend(mine)

    workers = [Thread(target=work, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == len(set(got)) == len(rows(world)) == 36


def test_the_age_of_the_oldest(world: World) -> None:
    """The metric grows while what is due is neither told nor sent, and is nought when it is."""
    assigned_case(world)
    scan(world, HALF)
    assert age(world, HALF + timedelta(minutes=10)) == 600
    tell(world, HALF)
    assert age(world, LEAVES) == 0
    now = LEAVES + timedelta(minutes=10)
    assert age(world, now) == 600
    assert age(world, at(1, 7, year=2027)) > 600  # the next stage, which nobody has planned yet
    claim(world, "w", now)
    step(world, job(world).id, now, ended(begin(world, job(world).id, now), Outcome.SENT))
    assert age(world, now) == 0


def age(world: World, now: Any) -> float:
    with world.act(now=now) as act:
        return health.oldest_waiting_seconds(act)


def test_a_trial_of_a_channel(world: World) -> None:
    """A dispatch without notices whose key says so carries a fixed text; another one is cancelled."""
    for key, says in (("test/1", "环巡提醒渠道测试"), ("digest/2026-12-23", None)):
        person = world.account("admin")
        with world.act(now=HALF) as act:
            dispatch_id = dispatches.put_down(act, person, key, Slot(None, act.now))
        claim(world, "w", HALF)
        if says is None:
            assert step(world, dispatch_id, HALF) is Left.CANCELLED
            continue
        begun = begin(world, dispatch_id, HALF)
        assert says in begun.letter.subject
        assert step(world, dispatch_id, HALF, ended(begun, Outcome.SENT)) is Left.SENT
