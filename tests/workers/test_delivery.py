"""Delivery through channels, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from models.domain.outgoing.channels import ChannelKind
from models.operations.leases import LEASE
from models.tables.channels import attempts
from tests.conftest import Clock
from tests.factories import World
from tests.operations.outgoing.hand import HALF, LEAVES, channel, claim, job, reach, tell
from tests.operations.reminders.stories import assigned_case, rows, scan
from tests.operations.reminders.test_reminding import at
from tests.workers.channels import Failing, Keeping, Watching
from workers.delivery import Outlets, deliver
from workers.gateways.console import Console
from workers.gateways.gateway import Destination, Gateway, NotSent, OutcomeUnknown, Parcel
from workers.station import Station

PHONE = "13800000202"


def never() -> bool:
    return False


def run(station: Station, *defaults: Gateway) -> int:
    return deliver(station, Outlets(defaults), stopping=never)


@pytest.fixture
def due(world: World, clock: Clock) -> None:
    """One digest of one notice is due now."""
    assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    clock.now = LEAVES


@pytest.mark.usefixtures("due")
def test_sent_once(world: World, station: Station) -> None:
    """A message goes out once, however often delivery runs, under the attempt's id, with the notices in it."""
    one, two = Keeping("one"), Keeping("two")
    assert [run(station, one, two) for _ in range(2)] == [1, 0]
    assert [len(one.got), len(two.got), rows(world)[0].state] == [1, 0, "sent"]
    with world.engine.connect() as db:
        assert one.ids == list(db.execute(select(attempts.c.id)).scalars())
    assert [notice["notice_id"] for notice in one.notices] == [str(rows(world)[0].id)]
    assert one.got[0].subject.startswith("【示例数据】办结期限还有")
    assert one.got[0].link is None


def test_without_any_channel(world: World, station: Station, clock: Clock) -> None:
    """Without a channel out of the house the inbox alone is the delivery."""
    assigned_case(world)
    scan(world, HALF)
    clock.now = HALF
    assert run(station) == 1
    assert (rows(world)[0].state, rows(world)[0].sent_at) == ("sent", HALF)


@pytest.mark.usefixtures("due")
def test_what_one_channel_refuses_the_next_delivers(world: World, station: Station, clock: Clock) -> None:
    """A refusal is followed at once by the next channel; what that one sent is not sent again when the first is mended."""
    refusing, sound = Failing(NotSent("号码停机")), Keeping("sound")
    run(station, refusing, sound)
    assert [refusing.asked, len(sound.got), rows(world)[0].state] == [1, 1, "sent"]
    refusing.error, clock.now = None, LEAVES + timedelta(days=1)
    assert run(station, refusing, sound) == 0
    assert [len(refusing.got), len(sound.got)] == [0, 1]


@pytest.mark.usefixtures("due")
def test_when_all_refuse_all_are_tried_again(world: World, station: Station, clock: Clock) -> None:
    """Where no channel takes it, the message waits, and begins with the first channel again."""
    one, two = Failing(NotSent("号码停机"), "one"), Failing(NotSent("对方拒收"), "two")
    run(station, one, two)
    assert (rows(world)[0].state, rows(world)[0].error) == ("waiting", "号码停机；对方拒收")
    one.error, clock.now = None, job(world).next_at
    run(station, one, two)
    assert [len(one.got), two.asked, rows(world)[0].state] == [1, 1, "sent"]


def test_by_the_contacts_of_the_person(world: World, station: Station, clock: Clock) -> None:
    """A person with contacts is reached by them, at his address and with the channel's configuration; nobody else is."""
    config = {"url": "https://sms.example/send"}
    reach(world, "inspector", [(channel(world, ChannelKind.SMS, config), PHONE)])
    assigned_case(world)
    late = at(1, 8, year=2027)
    scan(world, late)
    sms, console = Keeping("sms"), Keeping("console")
    outlets = Outlets((console,), {"sms": sms}, "https://hx.example")
    for clock.now in (late, late + timedelta(minutes=5)):
        deliver(station, outlets, stopping=never)
    assert sms.to == [Destination(config, PHONE)]
    assert {one["account_id"] for one in sms.notices} == {str(world.account("inspector"))}
    assert sms.got[0].link == f"https://hx.example/v1/cases/{rows(world)[0].case_id}"
    heads = {str(world.account(name)) for name in ("supervisor", "supervisor2")}
    assert {one["account_id"] for one in console.notices} == heads
    assert {row.state for row in rows(world)} == {"sent"}


