"""
Every wrapped data key there is, in one list: rotation finds them here, and an old master may go once none is left.

A wrap names its master by four bytes (kid) at its third byte; it is bound to ``<table>:<id>:key``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, bindparam, func, select, update

from models.domain.errors import Unreadable
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.complaints import complaints
from models.tables.public import evidence, messages
from models.tables.publications import objections
from models.vault import Vault

COLUMN: Final = "sealed_key"
TABLES: Final[tuple[Table, ...]] = (complaints, messages, evidence, objections)
_KID_AT, _KID_BYTES = 3, 4


@dataclass(frozen=True, slots=True)
class Change:
    """One key wrapped anew: the row, the wrap it had, the wrap it gets."""

    row_id: UUID
    old: bytes
    new: bytes


def aad(table: Table, row_id: UUID) -> str:
    """What a wrap is bound to."""
    return f"{table.name}:{row_id}:key"


def count_under(db: Connection, kid: str) -> dict[str, int]:
    """How many keys are wrapped by one master, per table."""
    return {table.name: _count(db, _kid(table) == bytes.fromhex(kid), table) for table in TABLES}


def count_others(db: Connection, kid: str) -> int:
    """How many keys are wrapped by any other master."""
    return sum(_count(db, _kid(table) != bytes.fromhex(kid), table) for table in TABLES)


def batch(db: Connection, table: Table, kid: str, *, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """The next rows, by id, whose key is wrapped by another master than this."""
    wanted = (
        select(table.c.id, table.c[COLUMN].label("wrapped"))
        .where(table.c[COLUMN].is_not(None), _kid(table) != bytes.fromhex(kid))
        .order_by(table.c.id)
        .limit(limit)
    )
    return db.execute(wanted if after is None else wanted.where(table.c.id > after)).all()


def anew(vault: Vault, table: Table, rows: Sequence[AnyRow]) -> list[Change]:
    """The keys wrapped for the current master; those that cannot be opened are left out."""
    changes = []
    for row in rows:
        old = bytes(row.wrapped)
        try:
            changes.append(Change(row.id, old, vault.rewrap(old, aad=aad(table, row.id))))
        except Unreadable:
            continue
    return changes


def write(act: Act, table: Table, changes: Sequence[Change]) -> None:
    """Put the new wraps in, where the old ones still stand: what was erased meanwhile stays erased."""
    if not changes:
        return
    act.db.execute(
        _replace(table), [{"b_id": one.row_id, "b_old": one.old, "b_new": one.new} for one in changes]
    )
    act.note(
        "keys.rewrap", "keys", act.vault.kid, chain="00", fields=(table.name,), content={"rows": len(changes)}
    )


def _replace(table: Table) -> Any:
    return (
        update(table)
        .where(
            table.c.id == bindparam("b_id", type_=table.c.id.type),
            table.c[COLUMN] == bindparam("b_old", type_=LargeBinary()),
        )
        .values({COLUMN: bindparam("b_new", type_=LargeBinary())})
    )


def _kid(table: Table) -> ColumnElement[bytes]:
    return func.substr(table.c[COLUMN], _KID_AT, _KID_BYTES, type_=LargeBinary())


def _count(db: Connection, those: ColumnElement[bool], table: Table) -> int:
    held = table.c[COLUMN].is_not(None)
    return int(db.execute(select(func.count()).select_from(table).where(held, those)).scalar_one())
