"""When a told notice leaves the house, and with what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.outgoing.slots import DIGEST_WAIT, Slot, slot_of
from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day
from models.domain.timing.reminders import QuietHours

# 2026: 20 November is a Friday; 21 a Saturday; 28 is a Saturday on which offices work (made up).
CALENDAR = Calendar.of({date(2026, 11, 28): True, date(2026, 12, 3): False}, {2026})


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def slot(
    now: datetime, *, due: date | None = None, hourly: bool = False, closed: Collection[date] = ()
) -> Slot:
    """The slot of a notice whose day is ``due``; None: far away."""
    return slot_of(
        now,
        hourly=hourly,
        pressing=lambda day: due is not None and due <= day,
        calendar=CALENDAR,
        quiet=QuietHours(),
        is_closed=lambda day: day in closed,
    )


MOMENTS = st.integers(0, 350 * 24 * 60).map(lambda minutes: at(1, 0, month=1) + timedelta(minutes=minutes))
FRIDAY, SATURDAY, MONDAY, TUESDAY = (
    date(2026, 11, 20),
    date(2026, 11, 21),
    date(2026, 11, 23),
    date(2026, 11, 24),
)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (at(20, 9), Slot(FRIDAY, at(20, 9, 5))),
        (at(20, 7), Slot(FRIDAY, at(20, 9, 5))),
        (at(20, 1), Slot(FRIDAY, at(20, 9, 5))),  # the quiet hours end on the same day
        (at(20, 11), Slot(FRIDAY, at(20, 11, 5))),  # a worker that came late collects for five minutes
        (at(20, 11, 55), Slot(MONDAY, at(23, 9, 5))),
        (at(20, 16), Slot(MONDAY, at(23, 9, 5))),
        (at(20, 23), Slot(MONDAY, at(23, 9, 5))),
        (at(21, 9), Slot(MONDAY, at(23, 9, 5))),  # nobody works
        (at(28, 9), Slot(date(2026, 11, 28), at(28, 9, 5))),  # a working Saturday
        (at(2, 16, month=12), Slot(date(2026, 12, 4), at(4, 9, 5, month=12))),  # over a holiday
        (at(23, 22, 30), Slot(TUESDAY, at(24, 9, 5))),
    ],
)
def test_what_has_time_waits_for_a_working_morning(now: datetime, wanted: Slot) -> None:
    """A notice that is not pressing leaves with the digest of a working morning, at 09:05."""
    assert slot(now) == wanted


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (at(20, 9), Slot(FRIDAY, at(20, 9, 5))),
        (at(20, 16), Slot(FRIDAY, at(20, 16, 5))),
        (at(21, 9), Slot(SATURDAY, at(21, 9, 5))),  # on a day off as well
        (at(20, 23), Slot(SATURDAY, at(21, 9, 5))),
        (at(20, 21, 58), Slot(SATURDAY, at(21, 9, 5))),  # what would leave at 22:03 waits for the morning
    ],
)
def test_what_is_pressing_leaves_the_same_day(now: datetime, wanted: Slot) -> None:
    """A notice whose day has come leaves with a digest of that day, on days off too, never at night."""
    assert slot(now, due=date(2026, 11, 19)) == wanted


def test_a_digest_that_has_left_takes_no_more() -> None:
    """After it has left, what is pressing goes by itself at once, and the rest with the next one."""
    closed = {FRIDAY}
    assert slot(at(20, 10), due=FRIDAY, closed=closed) == Slot(None, at(20, 10))
    assert slot(at(20, 10), closed=closed) == Slot(MONDAY, at(23, 9, 5))
    assert slot(at(20, 23), due=FRIDAY, closed={FRIDAY, SATURDAY}) == Slot(None, at(21, 7))


def test_pressing_by_the_day_it_leaves() -> None:
    """What ends tomorrow and is told tonight is pressing tomorrow morning, though nobody works then."""
    assert slot(at(20, 22, 30), due=SATURDAY) == Slot(SATURDAY, at(21, 9, 5))
    assert slot(at(20, 20), due=SATURDAY) == Slot(MONDAY, at(23, 9, 5))


def test_a_clock_set_back_finds_an_open_digest() -> None:
    """Where the digest of the next morning has been sent before, the first one that has not is taken."""
    assert slot(at(20, 16), closed={MONDAY, TUESDAY}).digest == date(2026, 11, 25)


@given(MOMENTS)
def test_hour_clocks_leave_at_once(now: datetime) -> None:
    """A notice of an hour clock leaves by itself, at the moment, at night too."""
    assert slot(now, hourly=True) == Slot(None, now)


@given(
    MOMENTS,
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
def test_never_at_night_and_only_pressing_on_days_off(
    now: datetime, due: date | None, closed: set[date]
) -> None:
    """Day clocks never speak between 22:00 and 07:00; on a day off only what is due; a closed digest is left alone."""
    found = slot(now, due=due, closed=closed)
    assert 7 <= found.at.astimezone(SHANGHAI).hour < 22
    assert found.at >= now
    day = legal_day(found.at)
    if not CALENDAR.is_workday(day):
        assert due is not None
        assert due <= day
    if found.digest is not None:
        assert found.digest == day
        assert found.digest not in closed
        morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) + DIGEST_WAIT
        assert found.at >= morning
    else:
        assert found.at - now <= timedelta(hours=9)
