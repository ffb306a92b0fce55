"""Acknowledging and escalating on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.errors import NotFound
from models.domain.states import Action
from models.operations import waiting
from models.operations.reminders import acknowledging
from models.tables.cases import assignments
from models.tables.journal import journal
from models.tables.notices import notices
from models.tables.people import accounts
from tests.factories import World
from tests.operations.reminders.stories import assigned_case, rows, scan, step, told
from tests.operations.reminders.test_reminding import at

DUE = at(1, 22, year=2027)
"""Friday morning of the last day."""

MONDAY = at(1, 25, year=2027)
HEADS = ("supervisor", "supervisor2")


@pytest.fixture
def case_id(world: World) -> UUID:
    """A case whose last day was told to handler and heads this morning."""
    made = assigned_case(world)
    scan(world, DUE)
    delivered(world, DUE)
    return made


def delivered(world: World, now: datetime) -> None:
    """What waits is in the inboxes."""
    with world.engine.begin() as db:
        waits = notices.c.state == "waiting"
        db.execute(update(notices).where(waits).values(state="sent", sent_at=now))


def escalate(world: World, now: datetime) -> acknowledging.Escalated:
    with world.act(now=now) as act:
        return acknowledging.escalate_due(act)


def acknowledge(world: World, who: str, now: datetime, stage: str = "due") -> None:
    mine = select(notices.c.id).where(
        notices.c.account_id == world.account(who), notices.c.stage == stage, notices.c.rule_id == "RPT_CLOSE"
    )
    with world.act(who, now=now) as act:
        acknowledging.acknowledge(act, act.db.execute(mine).scalar_one())


def escalated(world: World) -> list[tuple[str, str]]:
    return [(login, stage) for login, stage, _ in told(world, "RPT_CLOSE") if stage.endswith("_unack")]


def waits_until(world: World, who: str, stage: str = "due") -> datetime | None:
    mine = (notices.c.account_id == world.account(who), notices.c.stage == stage)
    with world.engine.connect() as db:
        found: datetime | None = db.execute(select(notices.c.ack_due_at).where(*mine)).scalar_one()
        return found


def test_the_handler_has_a_working_day(world: World, case_id: UUID) -> None:
    """Of those told on the last day the handler has to acknowledge until Monday morning, the heads need not."""
    assert waits_until(world, "inspector") == MONDAY
    assert [waits_until(world, head) for head in HEADS] == [None, None]
    with world.engine.connect() as db:
        assert not waiting.look(db, MONDAY - timedelta(seconds=1)).unacknowledged
        assert waiting.look(db, MONDAY).unacknowledged


def test_nobody_acknowledges(world: World, case_id: UUID) -> None:
    """Part by part it goes upwards, a working day each; then it has been said, once, to everybody there is."""
    assert escalate(world, MONDAY - timedelta(minutes=1)) == acknowledging.Escalated()
    first = escalate(world, MONDAY)
    assert (first.notices, first.told, escalated(world)) == (1, 2, [(head, "due_unack") for head in HEADS])
    delivered(world, MONDAY)
    assert escalate(world, MONDAY + timedelta(hours=20)).notices == 0
    second = escalate(world, MONDAY + timedelta(days=1))
    assert (second.notices, second.told) == (2, 1)
    assert ("deputy_head", "due_unack") in escalated(world)
    delivered(world, MONDAY + timedelta(days=1))
    assert escalate(world, MONDAY + timedelta(days=30)).notices == 0
    assert len(escalated(world)) == 3
    with world.engine.connect() as db:
        assert not waiting.look(db, MONDAY + timedelta(days=30)).unacknowledged


def test_what_is_said_names_nobody(world: World, case_id: UUID) -> None:
    """The message says what stands how, and that nobody has acknowledged it; not who should have."""
    escalate(world, MONDAY)
    said = next(row for row in rows(world) if row.stage == "due_unack").content
    assert said["headline"] == "【示例数据】办结期限已逾期3日，尚未有人确认收到"
    assert said["lines"][-2:] == ["这项提醒尚未有人确认收到，请督促跟进", f"打开案件：{said['link']}"]
    assert said["as"] == "unit_head"
    with world.engine.connect() as db:
        names = db.execute(select(accounts.c.login, accounts.c.name)).all()
    assert not [one for row in names for one in row if one in str(said).replace("unit_head", "")]


@pytest.mark.parametrize("who", ["inspector", "supervisor"])
def test_one_acknowledgement_settles_it(world: World, case_id: UUID, who: str) -> None:
    """Whoever of those told says that he has it: nobody above is told that nobody has."""
    acknowledge(world, who, DUE + timedelta(minutes=5))
    escalate(world, MONDAY)
    assert escalated(world) == []
    assert waits_until(world, "inspector") is None


def test_a_second_handler_settles_it_too(world: World) -> None:
    """Of two handlers one is enough."""
    made, other = assigned_case(world), world.account("inspector2")
    with world.act(now=DUE) as act:
        row = act.db.execute(select(assignments).where(assignments.c.case_id == made)).one()._mapping
        second = {**row, "id": act.new_id(), "account_id": other, "lead": False}
        act.db.execute(assignments.insert().values(second))
    scan(world, DUE)
    delivered(world, DUE)
    assert waits_until(world, "inspector") == waits_until(world, "inspector2") == MONDAY
    acknowledge(world, "inspector2", DUE + timedelta(hours=1))
    escalate(world, MONDAY)
    assert escalated(world) == []


def test_a_clock_that_ended_or_moved(world: World, case_id: UUID) -> None:
    """What was told of an end that has moved since, or of a clock that stands, goes to nobody above."""
    moved = assigned_case(world)
    scan(world, DUE)
    delivered(world, DUE)
    step(world, case_id, "supervisor", Action.EXTEND, now=DUE, length=30, reason="检测未完成")
    step(world, moved, "supervisor", Action.SUSPEND, now=DUE, reason="testing", note="送检")
    assert escalate(world, MONDAY).notices == 2
    assert escalated(world) == []
    with world.engine.connect() as db:
        assert not waiting.look(db, MONDAY).unacknowledged


def test_the_time_counts_from_the_telling(world: World) -> None:
    """What lay in a stopped worker over the weekend is not held against the handler: he has his day from then on."""
    assigned_case(world)
    scan(world, DUE)
    assert escalate(world, MONDAY).told == 0
    delivered(world, MONDAY + timedelta(hours=2))
    assert escalate(world, MONDAY + timedelta(days=1)).told == 0
    assert waits_until(world, "inspector") == MONDAY + timedelta(days=1, hours=2)
    assert escalate(world, MONDAY + timedelta(days=1, hours=2)).told == 2


def test_what_has_not_gone_out_is_not_held_against_him(world: World) -> None:
    """A notice that stands in the inbox and waits for its channel is not escalated; once it is dead it is."""
    assigned_case(world)
    scan(world, DUE)
    with world.engine.begin() as db:
        db.execute(update(notices).values(sent_at=DUE))
    assert escalate(world, MONDAY).told == 0
    assert waits_until(world, "inspector") == MONDAY + timedelta(days=1)
    with world.engine.begin() as db:
        db.execute(update(notices).values(state="dead"))
    assert escalate(world, MONDAY + timedelta(days=1)).told == 2


def test_an_empty_post_is_passed_over(world: World, case_id: UUID) -> None:
    """Where no head is left it goes to the deputy head at once; where nobody is above, to nobody, once."""
    with world.engine.begin() as db:
        db.execute(update(accounts).where(accounts.c.login.in_(HEADS)).values(active=False))
    escalate(world, MONDAY)
    assert escalated(world) == [("deputy_head", "due_unack")]
    with world.engine.begin() as db:
        db.execute(update(accounts).where(accounts.c.login == "deputy_head").values(active=False))
    assigned_case(world)
    scan(world, MONDAY)
    delivered(world, MONDAY)
    late = MONDAY + timedelta(days=3)
    assert (escalate(world, late).told, escalate(world, late).notices) == (0, 0)


def test_two_workers_escalate_once(world: World) -> None:
    """Two looks that start together tell each head once per clock, and neither fails."""
    for _ in range(4):
        assigned_case(world)
    scan(world, DUE)
    delivered(world, DUE)
    barrier, failures = Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(10)
            for _ in range(3):
                escalate(world, MONDAY)
        except Exception as error:
            failures.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert sorted(escalated(world)) == sorted([(head, "due_unack") for head in HEADS] * 4)


def test_one_broken_row_does_not_hold_up_the_others(world: World, case_id: UUID) -> None:
    """A notice that cannot be read rests for an hour and is told of; the next one is escalated."""
    assigned_case(world)
    scan(world, DUE)
    delivered(world, DUE)
    with world.engine.begin() as db:
        bad = (notices.c.case_id == case_id, notices.c.stage == "due")
        db.execute(update(notices).where(*bad).values(content={"hourly": False}))
    done = escalate(world, MONDAY)
    assert (done.notices, done.told, [kind for _, kind in done.broken]) == (1, 2, ["KeyError"])
    assert escalate(world, MONDAY + timedelta(minutes=59)) == acknowledging.Escalated()


def test_acknowledged_once(world: World, case_id: UUID) -> None:
    """The first acknowledgement counts and is journalled; the next changes nothing; another's is not there."""
    acknowledge(world, "inspector", DUE + timedelta(minutes=5))
    acknowledge(world, "inspector", DUE + timedelta(minutes=9))
    mine = next(row for row in rows(world) if row.account_id == world.account("inspector"))
    assert (mine.ack_at, mine.read_at) == (DUE + timedelta(minutes=5),) * 2
    with world.engine.connect() as db:
        noted = db.execute(select(journal.c.payload).where(journal.c.payload.contains("notice.ack"))).all()
    assert len(noted) == 1
    with pytest.raises(NotFound), world.act("inspector2", now=DUE) as act:
        acknowledging.acknowledge(act, mine.id)
