"""
The first two figures of the product: HTTP against a bare route that replays the same statements.

``uv run --frozen python -m tests.benchmarks.http sqlite|postgresql [--cases 20000] [--rounds 5] [--profile]``
Real and raw run interleaved on one machine, 16 connections; printed are ratios, CPU per request, latencies,
and the statements replayed. On SQLite also: reads while 16 writers write and ``fdatasync`` takes 8 ms more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pickle
import pstats
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen
from uuid import UUID

from starlette.testclient import TestClient

from api.work import House
from models.db.engines import normal_url
from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from tests import postgres
from tests.benchmarks import capture, raw, seed, served, wire
from tests.factories import NOW, World

CONNECTIONS: Final = 16
SECONDS: Final = 3.0
WRITES_PREPARED: Final = 9000
SLOW_FSYNC: Final = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
#include <time.h>
static void nap(void) { struct timespec t = {0, 8000000}; nanosleep(&t, 0); }
int fdatasync(int fd) { nap(); return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(fd); }
int fsync(int fd) { nap(); return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(fd); }
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(
    arguments: list[str], port: int, path: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A child server, ready; ended by its pid."""
    child = subprocess.Popen([sys.executable, "-m", *arguments], env=os.environ | environment)
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
                break
            except OSError as error:
                if "HTTP Error" in str(error):
                    break
                time.sleep(0.05)
        yield child
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(
    port: int, requests: list[bytes], *, again: bool, seconds: float = SECONDS, connections: int = CONNECTIONS
) -> Any:
    """Run the load in its own process."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.load",
            str(port),
            str(connections),
            str(seconds),
            str(int(again)),
        ],
        input=wire.packed(requests),
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def token_of(world: World, name: str) -> str:
    """A fresh session, opened by the real operation."""
    candidate = Candidate(world.account(name), None)
    with world.act(now=NOW) as act:
        return sessions.begin(act, candidate, login=name, network="-", device="基准", good=True).access_token


def plan_for(url: str, token: str, case_id: UUID) -> raw.Plan:
    """Send each kind of request once through the real application and keep what its database got."""
    app = served.application(url)
    house: House = app.state.house
    headers = {"Authorization": f"Bearer {token}"}
    body = wire.case_body()
    reads, writes = {}, {}
    with TestClient(app) as client:

        def once(call: Callable[[], Any]) -> list[tuple[str, Any]]:
            call()
            with capture.listening(house.port) as captured:
                answer = call()
            assert answer.status_code < 300, answer.text
            return captured.statements

        reads["list"] = once(lambda: client.get("/v1/cases", params={"queue": "triage"}, headers=headers))
        reads["one"] = once(lambda: client.get(f"/v1/cases/{case_id}", headers=headers))
        client.post("/v1/cases", json=wire.case_body(), headers=headers)
        with capture.listening(house.port) as captured:
            made = client.post("/v1/cases", json=body, headers=headers)
        assert made.status_code == 201, made.text
        writes["create"] = captured.statements
        assert client.portal is not None
        client.portal.call(house.port.close)
    return raw.Plan(driver_url(url), reads, writes, _fresh(writes["create"], made.json()))


def driver_url(url: str) -> str:
    parsed = normal_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database)
    return url


def _fresh(statements: list[tuple[str, Any]], made: dict[str, Any]) -> frozenset[Any]:
    """The values of a create that must differ each time: ids made in it, its number, its key."""
    fresh: set[Any] = {made["number"]}
    for statement, parameters in statements:
        name = statement.split("(")[0].lower()
        for row in parameters if isinstance(parameters, list) else [parameters]:
            if "insert into" in name and any(t in name for t in ("case_file", "point", "step", "deadline")):
                fresh.add(row[0])
            if "idempotency" in name:
                fresh |= {value for value in row if isinstance(value, bytes)}
    return frozenset(fresh)


def measure(
    real: int, bare: int, pids: dict[str, int], plan: raw.Plan, token: str, ids: list[UUID], rounds: int
) -> None:
    """Interleave real and raw; print the medians."""
    kinds: dict[str, tuple[Callable[[], list[bytes]], list[bytes], bool]] = {
        "POST /v1/cases": (
            lambda: wire.creates(WRITES_PREPARED, token),
            [wire.post("/w/create", b"{}")] * WRITES_PREPARED,
            False,
        ),
        "queue page of 20": (
            lambda: [wire.get("/v1/cases?queue=triage&limit=20", token)],
            [wire.get("/r/list")],
            True,
        ),
        "GET one case": (lambda: wire.reads(ids[:2000], token), [wire.get("/r/one")], True),
    }
    for name, (requests, bare_requests, again) in kinds.items():
        found: dict[str, list[dict[str, float]]] = {"real": [], "raw": []}
        for _ in range(rounds):
            for which, port in (("real", real), ("raw", bare)):
                sent = requests() if which == "real" else bare_requests
                before = cpu_seconds(pids[which])
                result = load(port, sent, again=again)
                result["cpu_us"] = (cpu_seconds(pids[which]) - before) / max(result["count"], 1) * 1e6
                found[which].append(result)
        _print_row(name, found)


def _print_row(name: str, found: dict[str, list[dict[str, float]]]) -> None:
    def middle(which: str, key: str) -> float:
        return statistics.median(one[key] for one in found[which])

    ratio = middle("real", "rps") / middle("raw", "rps")
    over = middle("real", "cpu_us") - middle("raw", "cpu_us")
    bad = sum(one["bad"] for which in found.values() for one in which)
    print(
        f"{name:18} real {middle('real', 'rps'):7.0f}/s  raw {middle('raw', 'rps'):7.0f}/s  ratio {ratio:.2f}"
        f"  cpu {middle('real', 'cpu_us'):.0f} µs (+{over:.0f})  p50 {middle('real', 'p50_ms'):.1f}"
        f"  p99 {middle('real', 'p99_ms'):.1f} ms  bad {bad:.0f}",
        flush=True,
    )


def slow_disk(url: str, folder: Path, token: str, ids: list[UUID]) -> None:
    """Reads while 16 writers write and every sync takes 8 ms more (SQLite)."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("no C compiler here: the slow-disk figure was not measured")
        return
    source, library = folder / "slow.c", folder / "slow.so"
    source.write_text(SLOW_FSYNC)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl"], check=True)
    port = free_port()
    with process(
        ["tests.benchmarks.served", str(port), url], port, "/v1/health/live", LD_PRELOAD=str(library)
    ):
        asyncio.run(_beside(port, token, ids))


