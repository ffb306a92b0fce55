"""Rungs of the ladder that repeat, and how long the handler has to acknowledge one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.domain.timing.clocks import Reckoning, fixed
from models.domain.timing.reminders import (
    UNACKNOWLEDGED,
    Clock,
    Planned,
    acknowledge_by,
    latest_due,
    next_after,
    plan,
    rung,
)
from tests.domain.timing.test_reminders import CALENDAR, LADDER, NIGHT, at


def planned(reckoning: Reckoning, until: datetime) -> tuple[Planned, ...]:
    return plan(LADDER, reckoning, CALENDAR, quiet=NIGHT, hourly=False, until=until)


def test_an_overdue_clock_speaks_every_week() -> None:
    """After the third overdue working day a message comes every five working days, across holidays too, for ever."""
    reckoning = fixed(date(2026, 1, 5), at(1, 4, 8))
    weekly = [one for one in planned(reckoning, at(3, 2, 9)) if one.stage.code.startswith("overdue_w")]
    assert [f"{one.stage.code} {one.at:%m-%d %H:%M}" for one in weekly] == [
        "overdue_w1 01-15 09:00",
        "overdue_w2 01-22 09:00",
        "overdue_w3 01-29 09:00",
        "overdue_w4 02-05 09:00",
        "overdue_w5 02-12 09:00",
        "overdue_w6 02-26 09:00",
        "overdue_w7 03-04 09:00",
    ]
    assert {one.stage.audience for one in weekly} == {LADDER[6].audience}
    far = at(1, 5, year=2036)
    assert latest_due(planned(reckoning, far), far) is not None
    assert next_after(planned(reckoning, far), far) is not None


def test_shares_of_hours_are_whole_milliseconds() -> None:
    """
    Half and three quarters of an odd span are cut to the millisecond, which is how an instant is kept: at the
    kept instant the stage is due, and the next one is another.
    """
    start, due = at(11, 25, 23), at(11, 26, 3) + timedelta(milliseconds=1)
    found = plan(LADDER, fixed(due, start), CALENDAR, quiet=NIGHT, hourly=True, until=start)
    assert [one.at for one in found][:2] == [at(11, 26, 1), at(11, 26, 2)]
    assert latest_due(found, at(11, 26, 1)) is found[0]
    assert next_after(found, at(11, 26, 1)) is found[1]


@pytest.mark.parametrize(
    ("code", "clock", "told_at", "by"),
    [
        ("due", Clock.DAY, at(11, 23, 9), at(11, 24, 9)),
        ("due", Clock.DAY, at(11, 23, 7), at(11, 24, 9)),
        ("due", Clock.DAY, at(11, 23, 15, 20), at(11, 24, 15, 20)),
        ("overdue_1wd", Clock.DAY, at(11, 20, 9), at(11, 23, 9)),
        ("due", Clock.DAY, at(11, 21, 16), at(11, 24, 9)),
        ("due", Clock.HOUR, at(11, 21, 2), at(11, 21, 2, 30)),
        ("half", Clock.DAY, at(11, 23, 9), None),
        ("half", Clock.HOUR, at(11, 23, 9), None),
    ],
)
def test_until_when_to_acknowledge(code: str, clock: Clock, told_at: datetime, by: datetime | None) -> None:
    """A working day for day clocks, from Monday on for what is told on Saturday; half an hour for hour clocks."""
    stage = next(one for one in LADDER if (one.code, one.clock) == (code, clock))
    assert acknowledge_by(stage, told_at, CALENDAR) == by


def test_the_stage_behind_a_told_code() -> None:
    """The code of a week, or of a message that nobody acknowledged, leads back to its stage; a strange one to none."""
    for stage in LADDER:
        hourly = stage.clock is Clock.HOUR
        for code in (stage.code, stage.code + "12"):
            weekly = stage.code == "overdue_w"
            expected = stage if (code != stage.code) == weekly or weekly else None
            assert rung(LADDER, code, hourly=hourly) == expected
            assert rung(LADDER, code + UNACKNOWLEDGED, hourly=hourly) == expected
    assert rung(LADDER, "before_15min", hourly=False) is None
    assert rung(LADDER, "suspended_2", hourly=False) is None
