"""The clock of an entry point: real time, or, in a sample instance only, time shifted by a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def real() -> datetime:
    """Now, UTC, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def shifted(file: Path) -> Clock:
    """Now plus the seconds that stand in the file; read at each call, so a test can move time."""

    def clock() -> datetime:
        try:
            offset = float(file.read_text("ascii").strip() or 0)
        except (OSError, ValueError):
            offset = 0.0
        return real() + timedelta(milliseconds=int(offset * 1000))

    return clock


def clock_for(*, sample: bool, offset_file: Path | None) -> Clock:
    """The clock an instance may use: a shifted one only where all data is sample data."""
    return shifted(offset_file) if sample and offset_file is not None else real
