"""
The reminder scan with a million running clocks: what an idle look costs, and what a due clock costs.

``uv run --frozen python -m tests.benchmarks.reminders sqlite|postgresql [--clocks 1000000]``. Prints the times, the
plan of each look, and every other plan that walks a big table. Not 0 when the idle turn's p95 is over the 50 ms of
the goal, or a thousand and ten thousand due clocks differ more than 1.5 times per clock. Loopback only, ends by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import update

from models.db.engines import open_reader
from models.operations.act import Act
from models.operations.outgoing.notices import tell_due
from models.operations.reminders.acknowledging import escalate_due
from models.operations.reminders.reminding import plan_due
from models.operations.waiting import look
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from tests.benchmarks import clocks, plans
from tests.factories import NOW, World
from tests.year.__main__ import world_on
from workers.delivery import Outlets
from workers.schedule import Schedule
from workers.station import Station
from workers.waking import Sleeper

IDLE: Final = 200
GOAL_MS: Final = 50.0
BATCHES: Final = (1_000, 10_000)
LINEAR: Final = 1.5


@dataclass
class Bench:
    """A worker's station on the loaded database, at nine in the morning."""

    world: World
    folder: Path
    report: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reader = open_reader(self.world.url)
        self.station = Station(self.world.engine, reader, self.world.vault, lambda: NOW, "worker:bench")
        self.schedule = Schedule(
            self.station,
            Outlets(()),
            Sleeper(None, poll_seconds=1),
            heads_log=self.folder / "heads.log",
            handlers={},
        )
        self.looks: dict[str, Callable[[], Any]] = {
            "look": self._look,
            "plan_due": lambda: self._act(lambda act: plan_due(act).clocks),
            "tell_due": lambda: self._act(lambda act: tell_due(act, clocks.NOBODY)),
            "escalate_due": lambda: self._act(lambda act: escalate_due(act).notices),
            "turn": self.schedule.turn,
        }

    def _look(self) -> Any:
        with self.station.reading() as db:
            found = look(db, NOW)
        return found.reminders or found.unacknowledged or found.notices or found.dispatches

    def _act(self, operation: Callable[[Act], int]) -> int:
        with self.station.acting() as act:
            return operation(act)

    def idle(self) -> None:
        """Each look by itself, and the whole turn of a worker that finds nothing."""
        self.schedule.turn()  # the first one beats and signs
        self.report["idle_ms"] = {name: self._timed(run) for name, run in self.looks.items()}

    def _timed(self, run: Callable[[], Any]) -> dict[str, float]:
        took = []
        for _ in range(IDLE):
            began = time.perf_counter()
            assert not run(), "something was due"
            took.append((time.perf_counter() - began) * 1000)
        return {
            "median": round(statistics.median(took), 2),
            "p95": round(statistics.quantiles(took, n=20)[-1], 2),
            "max": round(max(took), 2),
        }

    def due(self, first: int, count: int) -> None:
        """``count`` clocks that have not been told yet speak, go unacknowledged by their handlers, and are told on."""
        ids = (clocks.id_of(clocks.CLOCK, first), clocks.id_of(clocks.CLOCK, first + count - 1))
        with self.world.engine.begin() as db:
            mine = update(deadlines).where(deadlines.c.id.between(*ids))
            assert db.execute(mine.values(remind_at=NOW)).rowcount == count
        planned, plan_seconds = self._drain("plan_due")
        assert planned == count, "a clock did not speak"
        told, tell_seconds = self._drain("tell_due")
        escalated = self._unacknowledged(ids)
        done, escalate_seconds = self._drain("escalate_due")
        assert done == escalated
        self._drain("tell_due")
        self.report.setdefault("due", {})[count] = {
            "plan_ms_per_clock": round(plan_seconds * 1000 / planned, 3),
            "notices": told,
            "tell_ms_per_notice": round(tell_seconds * 1000 / told, 3),
            "escalate_ms_per_notice": round(escalate_seconds * 1000 / done, 3),
        }

    def _unacknowledged(self, ids: tuple[Any, Any]) -> int:
        """Of each clock the notice of its handler has waited long enough."""
        handler = self.world.account("inspector")
        his = update(notices).where(notices.c.deadline_id.between(*ids), notices.c.account_id == handler)
        with self.world.engine.begin() as db:
            return db.execute(his.values(ack_due_at=NOW)).rowcount

    def _drain(self, name: str) -> tuple[int, float]:
        """Until nothing is left: how many, and how many seconds."""
        began, total = time.perf_counter(), 0
        while found := self.looks[name]():
            total += found
        return total, time.perf_counter() - began

    def plans(self, first: int) -> Iterator[str]:
        """The plan of each look, and what else walks."""
        with plans.listening(self.station.engine, self.station.reader) as idle:
            for run in self.looks.values():
                run()
        with plans.listening(self.station.engine, self.station.reader) as busy:
            self.due(first, 100)
        self.report["due"].pop(100)
        others = {one: values for one, values in busy.statements.items() if one not in idle.statements}
        with self.station.reading() as db:
            for statement, values in idle.statements.items():
                if "remind_at" in statement or "notice" in statement:
                    yield f"-- {' '.join(statement.split())[:150]}"
                    yield from plans.plan_of(db, statement, values)
            yield f"-- {len(others)} other statements of due clocks"
            for statement, values in others.items():
                for line in plans.walked(plans.plan_of(db, statement, values)):
                    yield f"{' '.join(statement.split())[:150]}: {line}"

    @property
    def good(self) -> bool:
        """Whether the goal is met."""
        few, many = (self.report["due"][count]["plan_ms_per_clock"] for count in BATCHES)
        return bool(self.report["idle_ms"]["turn"]["p95"] <= GOAL_MS and many <= LINEAR * few)


@contextmanager
def bench_on(database: str, count: int) -> Iterator[Bench]:
    """A loaded database of its own, gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huanxun-clocks-")))
        world = stack.enter_context(world_on(database, folder))
        began = time.perf_counter()
        clocks.load(world, count)
        bench = Bench(world, folder)
        stack.callback(bench.station.close)
        with bench.station.reading() as db:
            bench.report |= {"database": database, "clocks": count, "rows": _rows(db)}
        bench.report["load_seconds"] = round(time.perf_counter() - began)
        yield bench


def _rows(db: Any) -> dict[str, int]:
    tables = ("deadline", "case_file", "notice", "dispatch")
    return {name: db.exec_driver_sql(f"select count(*) from {name}").scalar_one() for name in tables}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--clocks", type=int, default=1_000_000)
    given = parser.parse_args()
    with bench_on(given.database, given.clocks) as bench:
        bench.idle()
        first = given.clocks // 2  # beyond those that have notices
        for count in BATCHES:
            bench.due(first, count)
            first += count
        lines = list(bench.plans(first))
    bench.report["load_average"] = os.getloadavg()[0]
    print(json.dumps(bench.report, ensure_ascii=False, indent=2))
    print("\n".join(lines))
    sys.exit(not bench.good)


if __name__ == "__main__":
    main()
