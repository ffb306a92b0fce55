"""What a person sees: tables on a terminal, plain lines elsewhere; passwords on a terminal, else in a 0600 file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.box import ROUNDED
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from models.operations.chains.verifying import Progress as Told

SHEET_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Row:
    """One account as shown; ``password`` only in the moment it is made."""

    login: str
    title: str
    name: str
    password: str


def say(text: str) -> None:
    """One line of plain text, tabs and all."""
    print(text, flush=True)


def warn(text: str) -> None:
    """One line on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, style="yellow", markup=False)


def is_terminal() -> bool:
    """Whether a person looks at standard output: only then is a secret written there."""
    return sys.stdout.isatty()


def table(*columns: str, rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """A table on a terminal; tab-separated lines elsewhere."""
    if not is_terminal():
        for row in rows:
            say("\t".join(row))
        return
    drawn = Table(
        *columns,
        title=title,
        box=ROUNDED,
        title_justify="left",
        header_style="bold",
        show_header=any(columns),
    )
    for row in rows:
        drawn.add_row(*row)
    _terminal().print(drawn)


def _terminal() -> Console:
    """Standard output, as it is now."""
    return Console(file=sys.stdout, highlight=False)


def write_sheet(file: Path, title: str, rows: Sequence[Row]) -> None:
    """Write the accounts with their passwords into a file that only its owner reads."""
    lines = [title, *("\t".join((row.login, row.title, row.name, row.password)) for row in rows)]
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, SHEET_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write("\n".join(lines) + "\n")


def show_accounts(rows: Sequence[Row], *, title: str) -> None:
    """The accounts with the passwords just made; call on a terminal only."""
    cells = [(row.login, row.title, row.name, row.password) for row in rows]
    table("登录名", "岗位", "姓名", "口令", rows=cells, title=title)


@contextmanager
def progress(what: str) -> Iterator[Told]:
    """A bar on a terminal; elsewhere one plain line for each tenth."""
    if not is_terminal():
        yield _Tenths(what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_terminal(), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Tenths:
    """Progress as lines for a log file."""

    def __init__(self, what: str) -> None:
        self._what, self._told = what, 0

    def __call__(self, done: int, total: int) -> None:
        tenth = done * 10 // total if total else 10
        if tenth > self._told:
            self._told = tenth
            say(f"{self._what} {done}/{total}")
