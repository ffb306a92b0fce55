"""Sample is sample: time can be moved there, and nowhere else (``product.md`` §4.18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.clock import Clock, clock_for

YEAR = timedelta(days=365)
NEAR = timedelta(seconds=30)


def off(clock: Clock) -> timedelta:
    """How far a clock is from the time of day."""
    return clock() - datetime.now(UTC)


def test_a_real_instance_has_the_real_time(tmp_path: Path) -> None:
    """A file that shifts the clock by a year shifts it on a sample instance, and is not read on a real one."""
    file = tmp_path / "offset"
    file.write_text(str(YEAR.total_seconds()))
    assert abs(off(clock_for(sample=True, offset_file=file)) - YEAR) < NEAR
    assert abs(off(clock_for(sample=False, offset_file=file))) < NEAR
    assert abs(off(clock_for(sample=True, offset_file=None))) < NEAR


def test_a_shifted_clock_follows_its_file(tmp_path: Path) -> None:
    """What stands in the file holds at the next look; a file that is not there or says nothing shifts nothing."""
    file = tmp_path / "offset"
    clock = clock_for(sample=True, offset_file=file)
    assert abs(off(clock)) < NEAR
    for said, shift in (("-86400", timedelta(days=-1)), ("", timedelta()), ("soon", timedelta())):
        file.write_text(said)
        assert abs(off(clock) - shift) < NEAR


@pytest.mark.parametrize("sample", [True, False])
def test_clocks_tell_whole_milliseconds(tmp_path: Path, *, sample: bool) -> None:
    """Every clock is in UTC and has no part finer than a millisecond, which is what the database keeps."""
    file = tmp_path / "offset"
    file.write_text("0.0015")
    now = clock_for(sample=sample, offset_file=file)()
    assert now.utcoffset() == timedelta()
    assert now.microsecond % 1000 == 0
