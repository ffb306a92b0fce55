"""
Break each invariant on purpose and see a test go red: ``uv run --frozen python -m tests.mutations [--only 5]``.

Not part of the quick suite. ``mutations.toml`` lists one-line changes, each with the invariant of ``product.md``
§4 that it breaks and the tests that must notice. The checkout is copied into a temporary folder, every listed
test is seen green there, then one change after the other is made *in the copy*, its tests run, and the line is
put back. A change that no test notices, that is noticed by accident only (an import that fails, a name that is
missing), or whose line is no longer there makes the exit code 1.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.etree import ElementTree

from tests.measure import PACKAGES, ROOT

LIST: Final = Path(__file__).with_suffix(".toml")
LONGEST_SECONDS: Final = 300
PASSED, FAILED = 0, 1  # pytest's exit codes; 2 and up: interrupted, internal, misused, nothing collected

_BY_ACCIDENT: Final = re.compile(
    r"^(\w+\.)*(NameError|UnboundLocalError|ImportError|ModuleNotFoundError|SyntaxError|IndentationError)\b"
    r"|^Failed: Timeout"
)
"""A test that fails like this has not noticed what was broken, only that it was broken badly."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of one line. ``database``: where its tests run, unless the change is about the other one."""

    invariant: int
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    database: str = "sqlite"

    @property
    def deselected(self) -> str:
        return "postgresql" if self.database == "sqlite" else "sqlite"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tests of a change said: ``red``, ``GREEN`` or why it counts as neither."""

    verdict: str
    by: str
    seconds: float

    @property
    def good(self) -> bool:
        return self.verdict == "red"


def read(file: Path = LIST) -> tuple[Mutation, ...]:
    """
    The list, in order of invariants.

    Raises:
        ValueError: an entry that is no one-line change, or names no test.
    """
    entries: list[dict[str, Any]] = tomllib.loads(file.read_text("utf-8"))["mutation"]
    found = [Mutation(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]
    for one in found:
        if "\n" in one.old + one.new or one.old == one.new or not one.tests:
            raise ValueError(f"not a one-line change with its tests: {one.what}")
    return tuple(sorted(found, key=lambda one: one.invariant))


def copy_checkout(target: Path) -> None:
    """Every file of the working tree that is not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source, goal = ROOT / name, target / name
        if source.is_file():
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, goal)


class Bench:
    """A copy of the checkout in which lines are changed and put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A server given from outside may hold a template that was made before the change.
        kept = {name: value for name, value in os.environ.items() if name != "HUANXUN_TEST_POSTGRES_URL"}
        self.environment = kept | {"PYTHONPATH": str(folder)}

    def prove_it_is_imported(self) -> None:
        """
        The copy is what its tests import, not the installed checkout.

        Raises:
            AssertionError
        """
        names = (*PACKAGES, "tests")
        code = f"import {', '.join(names)}\nfor one in ({', '.join(names)}): print(one.__file__)"
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=True,
        )
        for line in run.stdout.decode().splitlines():
            assert Path(line).resolve().is_relative_to(self.folder.resolve()), f"{line} is not the copy"

    def run(self, tests: Iterable[str], deselected: str) -> Seen:
        """The tests on one database, up to the first that fails."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        options = ["-n", "0", "-x", "-k", f"not {deselected}", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", *options, "--tb=line", f"--junitxml={report}", *tests]
        begun = time.monotonic()
        try:
            run = subprocess.run(
                command, cwd=self.folder, env=self.environment, capture_output=True, timeout=LONGEST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return Seen("TIMEOUT", "", time.monotonic() - begun)
        seconds = time.monotonic() - begun
        if run.returncode == PASSED:
            return Seen("GREEN", "", seconds)
        if run.returncode != FAILED:
            return Seen(f"EXIT {run.returncode}", _last_line(run.stdout), seconds)
        return _judged(report, seconds)

    def broken(self, mutation: Mutation) -> Seen:
        """Make the change, run its tests, put the line back."""
        file = self.folder / mutation.file
        original = file.read_text("utf-8") if file.is_file() else ""
        if original.count(mutation.old) != 1:
            return Seen(f"LINE FOUND {original.count(mutation.old)}x", "", 0.0)
        try:
            self._write(file, original.replace(mutation.old, mutation.new))
            return self.run(mutation.tests, mutation.deselected)
        finally:
            self._write(file, original)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text, "utf-8")
        # Compiled code is known by second and size: a change of equal length within a second would pass unseen.
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
            compiled.unlink()


def _judged(report: Path, seconds: float) -> Seen:
    """Red by an assertion or a refusal inside a test; an error in its preparation proves nothing."""
    for case in ElementTree.parse(report).iter("testcase"):
        name = str(case.get("name"))
        failure, error = case.find("failure"), case.find("error")
        if failure is not None:
            said = str(failure.get("message"))
            return Seen(
                "BY ACCIDENT" if _BY_ACCIDENT.match(said) else "red", f"{name}: {_short(said)}", seconds
            )
        if error is not None:
            return Seen("ERROR", f"{name}: {_short(str(error.get('message')))}", seconds)
    return Seen("ERROR", "", seconds)


def _short(said: str) -> str:
    return " ".join(said.split())[:90]


def _last_line(out: bytes) -> str:
    lines = out.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:120] if lines else ""


def untouched_is_green(bench: Bench, mutations: Sequence[Mutation]) -> bool:
    """All tests of the list pass before anything is broken; says which do not."""
    good = True
    for deselected in sorted({one.deselected for one in mutations}):
        tests = dict.fromkeys(test for one in mutations if one.deselected == deselected for test in one.tests)
        seen = bench.run(tests, deselected)
        good = good and seen.verdict == "GREEN"
        print(f"untouched, without {deselected}: {seen.verdict} {seen.by} ({seen.seconds:.0f} s)", flush=True)
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the list, or one invariant of it; prints a table and gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", type=int, metavar="INVARIANT", help="one invariant of product.md §4")
    only = parser.parse_args(arguments).only
    mutations = [one for one in read() if only in (None, one.invariant)]
    begun, bad = time.monotonic(), 0
    with TemporaryDirectory(prefix="hx-mutations-") as folder:
        copy_checkout(Path(folder))
        bench = Bench(Path(folder))
        bench.prove_it_is_imported()
        if not mutations or not untouched_is_green(bench, mutations):
            return 1
        for one in mutations:
            seen = bench.broken(one)
            bad += not seen.good
            print(
                f"{one.invariant:>2} | {one.what} | {seen.verdict} | {seen.seconds:.1f} s | {seen.by}",
                flush=True,
            )
    print(f"{len(mutations)} changes, {bad} not noticed as they should be, {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
