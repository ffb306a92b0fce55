"""
Re-wrapping 换封: every data key is wrapped for the current master, batch by batch, each in a transaction of its own.

What is done is known from the wraps themselves, so a run that was killed is simply run again. Servers go on: they
read rows under either master, and take up the new one with their first request after the rotation.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table

from models.operations.act import Act
from models.operations.identity import wraps
from models.vault import Vault

BATCH: Final = 200
"""Keys in one transaction: about 60 ms of computing, done before the transaction begins."""

Acting = Callable[[], AbstractContextManager[Act]]
Reading = Callable[[], AbstractContextManager[Connection]]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many keys were wrapped anew, and how many could not be opened and stayed as they were."""

    done: int
    unreadable: int


def run(acting: Acting, reading: Reading, vault: Vault, told: Told) -> Rewrapped:
    """Wrap every key for the current master of ``vault``; ``told``: (done, of how many)."""
    with reading() as db:
        total = wraps.count_others(db, vault.kid)
    done = seen = 0
    for table in wraps.TABLES:
        after = None
        while True:
            with reading() as db:
                rows = wraps.batch(db, table, vault.kid, after=after, limit=BATCH)
            if not rows:
                break
            after = rows[-1].id
            seen += len(rows)
            done += _batch(acting, table, wraps.anew(vault, table, rows))
            told(min(seen, total), total)
    return Rewrapped(done, seen - done)


def _batch(acting: Acting, table: Table, changes: list[wraps.Change]) -> int:
    with acting() as act:
        wraps.write(act, table, changes)
    return len(changes)
