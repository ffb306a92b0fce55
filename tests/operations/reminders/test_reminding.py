"""Planning reminders on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

from sqlalchemy import select, update

from models.domain.states import Action
from models.domain.timing.calendar import SHANGHAI
from models.operations.casework import sight
from models.operations.deadlines import silence
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from tests.factories import NOW, World
from tests.operations.reminders.stories import (
    assigned_case,
    clock_of,
    rows,
    scan,
    spot_case,
    step,
    told,
)

DAY = timedelta(days=1)


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_a_stage_is_told_once(world: World) -> None:
    """A reminder is planned once, however often the scan runs."""
    assigned_case(world)
    half = at(12, 23)
    first, second = scan(world, half), scan(world, half + timedelta(minutes=1))
    assert (first.clocks, first.told, second.clocks) == (1, 1, 0)
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "waiting")]


def test_the_whole_ladder_in_time(world: World) -> None:
    """Half, three quarters, −3, −1, the day itself, +1, +3, then weekly: each once, to more and more people."""
    assigned_case(world)
    now, end = NOW, at(2, 16, year=2027)
    while now < end:
        scan(world, now)
        now += timedelta(hours=6)
    heard: dict[str, list[str]] = {}
    for login, stage, _ in told(world, "RPT_CLOSE"):
        heard.setdefault(stage, []).append(login)
    heads = ["supervisor", "supervisor2"]
    assert heard == {
        "half": ["inspector"],
        "three_quarters": ["inspector", *heads],
        "before_3wd": ["inspector", *heads],
        "before_1wd": ["inspector", *heads],
        "due": ["inspector", *heads],
        "overdue_1wd": ["deputy_head", "inspector", *heads],
        "overdue_3wd": ["deputy_head", "inspector", *heads],
        "overdue_w1": ["deputy_head", "inspector", *heads],
        "overdue_w2": ["deputy_head", "inspector", *heads],
    }
    case_clock = next(row for row in rows(world) if row.stage == "overdue_w2")
    with world.engine.connect() as db:
        left = db.execute(
            select(deadlines.c.remind_at).where(deadlines.c.id == case_clock.deadline_id)
        ).scalar()
    assert left == at(2, 17, year=2027)


def test_after_a_downtime_only_the_latest_stage_speaks(world: World) -> None:
    """A worker that was down for two months says what is true now, not what it missed."""
    assigned_case(world)
    scan(world, at(1, 25, year=2027))
    stages = {stage for _, stage, _ in told(world, "RPT_CLOSE")}
    assert stages == {"overdue_1wd"}


def test_a_later_stage_replaces_one_that_still_waits(world: World) -> None:
    """A notice that nobody delivered is cancelled when the next stage has been planned."""
    assigned_case(world)
    scan(world, at(12, 23))
    scan(world, at(1, 7, year=2027))
    assert told(world, "RPT_CLOSE")[0] == ("inspector", "half", "cancelled")
    assert ("inspector", "three_quarters", "waiting") in told(world, "RPT_CLOSE")


def test_quiet_hours_hold_back_day_clocks(world: World) -> None:
    """What is planned at 23:30 is delivered at 07:00."""
    assigned_case(world)
    scan(world, at(12, 23, 23, 30))
    assert [row.next_at for row in rows(world)] == [at(12, 24, 7)]


def test_hour_clocks_speak_at_night(world: World) -> None:
    """A clock in hours is told on the minute, at 02:00 as well."""
    case_id = spot_case(world)
    clock = clock_of(world, case_id, "CASE_TRIAGE")
    start, due = at(11, 24, 0), at(11, 24, 4)
    with world.engine.begin() as db:
        hourly = {**clock.rule, "length": 4, "unit": "H", "roll": False}
        db.execute(
            update(deadlines)
            .where(deadlines.c.id == clock.id)
            .values(
                candidates=[hourly],
                rule=hourly,
                started_at=start,
                due_at=due,
                due_on=due.date(),
                legal_due_on=due.date(),
                remind_at=at(11, 24, 2),
            )
        )
    scan(world, at(11, 24, 2))
    assert [(row.stage, row.next_at) for row in rows(world)] == [("half", at(11, 24, 2))]
    assert "还有2小时" in rows(world)[0].content["headline"]
    assert clock_of(world, case_id, "CASE_TRIAGE").remind_at == at(11, 24, 3)


def test_a_clock_of_odd_milliseconds_moves_on_when_it_has_spoken(world: World) -> None:
    """At the very millisecond it was to speak at, half of an odd span is told, and the clock is due no more."""
    case_id = spot_case(world)
    clock = clock_of(world, case_id, "CASE_TRIAGE")
    start, due = at(11, 24, 0), at(11, 24, 4) + timedelta(milliseconds=1)
    with world.act() as act:
        hourly = {**clock.rule, "length": 4, "unit": "H", "roll": False}
        ends = {"due_at": due, "due_on": due.date(), "legal_due_on": due.date()}
        mine = update(deadlines).where(deadlines.c.id == clock.id)
        kept = {"candidates": [hourly], "rule": hourly, "started_at": start, "remind_at": at(11, 24, 2)}
        act.db.execute(mine.values(**kept, **ends))
    scan(world, at(11, 24, 2))
    assert [row.stage for row in rows(world)] == ["half"]
    assert clock_of(world, case_id, "CASE_TRIAGE").remind_at == at(11, 24, 3)


def test_an_extension_cancels_and_plans_anew(world: World) -> None:
    """What still waits for the old end is cancelled; the same stage of the new end is told again."""
    case_id = assigned_case(world)
    eve = at(1, 21, year=2027)
    scan(world, eve)
    assert ("inspector", "before_1wd", "waiting") in told(world)
    step(world, case_id, "supervisor", Action.EXTEND, now=eve, length=30, reason="检测未完成")
    assert {state for _, _, state in told(world, "RPT_CLOSE")} == {"cancelled"}
    scan(world, eve)
    scan(world, at(2, 24, year=2027))
    mine = [(stage, state) for login, stage, state in told(world, "RPT_CLOSE") if login == "inspector"]
    # Of 90 days half are over on that eve, and it was not told to anybody yet that the end has moved.
    assert sorted(mine) == [("before_1wd", "cancelled"), ("half", "cancelled"), ("overdue_1wd", "waiting")]
    ends = {row.stage: row.due_on.isoformat() for row in rows(world) if row.rule_id == "RPT_CLOSE"}
    assert ends == {"before_1wd": "2027-01-22", "half": "2027-02-22", "overdue_1wd": "2027-02-22"}


def test_a_suspended_clock_is_silent_but_for_a_monthly_note(world: World) -> None:
    """No stage speaks while a clock stands; its head hears once a month that it still does."""
    case_id = assigned_case(world)
    step(world, case_id, "supervisor", Action.SUSPEND, now=NOW + DAY, reason="testing", note="送检")
    for days in range(2, 29):
        scan(world, NOW + days * DAY)
    assert told(world, "RPT_CLOSE") == []
    for days in range(29, 70):
        scan(world, NOW + days * DAY)
    heads = [(login, stage) for login, stage, _ in told(world, "RPT_CLOSE")]
    assert heads == [
        ("supervisor", "suspended_1"),
        ("supervisor2", "suspended_1"),
        ("supervisor", "suspended_2"),
        ("supervisor2", "suspended_2"),
    ]
    assert "等待检测鉴定结果" in "".join(rows(world)[0].content["lines"])


def test_a_resumed_clock_speaks_by_its_new_end(world: World) -> None:
    """After a suspension of 20 days the half-way stage comes later than it would have."""
    case_id = assigned_case(world)
    step(world, case_id, "supervisor", Action.SUSPEND, now=NOW + DAY, reason="testing", note="送检")
    step(world, case_id, "supervisor", Action.RESUME, now=NOW + 21 * DAY)
    scan(world, at(12, 23))
    assert told(world, "RPT_CLOSE") == []
    scan(world, at(1, 2, year=2027))
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "waiting")]


def test_a_short_suspension_does_not_swallow_a_reminder(world: World) -> None:
    """A notice cancelled before it was told, whose clock ends on the same day again, is taken up again."""
    case_id = assigned_case(world)
    late = at(12, 23, 22, 30)
    scan(world, late)
    step(world, case_id, "supervisor", Action.SUSPEND, now=late, reason="testing", note="送检")
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "cancelled")]
    step(world, case_id, "supervisor", Action.RESUME, now=late + timedelta(minutes=5))
    scan(world, late + timedelta(minutes=6))
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "waiting")]


def test_a_stopped_clock_is_silent(world: World) -> None:
    """When the case moves on, what waits about the ended clock is cancelled and nothing follows."""
    case_id = spot_case(world)
    scan(world, at(11, 25))
    assert {state for _, _, state in told(world, "CASE_TRIAGE")} == {"waiting"}
    step(world, case_id, "clerk", Action.ACCEPT, now=at(11, 25, 10))
    assert {state for _, _, state in told(world, "CASE_TRIAGE")} == {"cancelled"}
    scan(world, at(12, 30))
    assert {state for _, _, state in told(world, "CASE_TRIAGE")} == {"cancelled"}


def test_a_broken_clock_does_not_hold_up_the_others(world: World) -> None:
    """A clock that cannot be read is put off for an hour, the next one is told, and the scan says so."""
    broken, sound = assigned_case(world), assigned_case(world)
    with world.engine.begin() as db:
        values = {"candidates": [], "remind_at": NOW}
        db.execute(
            update(deadlines)
            .where(deadlines.c.case_id == broken, deadlines.c.rule_id == "RPT_CLOSE")
            .values(values)
        )
    half = at(12, 23)
    done = scan(world, half)
    assert [kind for _, kind in done.broken] == ["IndexError"]
    assert [row.case_id for row in rows(world)] == [sound]
    assert clock_of(world, broken, "RPT_CLOSE").remind_at == half + timedelta(hours=1)


def test_a_case_being_changed_is_left_for_later(world: World) -> None:
    """A scan beside a step on the same case neither fails nor deadlocks; the stage is told once, then or later."""
    case_id, half = assigned_case(world), at(12, 23)
    failures: list[Exception] = []

    def work() -> None:
        try:
            scan(world, half)
        except Exception as error:
            failures.append(error)

    scanning = Thread(target=work)
    with world.act("supervisor", now=half) as act:
        sight.lock(act, case_id)
        scanning.start()
        scanning.join(0.5)  # PostgreSQL steps over the case; SQLite waits for its one writer
        running = act.db.execute(select(deadlines).where(deadlines.c.case_id == case_id)).all()
        silence(act, running[0].id)
    scanning.join(10)
    scan(world, half)
    assert failures == []
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "waiting")]


def test_two_workers_at_once_tell_once(world: World) -> None:
    """Two scans that start together plan each stage for each person once, and neither fails."""
    for _ in range(6):
        assigned_case(world)
    barrier, failures = Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(10)
            for _ in range(3):
                scan(world, at(12, 23))
        except Exception as error:
            failures.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert told(world, "RPT_CLOSE") == [("inspector", "half", "waiting")] * 6
    with world.engine.connect() as db:
        assert len(set(db.execute(select(notices.c.case_id)).scalars())) == 6
