"""Dispatches: leases, attempts, back-off, dead letters, what is in flight at a kill; on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from models.domain.states import Action
from models.operations.leases import LEASE, MOST_TRIES
from models.operations.outgoing import dead_letters, dispatches
from models.operations.outgoing.attempts import Outcome
from models.operations.outgoing.ending import Left
from models.tables.journal import journal
from tests.factories import World
from tests.operations.outgoing.hand import (
    HALF,
    KNOWING,
    LEAVES,
    begin,
    claim,
    ended,
    fail_once,
    job,
    jobs,
    kill_off,
    outcomes,
    step,
    tell,
)
from tests.operations.reminders.stories import assigned_case, rows, scan
from tests.operations.reminders.stories import step as take
from tests.operations.reminders.test_reminding import at

SECOND = timedelta(seconds=1)


@pytest.fixture
def digest(world: World) -> UUID:
    """A digest of one notice, which leaves at ``LEAVES``."""
    return digest_of(world, 1)


def digest_of(world: World, cases: int) -> UUID:
    for _ in range(cases):
        assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    found: UUID = job(world).id
    return found


def states(world: World) -> list[str]:
    return [row.state for row in rows(world)]


def test_sent_once(world: World, digest: UUID) -> None:
    """A sent dispatch has one attempt, its notice is sent with it, and nobody claims it again."""
    assert claim(world, "w", LEAVES - SECOND) == []
    assert claim(world, "w", LEAVES) == [digest]
    begun = begin(world, digest, LEAVES)
    assert [one["notice_id"] for one in begun.letter.notices] == [str(rows(world)[0].id)]
    assert step(world, digest, LEAVES + SECOND, ended(begun, Outcome.SENT)) is Left.SENT
    assert (job(world).state, job(world).sent_at, states(world)) == ("sent", LEAVES + SECOND, ["sent"])
    assert rows(world)[0].sent_at == HALF
    assert outcomes(world) == ["sent"]
    assert claim(world, "w", LEAVES + timedelta(days=1)) == []


def test_a_lease_ends(world: World, digest: UUID) -> None:
    """What a vanished worker held is taken over when its lease ends, and not a moment earlier."""
    assert claim(world, "gone", LEAVES) == [digest]
    assert claim(world, "next", LEAVES + LEASE - SECOND) == []
    assert claim(world, "next", LEAVES + LEASE) == [digest]


def test_who_lost_the_lease_changes_nothing(world: World, digest: UUID) -> None:
    """A worker that comes back after another took over neither begins nor ends; that it has sent is on record."""
    claim(world, "slow", LEAVES)
    begun = begin(world, digest, LEAVES, worker="slow")
    later = LEAVES + 2 * LEASE
    claim(world, "next", later)
    assert step(world, digest, later, ended(begun, Outcome.SENT), worker="slow") is Left.LOST
    assert step(world, digest, later, worker="slow") is Left.LOST
    assert (job(world).state, outcomes(world)) == ("waiting", ["sent"])
    assert step(world, digest, later, worker="next") is Left.SENT
    assert (states(world), outcomes(world)) == (["sent"], ["sent"])


def test_a_stopping_worker_gives_back(world: World, digest: UUID) -> None:
    """What a worker releases can be claimed at once."""
    claim(world, "w", LEAVES)
    with world.act(now=LEAVES) as act:
        dispatches.release(act.db, act.now, "w")
    assert claim(world, "next", LEAVES) == [digest]


def test_back_off_and_dead_letter(world: World, digest: UUID) -> None:
    """A refused message waits 1, 5, 15, then 60 minutes; the eighth time it and its notice are dead, with the reason."""
    now, waits = LEAVES, []
    for _ in range(MOST_TRIES - 1):
        row = fail_once(world, digest, now)
        assert (row.state, row.error, rows(world)[0].error) == ("waiting", "渠道停用", "渠道停用")
        waits.append(int((row.next_at - now).total_seconds() // 60))
        now = row.next_at
    assert waits == [1, 5, 15, 60, 60, 60, 60]
    fail_once(world, digest, now)
    for row in (job(world), rows(world)[0]):
        assert (row.state, row.tries, row.error) == ("dead", 8, "渠道停用")
    assert claim(world, "w", now + timedelta(days=9)) == []


@pytest.mark.parametrize(
    ("asked", "waited"), [(30, 60), (1800, 1800), (10 * 86400, 86400)], ids=["short", "long", "absurd"]
)
def test_a_receiver_that_asks_to_wait(world: World, digest: UUID, asked: float, waited: float) -> None:
    """``Retry-After`` counts where it is longer than our own wait, up to a day."""
    row = fail_once(world, digest, LEAVES, retry_after=asked)
    assert (row.next_at - LEAVES).total_seconds() == waited


def test_what_is_refused_for_good_is_dead_at_once(world: World, digest: UUID) -> None:
    """A message that every way refuses for good is not tried eight times."""
    row = fail_once(world, digest, LEAVES, permanent=True)
    assert (row.state, row.tries, states(world)) == ("dead", 1, ["dead"])


def test_a_retry_waits_for_the_morning(world: World) -> None:
    """A try that fails at 21:59 is repeated at 07:00."""
    assigned_case(world)
    scan(world, at(12, 23, 21, 50))
    late = at(12, 24, 21, 59)
    tell(world, at(12, 23, 21, 50))
    assert fail_once(world, job(world).id, late).next_at == at(12, 25, 7)


def test_resent_by_a_person(world: World, digest: UUID) -> None:
    """A dead letter that a leader sends again goes out by itself; the journal says who."""
    now, notice = kill_off(world, digest, LEAVES), rows(world)[0]
    with world.act("supervisor", now=now) as act:
        assert [row.id for row in dead_letters.page(act, after=None, limit=20)] == [notice.id]
        dead_letters.resend(act, notice.id)
    (again,) = claim(world, "w", now)
    assert job(world, again).key == f"notice/{notice.id}"
    begun = begin(world, again, now)
    assert step(world, again, now, ended(begun, Outcome.SENT)) is Left.SENT
    assert states(world) == ["sent"]
    with world.engine.connect() as db:
        resent = select(func.count()).where(journal.c.payload.like('%"notice.resend"%'))
        assert db.execute(resent).scalar_one() == 1


def test_one_of_a_dead_digest_is_resent_alone(world: World) -> None:
    """Of a digest that nobody would take, a person resends what he chose; the rest stays in the list."""
    now = kill_off(world, digest_of(world, 3), LEAVES)
    chosen = rows(world)[1].id
    with world.act("supervisor", now=now) as act:
        dead_letters.resend(act, chosen)
    (again,) = claim(world, "w", now)
    begun = begin(world, again, now)
    assert [one["notice_id"] for one in begun.letter.notices] == [str(chosen)]
    step(world, again, now, ended(begun, Outcome.SENT))
    assert sorted(states(world)) == ["dead", "dead", "sent"]


def test_in_flight_at_a_kill(world: World, digest: UUID) -> None:
    """Where nobody can tell whether it arrived, the outcome is unknown and it is not sent again, by no way."""
    claim(world, "killed", LEAVES)
    begin(world, digest, LEAVES, worker="killed")
    later = LEAVES + LEASE
    claim(world, "next", later)
    assert step(world, digest, later, worker="next") is Left.UNKNOWN
    assert (states(world), outcomes(world)) == (["outcome_unknown"], ["outcome_unknown"])
    assert claim(world, "next", later + timedelta(days=9)) == []


def test_in_flight_to_a_receiver_that_knows_ids(world: World, digest: UUID) -> None:
    """A receiver that recognises an id gets the same attempt again, under the same id."""
    claim(world, "killed", LEAVES)
    first = begin(world, digest, LEAVES, worker="killed", exits=KNOWING)
    claim(world, "next", LEAVES + LEASE)
    second = begin(world, digest, LEAVES + LEASE, worker="next", exits=KNOWING)
    assert first.attempt_id == second.attempt_id
    assert outcomes(world) == ["begun"]
    sent = ended(second, Outcome.SENT)
    assert step(world, digest, LEAVES + LEASE, sent, worker="next", exits=KNOWING) is Left.SENT


def test_a_receiver_that_knows_ids_and_never_answers(world: World, digest: UUID) -> None:
    """It gets the one attempt eight times; then nobody knows, and it is not called dead."""
    now, ids = LEAVES, set()
    for _ in range(MOST_TRIES):
        claim(world, "w", now)
        begun = begin(world, digest, now, exits=KNOWING)
        ids.add(begun.attempt_id)
        left = step(world, digest, now, ended(begun, Outcome.BEGUN, "超时"), exits=KNOWING)
        now = job(world).next_at
    assert (left, len(ids), states(world)) == (Left.UNKNOWN, 1, ["outcome_unknown"])
    assert outcomes(world) == ["outcome_unknown"]


def test_unknown_is_resent_only_by_a_person(world: World, digest: UUID) -> None:
    """Whoever sends an unknown one again accepts that it may arrive twice; the second time too."""
    test_in_flight_at_a_kill(world, digest)
    now, notice = LEAVES + 3 * LEASE, rows(world)[0].id
    for made in (["outcome_unknown", "outcome_unknown"], ["outcome_unknown", "failed", "sent"]):
        with world.act("office", now=now) as act:
            dead_letters.resend(act, notice)
        (again,) = claim(world, "w", now)
        begun = begin(world, again, now)
        outcome = Outcome.SENT if len(made) == 3 else Outcome.UNKNOWN
        step(world, again, now, ended(begun, outcome, "超时"))
        assert outcomes(world) == made
        now += LEASE
    assert states(world) == ["sent"]


def test_cancelled_in_hand(world: World) -> None:
    """What was cancelled between claim and send falls out of the message; when nothing is left, none is sent."""
    digest = digest_of(world, 2)
    claim(world, "w", LEAVES)
    first, second = (row.case_id for row in rows(world))
    take(world, first, "supervisor2", Action.VOID, now=LEAVES, reason="重复登记")
    begun = begin(world, digest, LEAVES)
    assert len(begun.letter.notices) == 1
    step(world, digest, LEAVES, ended(begun, Outcome.FAILED, "渠道停用"))
    take(world, second, "supervisor2", Action.VOID, now=LEAVES, reason="重复登记")
    now = job(world).next_at
    claim(world, "w", now)
    assert step(world, digest, now) is Left.CANCELLED
    assert (job(world).state, states(world)) == ("cancelled", ["cancelled"] * 2)


def test_a_digest_of_yesterday_goes_with_that_of_today(world: World, digest: UUID) -> None:
    """After a night's downtime a person gets one digest, with what the missed one had to say."""
    assigned_case(world, now=at(11, 24))
    morning = at(12, 24, 9, 30)
    scan(world, morning)
    claim(world, "w", morning)
    assert step(world, digest, morning) is Left.CANCELLED
    tell(world, morning)
    assert [row.key for row in jobs(world)] == ["digest/2026-12-23", "digest/2026-12-24"]
    today = jobs(world)[1].id
    claim(world, "w", at(12, 24, 9, 35))
    assert len(begin(world, today, at(12, 24, 9, 35)).letter.notices) == 2


def test_the_standing_is_that_of_the_moment(world: World) -> None:
    """A message that waited over days off says how the clock stands when it leaves, not when it was planned."""
    assigned_case(world, now=at(11, 25))
    scan(world, at(12, 25, 16))  # a Friday
    tell(world, at(12, 25, 16))
    monday = at(12, 28, 9, 5)
    claim(world, "w", monday)
    (content,) = begin(world, job(world).id, monday).letter.notices
    assert content["headline"] != rows(world)[0].content["headline"]
    assert content["headline"] == "【示例数据】办结期限还有20个工作日"