@pytest.mark.usefixtures("due")
def test_a_broken_channel_tells_nothing_of_the_content(world: World, station: Station) -> None:
    """A channel that breaks with the message in its error leaves only the kind of error behind."""
    run(station, Failing(ValueError(PHONE)))
    assert rows(world)[0].error == "渠道程序出错（ValueError）"


@pytest.mark.usefixtures("due")
def test_an_unknown_outcome_is_not_repeated(world: World, station: Station, clock: Clock) -> None:
    """A channel that cannot say whether it delivered is not asked again, and no other channel is."""
    lost, other = Failing(OutcomeUnknown("超时")), Keeping("other")
    run(station, lost, other)
    lost.error, clock.now = None, LEAVES + timedelta(days=1)
    assert run(station, lost, other) == 0
    assert (lost.got, other.got, rows(world)[0].state) == ([], [], "outcome_unknown")


@pytest.mark.usefixtures("due")
def test_an_unknown_outcome_is_repeated_where_ids_are_known(
    world: World, station: Station, clock: Clock
) -> None:
    """A receiver that recognises ids gets the same attempt again after a time-out, and shows it once."""
    lost, other = Failing(OutcomeUnknown("超时"), deduplicates=True), Keeping("other")
    run(station, lost, other)
    assert (rows(world)[0].state, other.got) == ("waiting", [])
    lost.error, clock.now = None, job(world).next_at
    run(station, lost, other)
    with world.engine.connect() as db:
        assert lost.ids == list(db.execute(select(attempts.c.id)).scalars())
    assert (rows(world)[0].state, other.got) == ("sent", [])


@pytest.mark.usefixtures("due")
def test_a_refused_repeat_proves_nothing(world: World, station: Station, clock: Clock) -> None:
    """What may have arrived the first time is not sent by another channel because its repeat is refused."""
    lost, other = Failing(OutcomeUnknown("超时"), deduplicates=True), Keeping("other")
    run(station, lost, other)
    for error in (NotSent("对方忙"), NotSent("不再接收", permanent=True), ValueError("broken")):
        lost.error, clock.now = error, job(world).next_at
        run(station, lost, other)
        assert (rows(world)[0].state, other.got) == ("waiting", [])
    lost.error, clock.now = None, job(world).next_at
    run(station, lost, other)
    assert (len(lost.got), other.got, rows(world)[0].state) == (1, [], "sent")


@pytest.mark.usefixtures("due")
def test_overtaken_while_sending(world: World, station: Station) -> None:
    """A worker so slow that another takes its dispatch ends nothing; what it did is on record."""
    slow = Watching(lambda: claim(world, "other", LEAVES + 2 * LEASE))
    run(station, slow)
    assert (job(world).state, job(world).lease_by, rows(world)[0].state) == ("waiting", "other", "waiting")
    with world.engine.connect() as db:
        assert db.execute(select(attempts.c.outcome)).scalars().all() == ["sent"]


def test_a_stopping_worker_finishes_one_and_gives_back(world: World, station: Station, clock: Clock) -> None:
    """Asked to stop while it sends, a worker finishes that message and frees the rest at once."""
    assigned_case(world)
    late = at(1, 8, year=2027)
    scan(world, late)
    tell(world, late)
    clock.now = late + timedelta(minutes=5)
    kept: list[bool] = []
    outlets = Outlets((Watching(lambda: kept.append(True)),))
    assert deliver(station, outlets, stopping=lambda: bool(kept)) == 1
    assert sorted(row.state for row in rows(world)) == ["sent", "waiting", "waiting"]
    assert len(claim(world, "next", clock.now)) == 2


def test_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """The console prints one line of JSON per message, in Chinese as it is, with the attempt's id."""
    parcel = Parcel(UUID(int=7), "办结期限今日24:00届满", "案件：环督1", [{"notice_id": "1"}])
    Console().send(parcel, Destination())
    said = capsys.readouterr().out
    assert said.endswith("\n")
    assert "今日" in said
    assert json.loads(said) == {
        "attempt_id": str(UUID(int=7)),
        "subject": "办结期限今日24:00届满",
        "text": "案件：环督1",
        "link": None,
        "sample": False,
        "notices": [{"notice_id": "1"}],
    }
