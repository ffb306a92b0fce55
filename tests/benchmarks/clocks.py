"""
A province of running clocks: forty are made by the real operations and copied within the database.

Forty cases begun 32 to 110 days ago have been reminded as far as they were due. The copies differ in ids, numbers
and subjects: four clocks a case, the first the case's own, the others about something within it. For every five
clocks there is one notice, for every twenty one dispatch; some of each wait for tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Table, text

from models.db.engines import is_sqlite
from models.operations.outgoing.notices import tell_due
from models.operations.outgoing.ways import Exits
from models.tables.cases import assignments, cases
from models.tables.channels import dispatches
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from tests import postgres
from tests.factories import NOW, World
from tests.operations.reminders.stories import assigned_case, scan

RULE: Final = "RPT_CLOSE"
AGES: Final = range(110, 31, -2)
"""How many days ago the forty began; 30 days are half of their time."""

PER_CASE: Final = 4
CHUNK: Final = 100_000
NOBODY: Final = Exits({})
"""Nothing leads out of the house: the inbox is the delivery."""

CASE, CLOCK, SUBJECT, ASSIGNMENT, NOTICE, DISPATCH = (
    "0ca5e000",
    "0c10c000",
    "05bec700",
    "0a551000",
    "0107ce00",
    "0d15a000",
)

_MODELS: Final[Mapping[Table, str]] = {
    cases: "true",
    assignments: "true",
    deadlines: f"x.state = 'running' and x.rule_id = '{RULE}'",
    notices: "x.id = (select n.id from notice n where n.case_id = x.case_id order by n.id limit 1)",
}


def id_of(kind: str, number: int) -> UUID:
    """The id of the so-manieth copy; they rise as ids made in time do."""
    return UUID(f"{kind}{number:024x}")


def load(world: World, count: int) -> None:
    """``count`` running clocks with their cases, notices and dispatches, none of them due at ``NOW``."""
    for age in AGES:
        assigned_case(world, now=NOW - timedelta(days=age))
    while scan(world, NOW).clocks:
        pass
    with world.act(now=NOW) as act:
        while tell_due(act, NOBODY):
            pass
    with world.engine.connect() as db:
        _Copier(db, sqlite=is_sqlite(world.url)).copy_all(count)
    if not is_sqlite(world.url):
        postgres.tidy(world.url)  # no SQLite of ours is ever analysed


class _Copier:
    """Copies rows of models by statements that never leave the database, a chunk a transaction."""

    def __init__(self, db: Connection, *, sqlite: bool) -> None:
        self._db = db
        self._sqlite = sqlite

    def copy_all(self, count: int) -> None:
        with self._db.begin():
            self._db.exec_driver_sql(
                "pragma cache_size = -200000" if self._sqlite else "set statement_timeout = 0"
            )
            for table, where in _MODELS.items():
                order = "id" if table is cases else "case_id"
                numbered = f"row_number() over (order by x.{order}) - 1 as model_no, x.*"
                self._db.exec_driver_sql(
                    f"create temporary table model_{table.name} as select {numbered} from {table.name} x where {where}"
                )
        self._copy(cases, count // PER_CASE, self._new_cases())
        self._copy(assignments, count // PER_CASE, self._new_assignments())
        self._copy(deadlines, count, self._new_clocks(), per_model=PER_CASE)
        self._copy(dispatches, count // 20, self._new_dispatches(), model=notices)
        self._copy(notices, count // 5, self._new_notices(), per_model=PER_CASE)

    def _copy(
        self,
        table: Table,
        count: int,
        new: Mapping[str, str],
        *,
        per_model: int = 1,
        model: Table | None = None,
    ) -> None:
        """``new``: by column what differs from the model, as SQL over the number ``i``."""
        names = [column.name for column in table.columns]
        values = ", ".join(new.get(name, f't."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        statement = text(
            f"""
            insert into {table.name} ({columns})
            with recursive s(i) as (
                select cast(:first as integer) union all select i + 1 from s where i + 1 < cast(:end as integer)
            )
            select {values} from s
            join model_{(model if model is not None else table).name} t on t.model_no = (i / {per_model}) % {len(AGES)}
            """
        )
        for first, end in _chunks(count):
            with self._db.begin():
                self._db.execute(statement, {"first": first, "end": end})

    def _new_cases(self) -> dict[str, str]:
        return {"id": self._id(CASE, "i"), "number": "'复制' || i"}

    def _new_assignments(self) -> dict[str, str]:
        return {"id": self._id(ASSIGNMENT, "i"), "case_id": self._id(CASE, "i")}

    def _new_clocks(self) -> dict[str, str]:
        case = self._id(CASE, f"i / {PER_CASE}")
        own = f"case when i % {PER_CASE} = 0 then {case} else {self._id(SUBJECT, 'i')} end"
        return {"id": self._id(CLOCK, "i"), "case_id": case, "subject_id": own}

    def _new_dispatches(self) -> dict[str, str]:
        waits = "i % 10 = 0"
        return {
            "id": self._id(DISPATCH, "i"),
            "key": "'notice/' || i",
            "day": "t.due_on",
            "created_at": "t.planned_at",
            "state": f"case when {waits} then 'waiting' else 'sent' end",
            "next_at": self._tomorrow(waits, "t.next_at"),
            "sent_at": f"case when {waits} then null else t.sent_at end",
        }

    def _new_notices(self) -> dict[str, str]:
        """One in twenty waits to be told, one in four is bound to a dispatch, one in twenty is to be acknowledged."""
        free, bound = "i % 20 = 0", "i % 4 = 1"
        waits = f"({free} or ({bound} and i / 4 % 10 = 0))"
        return {
            "id": self._id(NOTICE, "i"),
            "deadline_id": self._id(CLOCK, "i"),
            "case_id": self._id(CASE, f"i / {PER_CASE}"),
            "dispatch_id": f"case when {bound} then {self._id(DISPATCH, 'i / 4')} end",
            "state": f"case when {waits} then 'waiting' else 'sent' end",
            "next_at": self._tomorrow(free, "t.next_at"),
            "sent_at": f"case when {free} then null else t.sent_at end",
            "ack_due_at": self._tomorrow("i % 20 = 3", "t.ack_due_at"),
        }

    def _id(self, kind: str, number: str) -> str:
        if self._sqlite:
            return f"'{kind}' || printf('%024x', {number})"
        return f"cast('{kind}' || lpad(to_hex({number}), 24, '0') as uuid)"

    def _tomorrow(self, when: str, otherwise: str) -> str:
        at = "'2026-11-24T01:00:00.000Z'"
        at = at if self._sqlite else f"timestamptz {at}"
        return f"case when {when} then {at} else {otherwise} end"


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, CHUNK):
        yield first, min(first + CHUNK, count)
