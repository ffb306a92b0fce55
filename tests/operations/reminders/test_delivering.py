"""Delivering notices: leases, attempts, back-off, dead letters, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select

from models.domain.states import Action
from models.operations import health
from models.operations.reminders import dead_letters, notices
from models.operations.reminders.leases import LEASE, MOST_TRIES
from models.operations.reminders.notices import Begun, Ended, Outcome
from models.tables.base import AnyRow
from models.tables.channels import attempts
from models.tables.journal import journal
from tests.factories import World
from tests.operations.reminders.stories import assigned_case, rows, scan, step
from tests.operations.reminders.test_reminding import at

HALF = at(12, 23)
SECOND = timedelta(seconds=1)


@pytest.fixture
def notice(world: World) -> AnyRow:
    """One notice that is due at ``HALF``."""
    assigned_case(world)
    scan(world, HALF)
    return rows(world)[0]


def claim(world: World, worker: str, now: datetime) -> list[UUID]:
    with world.act(now=now) as act:
        return notices.claim(act.db, act.now, worker)


def begin(
    world: World, notice_id: UUID, worker: str, now: datetime, *, deduplicates: bool = False
) -> Begun | None:
    with world.act(now=now) as act:
        return notices.begin_attempt(act, notice_id, worker, "test", deduplicates=deduplicates)


def end(world: World, notice_id: UUID, worker: str, ended: Ended | None, now: datetime) -> bool:
    with world.act(now=now) as act:
        notices.record(act, ended)
        return notices.settle(act, notice_id, worker, ["test"])


def outcomes(world: World) -> list[str]:
    with world.engine.connect() as db:
        return list(db.execute(select(attempts.c.outcome).order_by(attempts.c.begun_at)).scalars())


def fail_once(world: World, notice_id: UUID, now: datetime) -> AnyRow:
    """Claim, begin, and have the channel refuse."""
    assert claim(world, "w", now) == [notice_id]
    begun = begin(world, notice_id, "w", now)
    assert begun is not None
    assert begun.attempt_id is not None
    assert end(world, notice_id, "w", Ended(begun.attempt_id, Outcome.FAILED, "渠道停用"), now)
    return rows(world)[0]


def test_delivered_once(world: World, notice: AnyRow) -> None:
    """A delivered notice is sent, has one attempt, and is not claimed again."""
    assert claim(world, "w", HALF) == [notice.id]
    begun = begin(world, notice.id, "w", HALF)
    assert begun is not None
    assert begun.attempt_id is not None
    assert begun.content["notice_id"] == str(notice.id)
    assert end(world, notice.id, "w", Ended(begun.attempt_id, Outcome.SENT), HALF + SECOND)
    assert (rows(world)[0].state, rows(world)[0].sent_at) == ("sent", HALF)
    assert outcomes(world) == ["sent"]
    assert claim(world, "w", HALF + timedelta(days=1)) == []


def test_not_before_its_time(world: World) -> None:
    """A notice planned in the quiet hours is claimed when they end, not before."""
    assigned_case(world)
    scan(world, at(12, 23, 22, 30))
    assert claim(world, "w", at(12, 24, 6, 59)) == []
    assert len(claim(world, "w", at(12, 24, 7))) == 1


def test_a_lease_ends(world: World, notice: AnyRow) -> None:
    """What a vanished worker held is taken over when its lease ends, and not a moment earlier."""
    assert claim(world, "gone", HALF) == [notice.id]
    assert claim(world, "next", HALF + LEASE - SECOND) == []
    assert claim(world, "next", HALF + LEASE) == [notice.id]


def test_who_lost_the_lease_changes_nothing(world: World, notice: AnyRow) -> None:
    """A worker that comes back after another took over neither begins nor finishes."""
    claim(world, "slow", HALF)
    begun = begin(world, notice.id, "slow", HALF)
    assert begun is not None
    assert begun.attempt_id is not None
    claim(world, "next", HALF + 2 * LEASE)
    assert not end(world, notice.id, "slow", Ended(begun.attempt_id, Outcome.SENT), HALF + 2 * LEASE)
    assert begin(world, notice.id, "slow", HALF + 2 * LEASE) is None
    assert rows(world)[0].state == "waiting"
    assert outcomes(world) == ["sent"]
    again = begin(world, notice.id, "next", HALF + 2 * LEASE)
    assert again == Begun(None, again.content if again else {})


def test_a_stopping_worker_gives_back(world: World, notice: AnyRow) -> None:
    """What a worker releases can be claimed at once."""
    claim(world, "w", HALF)
    with world.act(now=HALF) as act:
        notices.release(act.db, act.now, "w")
    assert claim(world, "next", HALF) == [notice.id]


def test_back_off_and_dead_letter(world: World, notice: AnyRow) -> None:
    """A refused message waits 1, 5, 15, then 60 minutes, not into the night; the eighth time it is dead, with its reason."""
    now, waits = HALF, []
    for _ in range(MOST_TRIES - 1):
        row = fail_once(world, notice.id, now)
        assert (row.state, row.error) == ("waiting", "渠道停用")
        waits.append(int((row.next_at - now).total_seconds() // 60))
        now = row.next_at
    assert waits == [1, 5, 15, 60, 60, 60, 60]
    row = fail_once(world, notice.id, now)
    assert (row.state, row.tries, row.error, row.sent_at) == ("dead", 8, "渠道停用", HALF)
    assert claim(world, "w", now + timedelta(days=9)) == []


def test_a_retry_waits_for_the_morning(world: World) -> None:
    """A try that fails at 21:59 is repeated at 07:00."""
    assigned_case(world)
    late = at(12, 23, 21, 59)
    scan(world, late)
    assert fail_once(world, rows(world)[0].id, late).next_at == at(12, 24, 7)


def test_resent_by_a_person(world: World, notice: AnyRow) -> None:
    """A dead letter that a leader sends again is delivered; the journal says who."""
    now = HALF
    for _ in range(MOST_TRIES):
        now = fail_once(world, notice.id, now).next_at
    with world.act("supervisor", now=now) as act:
        assert [row.id for row in dead_letters.page(act, after=None, limit=20)] == [notice.id]
        dead_letters.resend(act, notice.id)
    assert claim(world, "w", now) == [notice.id]
    begun = begin(world, notice.id, "w", now)
    assert begun is not None
    assert begun.attempt_id is not None
    assert end(world, notice.id, "w", Ended(begun.attempt_id, Outcome.SENT), now)
    assert rows(world)[0].state == "sent"
    with world.engine.connect() as db:
        resent = select(func.count()).where(journal.c.payload.like('%"notice.resend"%'))
        assert db.execute(resent).scalar_one() == 1


def test_in_flight_at_a_kill(world: World, notice: AnyRow) -> None:
    """Where nobody can tell whether it arrived, the outcome is unknown and it is not sent again."""
    claim(world, "killed", HALF)
    begin(world, notice.id, "killed", HALF)
    later = HALF + LEASE
    claim(world, "next", later)
    begun = begin(world, notice.id, "next", later)
    assert begun is not None
    assert begun.attempt_id is None
    assert end(world, notice.id, "next", None, later)
    assert (rows(world)[0].state, outcomes(world)) == ("outcome_unknown", ["outcome_unknown"])


def test_in_flight_to_a_receiver_that_knows_ids(world: World, notice: AnyRow) -> None:
    """A receiver that recognises an id gets the same attempt again, under the same id."""
    claim(world, "killed", HALF)
    first = begin(world, notice.id, "killed", HALF, deduplicates=True)
    claim(world, "next", HALF + LEASE)
    second = begin(world, notice.id, "next", HALF + LEASE, deduplicates=True)
    assert first is not None
    assert second is not None
    assert first.attempt_id == second.attempt_id is not None
    assert outcomes(world) == ["begun"]


def test_unknown_is_resent_only_by_a_person(world: World, notice: AnyRow) -> None:
    """Whoever sends an unknown one again accepts that it may arrive twice: a new attempt is made."""
    test_in_flight_at_a_kill(world, notice)
    now = HALF + 3 * LEASE
    with world.act("office", now=now) as act:
        dead_letters.resend(act, notice.id)
    claim(world, "w", now)
    begun = begin(world, notice.id, "w", now)
    assert begun is not None
    assert begun.attempt_id is not None
    assert outcomes(world) == ["failed", "begun"]


def test_cancelled_in_hand(world: World, notice: AnyRow) -> None:
    """A notice whose clock was stopped between claim and send is not sent."""
    claim(world, "w", HALF)
    step(world, notice.case_id, "supervisor2", Action.VOID, now=HALF, reason="重复登记")
    assert rows(world)[0].state == "cancelled"
    assert begin(world, notice.id, "w", HALF) is None


def test_two_workers_never_claim_the_same(world: World) -> None:
    """Forty notices, two workers at once: each is claimed by one."""
    for _ in range(12):
        assigned_case(world)
    for _ in range(2):
        scan(world, at(1, 8, year=2027))
    barrier, got = Barrier(2), []

    def work(name: str) -> None:
        barrier.wait(10)
        while mine := claim(world, name, at(1, 8, year=2027)):
            got.extend(mine)

    workers = [Thread(target=work, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == len(set(got)) == len(rows(world)) == 36


def test_the_age_of_the_oldest(world: World, notice: AnyRow) -> None:
    """The metric grows while a due notice is not delivered, and is nought when it is."""
    now = HALF + timedelta(minutes=10)
    with world.act(now=now) as act:
        assert health.oldest_waiting_seconds(act) == 600
    with world.act(now=at(1, 7, year=2027)) as act:  # the next stage, which nobody has planned yet
        assert health.oldest_waiting_seconds(act) > 600
    claim(world, "w", now)
    begun = begin(world, notice.id, "w", now)
    assert begun is not None
    assert begun.attempt_id is not None
    end(world, notice.id, "w", Ended(begun.attempt_id, Outcome.SENT), now)
    with world.act(now=now) as act:
        assert health.oldest_waiting_seconds(act) == 0
