"""``erasures.log``: durable lines of id and time, whole after a crash."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from models.domain.ids import uuid7
from models.files import erasures_log
from tests.factories import NOW


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    """What was added is read back, id and instant, in order; the file is its owner's alone."""
    path = erasures_log.path_in(tmp_path)
    wanted = [(uuid7(NOW), NOW + timedelta(seconds=n)) for n in range(3)]
    for one, at in wanted:
        erasures_log.append(path, one, at)
    assert list(erasures_log.entries(path)) == wanted
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_but_id_and_time_is_there(tmp_path: Path) -> None:
    """A line is a UUID and an instant of UTC, nothing else."""
    path = erasures_log.path_in(tmp_path)
    erasures_log.append(path, UUID(int=7), NOW)
    assert path.read_text("utf-8") == f"{UUID(int=7)} 2026-11-23T01:00:00.000+00:00\n"


def test_a_cut_line_hurts_no_other(tmp_path: Path) -> None:
    """A line that a crash cut short is ended and passed over; the next one stands on its own."""
    path = erasures_log.path_in(tmp_path)
    first, second = uuid7(NOW), uuid7(NOW)
    erasures_log.append(path, first, NOW)
    with path.open("ab") as file:
        file.write(str(second).encode()[:20])
    erasures_log.append(path, second, NOW)
    assert [one for one, _ in erasures_log.entries(path)] == [first, second]


def test_no_list_is_an_empty_one(tmp_path: Path) -> None:
    """Where nobody was forgotten there is no file."""
    assert list(erasures_log.entries(erasures_log.path_in(tmp_path))) == []
