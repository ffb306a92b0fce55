"""The processes of one instance in a folder, and how to end them badly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from models.db.engines import open_reader
from models.tables.channels import dispatches
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from tests.benchmarks.http import free_port
from tests.story.saying import PASSWORD, now

TESTS: Final = Path(__file__).parents[1]


class Instance:
    """The processes of one instance in a folder, and how to end them badly."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self.folder = folder
        self.port = free_port()
        self.offset = folder / "offset"
        self.fault = folder / "fault"
        self.kills: Counter[str] = Counter()
        self.offset.write_text("0")
        self.environment = os.environ | {
            "HUANXUN_DATA_DIR": str(folder / "data"),
            "HUANXUN_PORT": str(self.port),
            "HUANXUN_SAMPLE_PASSWORD": PASSWORD,
            "HUANXUN_CLOCK_OFFSET_FILE": str(self.offset),
            "HUANXUN_FAULT_FILE": str(self.fault),
            "HUANXUN_WORKER_POLL_SECONDS": "0.2",
            "PYTHONPATH": f"{TESTS / 'faults'}{os.pathsep}{TESTS.parent}",
        }
        if database is not None:
            self.environment["HUANXUN_DATABASE_URL"] = database
        self.url = database or f"sqlite:///{folder / 'data' / 'huanxun.db'}"
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.console = (folder / "console.log").open("ab")

    def start(self, name: str, *arguments: str) -> None:
        self.children[name] = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments], env=self.environment, stdout=self.console
        )

    def kill(self, name: str, why: str) -> None:
        """-9, counted, and started again at once."""
        self.children[name].kill()
        self.children[name].wait()
        self.kills[f"{name}: {why}"] += 1
        self.restart(name)

    def restart(self, name: str) -> None:
        arguments = {"serve": ("serve", "--face", "all"), "worker": ("worker",)}[name]
        self.start(name, *arguments)

    def arm(self, point: str) -> None:
        """Ask for a fault; the process that comes by dies of it."""
        self.fault.write_text(point)

    def mend(self, point: str, name: str) -> None:
        """Start again what an armed fault has ended."""
        if self.children[name].poll() is not None:
            self.kills[f"{name}: {point}"] += 1
            self.restart(name)

    def kill_under(self, supervisor: subprocess.Popen[bytes], module: str) -> None:
        """-9 to a child of ``up``, which starts it again by itself."""
        for pid in _descendants(supervisor.pid):
            if module in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                os.kill(pid, signal.SIGKILL)
                self.kills[f"under up: {module}"] += 1
                return

    def move_clock(self, seconds: float) -> None:
        self.offset.write_text(str(self.shift + seconds))

    @property
    def shift(self) -> float:
        """Seconds the clock is ahead."""
        return float(self.offset.read_text())

    def waiting(self) -> int:
        """How many clocks have something to say, and how much waits to be told or sent, by the moved clock."""
        moment = now() + timedelta(seconds=self.shift)
        due = (
            select(func.count()).where(deadlines.c.remind_at <= moment),
            select(func.count()).where(
                notices.c.state == "waiting", notices.c.dispatch_id.is_(None), notices.c.next_at <= moment
            ),
            select(func.count()).where(dispatches.c.state == "waiting", dispatches.c.next_at <= moment),
        )
        with open_reader(self.url).connect() as db:
            return sum(int(db.execute(one).scalar_one()) for one in due)

    def to_the_next_digest(self) -> bool:
        """Put the clock forward to when the next message leaves; False: none waits."""
        moment = now() + timedelta(seconds=self.shift)
        first = select(func.min(dispatches.c.next_at)).where(dispatches.c.state == "waiting")
        with open_reader(self.url).connect() as db:
            at = db.execute(first).scalar_one()
        if at is not None and at > moment:
            self.move_clock((at - moment).total_seconds())
        return at is not None

    def stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
        for child in self.children.values():
            child.wait(30)


def _descendants(pid: int) -> list[int]:
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for one in found for below in _descendants(one)]
