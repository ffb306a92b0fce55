"""The worker's loop and what nobody acknowledges; what an administrator configured arrives at the gateway."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.db.listening import open_listener
from models.domain.outgoing.channels import ChannelKind
from models.domain.outgoing.targets import target_of
from models.operations.chains import anchors
from models.operations.channels import channels, contacts, trials
from models.operations.channels.channels import ChannelDraft, Reached
from models.operations.channels.contacts import Wanted
from models.operations.reminders import acknowledging
from models.tables.notices import notices
from tests.conftest import Clock
from tests.factories import COUNTY, World
from tests.operations.reminders.stories import assigned_case, told
from tests.operations.reminders.test_reminding import at
from tests.workers.channels import Keeping
from workers.delivery import Outlets
from workers.schedule import Schedule
from workers.station import Station
from workers.waking import Sleeper

DUE = at(1, 22, year=2027)
ORIGIN = "http://127.0.0.1:9009"
CONFIG = {
    "url": f"{ORIGIN}/sms",
    "phone_field": "mobile",
    "text_field": "content",
    "ok_path": "code",
    "ok_value": "0",
}


@pytest.fixture
def sms() -> Keeping:
    return Keeping("sms")


@pytest.fixture
def schedule(station: Station, world: World, sms: Keeping, tmp_path: Path) -> Any:
    sleeper = Sleeper(open_listener(world.url), poll_seconds=20)
    outlets = Outlets([Keeping()], {"sms": sms})
    yield Schedule(station, outlets, sleeper, heads_log=anchors.path_in(tmp_path))
    sleeper.close()


def run(schedule: Schedule, clock: Clock, *moments: Any) -> None:
    """Turn until idle at each of these moments."""
    for moment in moments:
        clock.now = moment
        turns = 0
        while schedule.turn():
            turns += 1
            assert turns < 50


def escalated(world: World) -> list[str]:
    return [login for login, stage, _ in told(world, "RPT_CLOSE") if stage == "due_unack"]


def test_what_nobody_acknowledges_goes_up(world: World, schedule: Schedule, clock: Clock) -> None:
    """By its own turns the worker tells the heads on Monday, the deputy head on Tuesday, and then it is idle."""
    assigned_case(world)
    monday = DUE + timedelta(days=3)
    run(schedule, clock, DUE, DUE + timedelta(minutes=6), monday)
    assert escalated(world) == ["supervisor", "supervisor2"]
    run(schedule, clock, monday + timedelta(hours=1), monday + timedelta(days=1), monday + timedelta(days=2))
    assert sorted(escalated(world)) == ["deputy_head", "supervisor", "supervisor2"]


def test_an_acknowledgement_in_between(world: World, schedule: Schedule, clock: Clock) -> None:
    """Who acknowledges over the weekend keeps Monday quiet."""
    assigned_case(world)
    run(schedule, clock, DUE, DUE + timedelta(minutes=6))
    mine = select(notices.c.id).where(
        notices.c.account_id == world.account("inspector"), notices.c.stage == "due"
    )
    with world.act("inspector", now=DUE + timedelta(days=1)) as act:
        acknowledging.acknowledge(act, act.db.execute(mine).scalar_one())
    run(schedule, clock, DUE + timedelta(days=3), DUE + timedelta(days=4))
    assert escalated(world) == []


def test_a_configured_channel_is_used(world: World, schedule: Schedule, clock: Clock, sms: Keeping) -> None:
    """The gateway gets the configuration and the address as they were typed, whoever else gets nothing by it."""
    draft = ChannelDraft(ChannelKind.SMS, "短信", COUNTY, CONFIG)
    with world.act("admin") as act:
        target = target_of(draft.kind, CONFIG, {ORIGIN})
        made = channels.create_once(act, draft, Reached(target, ("127.0.0.1",)), {}, None)
    with world.act("inspector") as act:
        contacts.set_mine(act, [Wanted(made, "+86 138 0000 0201")])
    assigned_case(world)
    half = at(12, 23)
    run(schedule, clock, half, half + timedelta(minutes=6))
    (to,) = sms.to
    assert (to.address, dict(to.config)) == ("13800000201", {**CONFIG, "body": "json"})
    assert sms.got[0].text


def test_a_trial_goes_by_its_channel_alone(
    world: World, schedule: Schedule, clock: Clock, sms: Keeping
) -> None:
    """A test at night arrives at once, once, by the channel that is tried, though another one comes first."""
    target = target_of(ChannelKind.SMS, CONFIG, {ORIGIN})
    with world.act("admin") as act:
        first = ChannelDraft(ChannelKind.CONSOLE, "值班台", COUNTY, {})
        before = channels.create_once(act, first, Reached(None, ()), {}, None)
        second = ChannelDraft(ChannelKind.SMS, "短信", COUNTY, CONFIG)
        tried = channels.create_once(act, second, Reached(target, ("127.0.0.1",)), {}, None)
        contacts.set_mine(act, [Wanted(before, None), Wanted(tried, "13800000201")])
    night = at(11, 24, 3)
    with world.act("admin", now=night) as act:
        trials.put_down(act, tried)
    run(schedule, clock, night, night + timedelta(minutes=10))
    assert [(one.subject, list(one.notices)) for one in sms.got] == [("【示例数据】环巡提醒渠道测试", [])]
    with world.act("admin", now=night + timedelta(minutes=10)) as act:
        assert trials.latest(act, tried).state == "sent"
