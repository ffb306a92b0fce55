"""The statements and parameters a real request sends to its database, as the driver gets them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from models.db.loops import Port, PostgresPort, SqlitePort


@dataclass(slots=True)
class Captured:
    """One request's statements in order; ``writes`` when it ran in a transaction."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    writes: bool = False


def _plain(parameters: Any) -> Any:
    """As values that can be kept: sqlite3 is given memory views for bytes."""
    if isinstance(parameters, list):
        return [_plain(one) for one in parameters]
    return tuple(bytes(one) if isinstance(one, memoryview) else one for one in parameters)


def engines_of(port: Port) -> tuple[Engine, Engine]:
    """The writing and the reading engine of a port."""
    if isinstance(port, SqlitePort):
        return port._writing, port._reading
    assert isinstance(port, PostgresPort)
    return port._engine.sync_engine, port._reader.sync_engine


@contextmanager
def listening(port: Port) -> Iterator[Captured]:
    """Collect what is sent while the block runs."""
    captured = Captured()

    def seen(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            captured.statements.append((statement, _plain(parameters)))

    def begun(_c: Any) -> None:
        captured.writes = True

    writing, reading = engines_of(port)
    targets: list[tuple[Engine, str, Callable[..., None]]] = [(writing, "before_cursor_execute", seen)]
    if reading is not writing:
        targets.append((reading, "before_cursor_execute", seen))
    for engine, name, handler in targets:
        event.listen(engine, name, handler)
    event.listen(writing, "commit", begun)
    try:
        yield captured
    finally:
        for engine, name, handler in targets:
            event.remove(engine, name, handler)
        event.remove(writing, "commit", begun)