async def _beside(port: int, token: str, ids: list[UUID]) -> None:
    async def of(requests: list[bytes], connections: int, again: bool) -> Any:
        return await asyncio.to_thread(load, port, requests, again=again, connections=connections)

    written, read = await asyncio.gather(
        of(wire.creates(4000, token), CONNECTIONS, False), of(wire.reads(ids[:2000], token), 4, True)
    )
    print(
        f"fsync +8 ms: writes {written['rps']:.0f}/s p99 {written['p99_ms']:.0f} ms; "
        f"reads beside {read['rps']:.0f}/s p50 {read['p50_ms']:.1f} p99 {read['p99_ms']:.1f} ms (goal ≤ 25)"
    )


def print_statements(plan: raw.Plan) -> None:
    for kind, statements in {**plan.reads, **plan.writes}.items():
        print(f"-- {kind}: {len(statements)} statements, the same in both")
        for statement, _ in statements:
            print("   " + " ".join(statement.split())[:160])


def bench(url: str, options: argparse.Namespace, folder: Path) -> None:
    began = time.perf_counter()
    world, ids = seed.county(url, options.cases)
    print(
        f"{options.cases} cases logged through the operations in {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    token = token_of(world, "supervisor")
    if url.startswith("postgresql"):
        postgres.tidy(url)
    plan = plan_for(url, token, ids[0])
    file = folder / "plan.pickle"
    file.write_bytes(pickle.dumps(plan))
    print_statements(plan)
    real, bare = free_port(), free_port()
    profile = [str(folder / "profile")] if options.profile else []
    with (
        process(["tests.benchmarks.served", str(real), url, *profile], real, "/v1/health/live") as one,
        process(["tests.benchmarks.raw", str(bare), str(file)], bare, "/r/one") as other,
    ):
        measure(real, bare, {"real": one.pid, "raw": other.pid}, plan, token, ids, options.rounds)
    if options.profile:
        pstats.Stats(profile[0]).sort_stats("tottime").print_stats(45)
    if url.startswith("sqlite"):
        slow_disk(url, folder, token, ids)
    world.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=["sqlite", "postgresql"])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huanxun-bench-") as name:
        folder = Path(name)
        if options.database == "sqlite":
            bench(f"sqlite:///{folder / 'bench.db'}", options, folder)
        else:
            with postgres.server_url() as url:
                postgres.create(url, "bench")
                bench(postgres.with_database(url, "bench"), options, folder)


if __name__ == "__main__":
    main()
