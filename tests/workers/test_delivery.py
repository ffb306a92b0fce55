"""Delivery through channels, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from models.operations.reminders.leases import LEASE
from models.tables.channels import attempts
from tests.conftest import Clock
from tests.factories import World
from tests.operations.reminders.stories import assigned_case, rows, scan
from tests.operations.reminders.test_delivering import claim
from tests.operations.reminders.test_reminding import at
from tests.workers.channels import Failing, Keeping, Watching
from workers.delivery import deliver
from workers.gateways.console import Console
from workers.gateways.gateway import NotSent, OutcomeUnknown
from workers.station import Station

HALF = at(12, 23)


def never() -> bool:
    return False


@pytest.fixture
def due(world: World, clock: Clock) -> None:
    """One notice is due now."""
    assigned_case(world)
    scan(world, HALF)
    clock.now = HALF


@pytest.mark.usefixtures("due")
def test_every_channel_once(world: World, station: Station) -> None:
    """A notice goes through every channel once, however often delivery runs, with the attempt's id and its own."""
    one, two = Keeping("one"), Keeping("two")
    assert [deliver(station, [one, two], stopping=never) for _ in range(2)] == [1, 0]
    assert [len(one.got), len(two.got), rows(world)[0].state] == [1, 1, "sent"]
    attempt_id, content = one.got[0]
    with world.engine.connect() as db:
        assert attempt_id in set(db.execute(select(attempts.c.id)).scalars())
    assert content["notice_id"] == str(rows(world)[0].id)
    assert content["headline"].startswith("【示例数据】办结期限还有")


@pytest.mark.usefixtures("due")
def test_without_any_channel(world: World, station: Station) -> None:
    """Without a channel out of the house the inbox alone is the delivery."""
    assert deliver(station, [], stopping=never) == 1
    assert (rows(world)[0].state, rows(world)[0].sent_at) == ("sent", HALF)


@pytest.mark.usefixtures("due")
def test_a_refusing_channel_does_not_stop_the_others(world: World, station: Station, clock: Clock) -> None:
    """What one channel refuses the other delivers; only the refused one is tried again."""
    refusing, sound = Failing(NotSent("号码停机")), Keeping("sound")
    deliver(station, [refusing, sound], stopping=never)
    row = rows(world)[0]
    assert (row.state, row.error, row.tries) == ("waiting", "号码停机", 1)
    refusing.error, clock.now = None, row.next_at
    deliver(station, [refusing, sound], stopping=never)
    assert [len(refusing.got), len(sound.got), rows(world)[0].state] == [1, 1, "sent"]


@pytest.mark.usefixtures("due")
def test_a_broken_channel_tells_nothing_of_the_content(world: World, station: Station) -> None:
    """A channel that breaks with the message in its error leaves only the kind of error behind."""
    deliver(station, [Failing(ValueError("13800000202"))], stopping=never)
    assert rows(world)[0].error == "渠道程序出错（ValueError）"


@pytest.mark.usefixtures("due")
def test_an_unknown_outcome_is_not_repeated(world: World, station: Station, clock: Clock) -> None:
    """A channel that cannot say whether it delivered is not asked again."""
    lost = Failing(OutcomeUnknown("超时"))
    deliver(station, [lost], stopping=never)
    lost.error, clock.now = None, HALF + timedelta(days=1)
    assert deliver(station, [lost], stopping=never) == 0
    assert (lost.got, rows(world)[0].state) == ([], "outcome_unknown")


@pytest.mark.usefixtures("due")
def test_an_unknown_outcome_is_repeated_where_ids_are_known(
    world: World, station: Station, clock: Clock
) -> None:
    """A receiver that recognises ids gets the same attempt again after a time-out, and shows it once."""
    seen: list[UUID] = []
    lost = Failing(OutcomeUnknown("超时"), deduplicates=True)
    deliver(station, [lost], stopping=never)
    assert rows(world)[0].state == "waiting"
    lost.error, clock.now = None, rows(world)[0].next_at
    deliver(station, [lost], stopping=never)
    with world.engine.connect() as db:
        seen = list(db.execute(select(attempts.c.id)).scalars())
    assert [one for one, _ in lost.got] == seen
    assert rows(world)[0].state == "sent"


@pytest.mark.usefixtures("due")
def test_overtaken_while_sending(world: World, station: Station) -> None:
    """A worker so slow that another takes its notice settles nothing; what it did is on record."""
    slow = Watching(lambda: claim(world, "other", HALF + 2 * LEASE))
    deliver(station, [slow], stopping=never)
    assert (rows(world)[0].state, rows(world)[0].lease_by) == ("waiting", "other")
    with world.engine.connect() as db:
        assert db.execute(select(attempts.c.outcome)).scalars().all() == ["sent"]


def test_a_stopping_worker_finishes_one_and_gives_back(world: World, station: Station, clock: Clock) -> None:
    """Asked to stop while it sends, a worker finishes that message and frees the rest at once."""
    for _ in range(3):
        assigned_case(world)
    scan(world, HALF)
    clock.now = HALF
    kept: list[bool] = []
    channel = Watching(lambda: kept.append(True))
    assert deliver(station, [channel], stopping=lambda: bool(kept)) == 1
    assert sorted(row.state for row in rows(world)) == ["sent", "waiting", "waiting"]
    assert len(claim(world, "next", HALF)) == 2


def test_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """The console prints one line of JSON per message, in Chinese as it is, with the attempt's id."""
    attempt_id = UUID(int=7)
    Console().send(attempt_id, {"headline": "办结期限今日24:00届满"})
    said = capsys.readouterr().out
    assert said.endswith("\n")
    assert "今日" in said
    assert json.loads(said) == {"attempt_id": str(attempt_id), "headline": "办结期限今日24:00届满"}
