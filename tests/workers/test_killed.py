"""Real worker processes, killed with -9 at the worst moments, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import real
from models.keyring import create_keys
from models.operations.leases import LEASE
from models.operations.reminders import inbox
from models.tables.channels import attempts
from models.tables.notices import heartbeats, notices
from tests.factories import World
from tests.operations.outgoing.hand import HALF, LEAVES, tell
from tests.operations.reminders.stories import assigned_case, scan

PATIENCE_SECONDS = 30


class Instance:
    """What a worker process needs: data folder, keys, and a clock that the test sets."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.pipe = folder / "pipe"
        self.said = folder / "said"
        create_keys(folder / "keys")
        os.mkfifo(self.pipe)
        self.said.touch()

    def set_clock(self, now: datetime) -> None:
        (self.folder / "offset").write_text(str((now - real()).total_seconds()))

    @contextmanager
    def worker(self, *module: str) -> Iterator[subprocess.Popen[str]]:
        """A worker; killed at the end if it still runs."""
        mine = {
            "HUANXUN_DATABASE_URL": self.world.url,
            "HUANXUN_DATA_DIR": str(self.folder),
            "HUANXUN_CLOCK_OFFSET_FILE": str(self.folder / "offset"),
            "HUANXUN_WORKER_POLL_SECONDS": "0.05",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **mine},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def kill_at(self, point: str) -> None:
        """Let a worker come to a point and kill it there."""
        with self.worker("tests.workers.held_worker", point, str(self.pipe), str(self.said)) as process:
            with self.pipe.open() as pipe:
                assert pipe.readline() == "here\n"
            process.kill()
            assert process.wait() == -signal.SIGKILL

    def run_until_settled(self) -> list[dict[str, str]]:
        """A worker as people start it, until nothing waits; gives the lines it printed."""
        with self.worker("workers.run") as process:
            return self.settled(process)

    def settled(self, process: subprocess.Popen[str]) -> list[dict[str, str]]:
        """Wait until nothing waits, and end the worker; gives the lines it printed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "waiting" in self.states():
            assert time.monotonic() < deadline, process.poll()
            time.sleep(0.05)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def states(self) -> list[str]:
        with self.world.engine.connect() as db:
            return list(db.execute(select(notices.c.state)).scalars()) or ["waiting"]

    def in_the_inbox(self) -> int:
        with self.world.act("inspector", now=LEAVES + timedelta(minutes=5)) as act:
            return len(inbox.page(act, unread=False, after=None, limit=20))


@pytest.fixture
def instance(world: World, tmp_path: Path) -> Instance:
    """One assigned case whose first stage was told this morning; the digest is about to leave."""
    assigned_case(world)
    made = Instance(world, tmp_path)
    scan(world, HALF)
    tell(world, HALF)
    made.set_clock(LEAVES)
    return made


@pytest.mark.parametrize(
    ("point", "said", "printed", "state"),
    [
        ("claimed", 0, 1, "sent"),
        ("begun", 0, 0, "outcome_unknown"),
        ("said", 1, 0, "outcome_unknown"),
    ],
)
def test_killed_on_the_way(instance: Instance, point: str, said: int, printed: int, state: str) -> None:
    """Killed after the claim, before or after the send: told once in the inbox, and never twice on the console."""
    instance.kill_at(point)
    instance.set_clock(LEAVES + LEASE + timedelta(seconds=1))
    lines = instance.run_until_settled()
    assert instance.states() == [state]
    assert instance.in_the_inbox() == 1
    assert len(instance.said.read_text().splitlines()) == said
    assert len(lines) == printed
    with instance.world.engine.connect() as db:
        assert len(db.execute(select(attempts.c.id)).all()) == 1


def test_two_at_work_and_one_killed_for_good(instance: Instance) -> None:
    """What a killed worker held is left alone while its lease runs, and then sent by the one beside it, once."""
    held = ("tests.workers.held_worker", "claimed", str(instance.pipe), str(instance.said))
    with instance.worker(*held) as first:
        with instance.pipe.open() as pipe:
            assert pipe.readline() == "here\n"
        with instance.worker("workers.run") as second:
            first.kill()
            assert first.wait() == -signal.SIGKILL
            time.sleep(1)
            assert instance.states() == ["waiting"]
            instance.set_clock(LEAVES + LEASE + timedelta(seconds=1))
            lines = instance.settled(second)
    assert (instance.states(), len(lines), instance.in_the_inbox()) == (["sent"], 1, 1)
    assert instance.said.read_text() == ""


def test_started_and_stopped(instance: Instance) -> None:
    """A worker as people start it tells what is due on its console, beats, signs, and ends with 0 on SIGTERM."""
    lines = instance.run_until_settled()
    assert [line["subject"][:11] for line in lines] == ["【示例数据】办结期限还"]
    assert (instance.folder / "heads.log").exists()
    with instance.world.engine.connect() as db:
        row = db.execute(select(heartbeats)).one()
    assert row.process.startswith("worker:")
    assert row.stopping
