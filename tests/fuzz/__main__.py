"""
Schemathesis over the whole contract as seven roles, against a real server process on loopback.

``uv run --frozen python -m tests.fuzz [--seconds 180] [--seed N] [--database sqlite|postgresql] [--role clerk …]``
Asked of every answer: no server error, only declared statuses, content types and headers, a body of the
declared shape. Not part of the quick suite; ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from models.files.store import FOLDER, FolderStore
from tests import postgres
from tests.benchmarks.http import free_port, token_of
from tests.factories import KEYS, World
from tests.fuzz.inputs import contract, right_contract
from tests.fuzz.populated import keep_files, known_values, populated
from tests.measure import ROOT

PUBLIC: Final = "public"
ROLES: Final = ("clerk", "inspector", "supervisor", "office", "liaison", "verifier", PUBLIC, "admin")
"""Seven roles and the public face; the administrator last: he can end the others' accounts."""

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ENDS_ITS_SESSION: Final = "logout"
"""Asked in a run of its own, on a session of its own."""

BYTES: Final = "upload_photo"
"""Takes a media type no body can be generated for; ``tests/api/public/test_uploads.py`` sends it rubbish."""

GRACE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run says: the cases sent, and each failure once."""

    cases: int
    failures: tuple[str, ...]


def main() -> None:
    asked = argparse.ArgumentParser(description="Schemathesis over the whole contract as seven roles.")
    asked.add_argument("--seconds", type=int, default=180, help="at most so long per role")
    asked.add_argument("--examples", type=int, default=40, help="at most so many per operation and phase")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--role", choices=ROLES, nargs="*", default=ROLES)
    asked.add_argument("--keep", type=Path, help="a folder for reports and server logs")
    given = asked.parse_args()
    print(f"seed {given.seed}, {given.database}, at most {given.seconds} s per role", flush=True)
    found = False
    with tempfile.TemporaryDirectory() as folder, database(given.database, Path(folder)) as url:
        world = populated(url)
        reports: Path = given.keep or Path(folder)
        reports.mkdir(parents=True, exist_ok=True)
        for role in given.role:
            outcome = fuzz(world, role, reports, given)
            found |= bool(outcome.failures)
            print(f"{role:<12} {outcome.cases} cases, {len(outcome.failures)} failures", flush=True)
            print("".join(f"{one}\n" for one in outcome.failures), end="", flush=True)
        world.engine.dispose()
    sys.exit(1 if found else 0)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'fuzz.db'}"
        return
    with postgres.server_url() as server:
        name = f"fuzz_{secrets.token_hex(6)}"
        postgres.create(server, name)
        try:
            yield postgres.with_database(server, name)
        finally:
            postgres.drop(server, name)


def fuzz(world: World, role: str, reports: Path, given: argparse.Namespace) -> Outcome:
    """One role: everything, then what ends the session it is asked with."""
    with (
        tempfile.TemporaryDirectory() as folder,
        (reports / f"{role}.server.log").open("wb") as log,
        served(world.url, Path(folder), log.fileno()) as (server, port),
    ):
        documents = _documents(world, role)
        outcomes = []
        for name, document in documents.items():
            file = Path(folder) / f"{name}.json"
            file.write_text(json.dumps(document))
            ask = [str(file), f"--url=http://127.0.0.1:{port}", f"--seed={given.seed}"]
            ask += [f"--max-examples={given.examples}", f"--checks={','.join(CHECKS)}"]
            half = given.seconds // len(documents)
            whole = [
                f"--max-time={half}",
                f"--exclude-operation-id={BYTES if role == PUBLIC else ENDS_ITS_SESSION}",
            ]
            last = ["--max-time=3", f"--include-operation-id={ENDS_ITS_SESSION}"]
            for part, more in (("whole", whole), ("last", last))[: 1 if role == PUBLIC else 2]:
                report = reports / f"{role}.{name}.{part}"
                token = token_of(world, "clerk" if role == PUBLIC else role)  # the public face looks at none
                outcomes.append(run([*ask, *more], token, report, half))
        died = () if server.poll() is None else ("the server process has ended",)
    failures = [one for outcome in outcomes for one in outcome.failures]
    return Outcome(sum(one.cases for one in outcomes), (*failures, *died))


def _documents(world: World, role: str) -> dict[str, Any]:
    if role == PUBLIC:
        return {"as-it-is": contract(PUBLIC)}
    return {"as-it-is": contract("staff"), "right": right_contract(known_values(world))}


@contextmanager
def served(url: str, folder: Path, log: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The real application in a child process with a data folder of its own; ended by its pid."""
    keep_files(FolderStore(folder / FOLDER))
    port = free_port()
    command = [sys.executable, "-m", "tests.fuzz.serving", str(port), url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
    )
    assert child.stdin is not None
    with child.stdin as keys:
        keys.write(pickle.dumps(KEYS))
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/v1/health/live", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield child, port
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20)


def run(ask: Sequence[str], token: str, report: Path, seconds: int) -> Outcome:
    """One run of Schemathesis; what it prints is kept beside its report."""
    wanted = [f"--header=Authorization: Bearer {token}", "--generation-database=none", "--warnings=off"]
    wanted += ["--report=json", f"--report-json-path={report}.json", "--continue-on-failure", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", *ask, *wanted]
    printed = subprocess.run(
        command, capture_output=True, timeout=3 * seconds + GRACE_SECONDS, check=False, text=True
    ).stdout
    Path(f"{report}.txt").write_text(printed)
    return outcome_of(json.loads(Path(f"{report}.json").read_text()), printed)


def outcome_of(report: dict[str, Any], printed: str) -> Outcome:
    """Each failure by what it is and where; with the way to repeat it, as Schemathesis prints it."""
    told = [f"{one['title']} ×{one['count']}: {'、'.join(one['operations'])}" for one in report["failures"]]
    told += [f"{one['title']} ×{one['count']}" for one in report["errors"]]
    untested = report["operations"]["selected"] - report["operations"]["tested"]
    told += [f"{untested} operations were not tested"] if untested else []
    if told:
        told.append(printed.partition("= FAILURES =")[2].partition("= SUMMARY =")[0])
    return Outcome(report["test_cases"]["generated"], tuple(told))


if __name__ == "__main__":
    main()
