"""A worker's station 工位: its database, keys, clock and name; acts in transactions of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from models.db.engines import transaction
from models.domain.access import SYSTEM
from models.domain.law import Law
from models.operations import journal
from models.operations.act import Act
from models.operations.law import reference
from models.vault import Vault


@dataclass(slots=True)
class Station:
    """What everything a worker does shares."""

    engine: Engine
    reader: Engine
    vault: Vault
    clock: Callable[[], datetime]
    name: str  # worker:<host>:<pid>
    _law: Law | None = None

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One act of the system: a transaction, sealed into the journal, committed."""
        with transaction(self.engine) as db:
            act = Act(db, SYSTEM, self.clock(), self._law_of(db), self.vault)
            yield act
            journal.seal(act)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for single statements, without a transaction."""
        with self.reader.connect() as db:
            yield db

    def close(self) -> None:
        self.engine.dispose()
        self.reader.dispose()

    def _law_of(self, db: Connection) -> Law:
        """The law in force, read again only when it has changed."""
        version = reference.version(db)
        if self._law is None or self._law.version != version:
            self._law = reference.load(db)
        return self._law
