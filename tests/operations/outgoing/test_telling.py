"""Into the inbox and into the message that goes out, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from models.domain.states import Action
from models.operations.outgoing.attempts import Outcome
from models.operations.outgoing.ending import Left
from models.operations.outgoing.ways import Exits
from models.tables.deadlines import deadlines
from models.tables.journal import journal
from tests.factories import World
from tests.operations.outgoing.hand import (
    HALF,
    LEAVES,
    begin,
    claim,
    ended,
    jobs,
    step,
    tell,
)
from tests.operations.reminders.stories import assigned_case, clock_of, rows, scan, spot_case
from tests.operations.reminders.stories import step as take
from tests.operations.reminders.test_reminding import at


def keys(world: World) -> list[tuple[str, datetime]]:
    """What goes out, and when."""
    return [(row.key, row.next_at) for row in jobs(world)]


def send(world: World, now: datetime) -> None:
    """Everything due leaves."""
    for dispatch_id in claim(world, "w", now):
        begun = begin(world, dispatch_id, now)
        assert step(world, dispatch_id, now, ended(begun, Outcome.SENT)) is Left.SENT


def test_without_a_way_out_the_inbox_is_the_delivery(world: World) -> None:
    """Without a channel a notice is told and sent at once; the journal has a row."""
    assigned_case(world)
    scan(world, HALF)
    assert [tell(world, HALF, Exits({})) for _ in range(2)] == [1, 0]
    (row,) = rows(world)
    assert (row.state, row.sent_at, row.dispatch_id, jobs(world)) == ("sent", HALF, None, [])
    with world.engine.connect() as db:
        told = select(func.count()).where(journal.c.payload.like('%"notice.tell"%'))
        assert db.execute(told).scalar_one() == 1


def test_one_digest_a_morning(world: World) -> None:
    """What one person is told of three cases in a morning leaves in one message; each other person has his own."""
    for _ in range(3):
        assigned_case(world)
    scan(world, at(1, 8, year=2027))
    assert tell(world, at(1, 8, year=2027)) == 9
    assert keys(world) == [("digest/2027-01-08", at(1, 8, 9, 5, year=2027))] * 3
    assert len({row.account_id for row in jobs(world)}) == 3
    assert {row.sent_at for row in rows(world)} == {at(1, 8, year=2027)}
    for row in rows(world):
        assert row.account_id == next(one.account_id for one in jobs(world) if one.id == row.dispatch_id)


def test_not_before_its_time(world: World) -> None:
    """A notice planned in the quiet hours comes into the inbox when they end, and out at 09:05."""
    assigned_case(world)
    scan(world, at(12, 23, 22, 30))
    assert tell(world, at(12, 24, 6, 59)) == 0
    assert tell(world, at(12, 24, 7)) == 1
    assert keys(world) == [("digest/2026-12-24", at(12, 24, 9, 5))]


def test_what_comes_after_the_digest_waits_for_the_next(world: World) -> None:
    """A digest that has left takes no more: what has time is for the next working morning."""
    assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    send(world, LEAVES)
    assigned_case(world)
    later = LEAVES + timedelta(minutes=1)
    scan(world, later)
    tell(world, later)
    assert keys(world) == [("digest/2026-12-23", LEAVES), ("digest/2026-12-24", at(12, 24, 9, 5))]


def test_a_digest_that_failed_takes_no_more(world: World) -> None:
    """A digest of which an attempt was made keeps what it says, though it is tried again."""
    assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    (dispatch_id,) = claim(world, "w", LEAVES)
    step(world, dispatch_id, LEAVES, ended(begin(world, dispatch_id, LEAVES), Outcome.FAILED, "停用"))
    assigned_case(world)
    scan(world, LEAVES)
    tell(world, LEAVES)
    assert keys(world)[1:] == [("digest/2026-12-24", at(12, 24, 9, 5))]


def test_what_presses_leaves_by_itself(world: World) -> None:
    """What has ended, and comes after the digest has left, leaves at once."""
    late = at(1, 26, 9, year=2027)
    assigned_case(world)
    scan(world, late)
    tell(world, late)
    send(world, late + timedelta(minutes=5))
    case_id = assigned_case(world)
    now = late + timedelta(hours=2)
    scan(world, now)
    tell(world, now)
    assert {(row.key, row.next_at) for row in jobs(world)[4:]} == {
        (f"notice/{row.id}", now) for row in rows(world) if row.case_id == case_id
    }


@pytest.mark.parametrize(
    ("now", "key", "leaves"),
    [
        (at(12, 26, 10), "digest/2026-12-28", at(12, 28, 9, 5)),  # half the term: it has time
        (at(1, 30, 10, year=2027), "digest/2027-01-30", at(1, 30, 10, 5, year=2027)),  # overdue
    ],
)
def test_on_days_off(world: World, now: datetime, key: str, leaves: datetime) -> None:
    """On a Saturday only what presses goes out; the rest waits for Monday."""
    assigned_case(world)
    scan(world, now)
    tell(world, now)
    assert set(keys(world)) == {(key, leaves)}


def test_a_standing_clock_presses_nobody(world: World) -> None:
    """The monthly note on a suspended clock waits for a working morning, though the old end has passed."""
    case_id = assigned_case(world)
    take(world, case_id, "supervisor", Action.SUSPEND, now=at(11, 25), reason="testing", note="送检")
    saturday = at(2, 27, 10, year=2027)
    scan(world, saturday)
    tell(world, saturday)
    assert {key for key, _ in keys(world)} == {"digest/2027-03-01"}


def hour_clock(world: World) -> None:
    """A clock of four hours that began at midnight."""
    case_id = spot_case(world)
    clock = clock_of(world, case_id, "CASE_TRIAGE")
    hourly = {**clock.rule, "length": 4, "unit": "H", "roll": False}
    values = {
        "candidates": [hourly],
        "rule": hourly,
        "started_at": at(11, 24, 0),
        "due_at": at(11, 24, 4),
        "due_on": at(11, 24).date(),
        "legal_due_on": at(11, 24).date(),
        "remind_at": at(11, 24, 2),
    }
    with world.engine.begin() as db:
        db.execute(update(deadlines).where(deadlines.c.id == clock.id).values(values))


def test_hour_clocks_go_out_at_night(world: World) -> None:
    """A clock in hours goes out at once and by itself, at 02:00, and is tried again at night."""
    hour_clock(world)
    night = at(11, 24, 2)
    scan(world, night)
    tell(world, night)
    (notice,) = rows(world)
    assert keys(world) == [(f"notice/{notice.id}", night)]
    (dispatch_id,) = claim(world, "w", night)
    begun = begin(world, dispatch_id, night)
    assert "还有2小时" in begun.letter.subject
    step(world, dispatch_id, night, ended(begun, Outcome.FAILED, "停用"))
    later = night + timedelta(minutes=1)
    assert keys(world) == [(f"notice/{notice.id}", later)]
    claim(world, "w", later)
    assert "还有1小时59分" in begin(world, dispatch_id, later).letter.subject


def test_two_workers_tell_each_once(world: World) -> None:
    """Two workers that tell at the same time bind each notice once, to one digest per person."""
    late = at(1, 26, 9, year=2027)
    for _ in range(8):
        assigned_case(world)
    scan(world, late)
    barrier, failures, told = Barrier(2), [], []

    def work() -> None:
        try:
            barrier.wait(10)
            while done := tell(world, late, limit=5):
                told.append(done)
        except Exception as error:
            failures.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert sum(told) == len(rows(world)) == 32
    assert len(jobs(world)) == len({row.account_id for row in rows(world)}) == 4
    assert {row.dispatch_id for row in rows(world)} == {row.id for row in jobs(world)}


def test_a_worker_that_comes_late_at_night(world: World) -> None:
    """What was due in the evening and finds a worker only at night waits for the morning, in the inbox and outside."""
    assigned_case(world)
    evening, night = at(12, 23, 21), at(12, 23, 23)
    scan(world, evening)
    tell(world, night)
    assert (rows(world)[0].sent_at, rows(world)[0].next_at, jobs(world)) == (None, at(12, 24, 7), [])
    late = at(1, 26, 21, year=2027)
    scan(world, late)
    tell(world, late)
    night = at(1, 26, 22, 30, year=2027)
    for dispatch_id in claim(world, "w", night):
        assert step(world, dispatch_id, night) is Left.WAITING
    assert {when for _, when in keys(world)} == {at(1, 27, 7, year=2027)}
