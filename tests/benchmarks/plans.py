"""How the databases find the rows: the plan of every statement that was sent while something ran."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

BIG: Final = ("deadline", "notice", "dispatch", "case_file", "assignment")
"""Tables that nobody may walk from end to end."""


@dataclass(slots=True)
class Sent:
    """Each different statement once, in order, with the parameters of its first run."""

    statements: dict[str, Any] = field(default_factory=dict)


@contextmanager
def listening(*engines: Engine) -> Iterator[Sent]:
    """Collect what is sent while the block runs."""
    sent = Sent()

    def seen(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if statement.lower().startswith(("select", "update", "insert", "delete")):
            sent.statements.setdefault(statement, parameters[0] if many else parameters)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", seen)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", seen)


def plan_of(db: Connection, statement: str, parameters: Any) -> list[str]:
    """The plan as lines; on PostgreSQL the one for any parameters, which a prepared statement ends with."""
    if db.dialect.name == "sqlite":
        rows = db.exec_driver_sql(f"explain query plan {statement}", parameters)
        return [str(row.detail) for row in rows]
    numbers: dict[str, str] = {}
    for name in re.findall(r"%\((\w+)\)s", statement):
        numbers.setdefault(name, f"${len(numbers) + 1}")
    anyones = re.sub(r"%\((\w+)\)s", lambda found: numbers[found[1]], statement)
    rows = db.exec_driver_sql(f"explain (generic_plan) {anyones}")
    return [str(row[0]) for row in rows]


def walked(plan: Sequence[str]) -> list[str]:
    """The lines in which a big table is read from end to end, or many of its rows are sorted."""
    tables = "|".join(BIG)
    whole = re.compile(
        rf"Seq Scan on ({tables})\b|^SCAN ({tables})\b(?!.* USING (COVERING )?INDEX)|\bSort  \(.* rows=\d{{5}}"
    )
    return [line.strip() for line in plan if whole.search(line)]
