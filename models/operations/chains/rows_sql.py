"""
Reading the journal as bytes, page by page: what is hashed is what lies in the database, not what a driver makes of it.

SQLite lets a cell hold any type and any bytes; there text is read as a blob, and cells of a wrong type are
looked for first. Every statement is right by itself, so that no transaction is needed and writers go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, String, TextClause, bindparam, text
from sqlalchemy.types import TypeEngine

PAGE_ROWS: Final = 2_000
LEAST_SEQ: Final = -(2**63)
GREATEST_SEQ: Final = 2**63 - 1

_SQLITE: Final = {
    "chains": "select cast(chain as blob) from journal group by chain"
    " union select cast(chain as blob) from journal_head",
    "bounds": "select case typeof(h.seq) when 'integer' then h.seq when 'null' then null else -1 end,"
    " cast(h.prev as blob), cast(h.hash as blob), j.last, j.rows from (select max(seq) as last, count(*) as rows"
    " from journal where chain = cast(cast(:chain as blob) as text) and typeof(seq) = 'integer') j"
    " left join journal_head h on h.chain = cast(cast(:chain as blob) as text)",
    "rows": "select seq, cast(prev as blob), cast(hash as blob), cast(payload as blob) from journal"
    " where chain = cast(cast(:chain as blob) as text) and seq between :first and :last"
    " and typeof(seq) = 'integer' order by seq",
    "next": "select min(seq) from journal where chain = cast(cast(:chain as blob) as text)"
    " and seq between :first and :last and typeof(seq) = 'integer'",
    "newest": "select seq, cast(prev as blob), cast(hash as blob), cast(payload as blob) from journal"
    " where chain = cast(cast(:chain as blob) as text) and seq < :before"
    " and typeof(seq) = 'integer' order by seq desc limit :most",
}
_POSTGRESQL: Final = {
    "chains": "select convert_to(chain, 'UTF8') from journal group by chain"
    " union select convert_to(chain, 'UTF8') from journal_head",
    "bounds": "select h.seq, h.prev, h.hash, j.last, j.rows from (select max(seq) as last, count(*) as rows"
    " from journal where chain = :chain) j"
    " left join journal_head h on h.chain = :chain",
    "rows": "select seq, prev, hash, convert_to(payload, 'UTF8') from journal"
    " where chain = :chain and seq between :first and :last"
    " order by seq",
    "next": "select min(seq) from journal where chain = :chain and seq between :first and :last",
    "newest": "select seq, prev, hash, convert_to(payload, 'UTF8') from journal"
    " where chain = :chain and seq < :before"
    " order by seq desc limit :most",
}
_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    "first": BigInteger(),
    "last": BigInteger(),
    "before": BigInteger(),
    "most": Integer(),
}


def _statement(name: str, *binds: str) -> dict[str, TextClause]:
    typed = [bindparam(bind, type_=_TYPES[bind]) for bind in binds]
    octets_, words = bindparam("chain", type_=LargeBinary()), bindparam("chain", type_=String())
    return {
        "sqlite": text(_SQLITE[name]).bindparams(octets_, *typed),
        "postgresql": text(_POSTGRESQL[name]).bindparams(words, *typed),
    }


def _name(db: Connection, chain: bytes) -> bytes | str:
    """
    A chain's name as the database compares it.

    PostgreSQL uses its index only for plain text, and holds nothing else; SQLite may hold any bytes.
    """
    return chain if db.dialect.name == "sqlite" else chain.decode()


_CHAINS: Final = {"sqlite": text(_SQLITE["chains"]), "postgresql": text(_POSTGRESQL["chains"])}
_BOUNDS: Final = _statement("bounds")
_ROWS: Final = _statement("rows", "first", "last")
_NEXT: Final = _statement("next", "first", "last")
_NEWEST: Final = _statement("newest", "before", "most")
_ODD: Final = text(
    "select rowid, cast(chain as blob) from journal where typeof(chain) <> 'text' or typeof(seq) <> 'integer'"
    " or typeof(prev) <> 'blob' or typeof(hash) <> 'blob' or typeof(payload) <> 'text' limit 100"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A chain's head row, as far as there is one, and its last row, seen in one moment."""

    seq: int | None
    prev: bytes
    hash: bytes
    last: int
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """One journal row in bytes."""

    seq: int
    prev: bytes
    hash: bytes
    payload: bytes


def chains(db: Connection) -> list[bytes]:
    """The names of all chains that have rows or a head."""
    return sorted(bytes(row[0]) for row in db.execute(_CHAINS[db.dialect.name]))


def bounds(db: Connection, chain: bytes) -> Bounds:
    """Head and last row in one statement: a row written meanwhile is in both or in neither."""
    seq, prev, digest, last, count = db.execute(_BOUNDS[db.dialect.name], {"chain": _name(db, chain)}).one()
    return Bounds(seq, octets(prev), octets(digest), last or 0, count)


def rows(db: Connection, chain: bytes, last: int) -> Iterator[Row]:
    """
    The rows of a chain up to a number, in order, a page at a time.

    A page is a range of numbers, not a count: PostgreSQL without fresh statistics would else sort the rest of the
    chain for every page.
    """
    first = _next(db, chain, LEAST_SEQ, last)
    while first is not None:
        end = min(first + PAGE_ROWS - 1, last)
        binds = {"chain": _name(db, chain), "first": first, "last": end}
        page = _read(db, _ROWS[db.dialect.name], binds)
        yield from page
        first = end + 1 if len(page) == PAGE_ROWS else _next(db, chain, end + 1, last)


def _next(db: Connection, chain: bytes, first: int, last: int) -> int | None:
    """The first number in use from ``first`` on."""
    if first > last:
        return None
    binds = {"chain": _name(db, chain), "first": first, "last": last}
    found: int | None = db.execute(_NEXT[db.dialect.name], binds).scalar()
    return found


def newest(db: Connection, chain: bytes, *, before: int | None, limit: int) -> list[Row]:
    """The last rows of a chain (before a number), newest first."""
    binds = {"chain": _name(db, chain), "before": GREATEST_SEQ if before is None else before, "most": limit}
    return _read(db, _NEWEST[db.dialect.name], binds)


def _read(db: Connection, statement: TextClause, binds: Mapping[str, object]) -> list[Row]:
    found = db.execute(statement, binds).all()
    return [Row(seq, octets(prev), octets(digest), octets(payload)) for seq, prev, digest, payload in found]


def odd_cells(db: Connection) -> list[tuple[int, bytes]]:
    """Rows (rowid, chain) with a cell of a wrong type; PostgreSQL cannot hold any."""
    if db.dialect.name != "sqlite":
        return []
    return [(rowid, octets(chain)) for rowid, chain in db.execute(_ODD)]


def octets(value: object) -> bytes:
    """Bytes of whatever a cell holds."""
    if isinstance(value, bytes | memoryview | bytearray):
        return bytes(value)
    return b"" if value is None else str(value).encode("utf-8", "surrogatepass")
