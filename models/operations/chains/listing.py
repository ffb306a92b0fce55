"""
The journal as the audit reads it: newest first, a chain after the other.

An audit administrator sees the chains of the counties his grant reaches, and the general one (``00``), which
holds accounts, sessions and law of the whole instance. A row that cannot be read is shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from json import loads
from typing import Any

from sqlalchemy import select

from models.domain.access import GRANTS, Actor, Verb
from models.domain.errors import NotFound
from models.operations.act import Act
from models.operations.chains import rows_sql
from models.tables.journal import journal_heads as H

GENERAL = "00"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; ``body`` is empty when the payload is no JSON object any more."""

    chain: str
    seq: int
    hash: bytes
    body: dict[str, Any]


def page(act: Act, *, chain: str | None, after: tuple[str, int] | None, limit: int) -> list[Entry]:
    """
    One page and one more row, of one chain or of all the reader may see.

    Raises:
        NotFound: no such chain, or not his.
    """
    names = chains_of(act)
    if chain is not None:
        if chain not in names:
            raise NotFound()
        names = [chain]
    found: list[Entry] = []
    for name in names:
        if after is not None and name < after[0]:
            continue
        before = after[1] if after is not None and name == after[0] else None
        wanted = limit + 1 - len(found)
        rows = rows_sql.newest(act.db, name.encode(), before=before, limit=wanted)
        found.extend(Entry(name, row.seq, row.hash, _body(row.payload)) for row in rows)
        if len(found) > limit:
            break
    return found


def chains_of(act: Act) -> list[str]:
    """The chains the reader may see, in order."""
    names = act.db.execute(select(H.c.chain)).scalars()
    return sorted(name for name in names if _reaches(act.actor, name))


def _reaches(actor: Actor, chain: str) -> bool:
    held = (grant for grant in actor.grants if Verb.JOURNAL_READ in GRANTS[grant.role])
    return any(chain == GENERAL or grant.covers(chain) for grant in held)


def _body(payload: bytes) -> dict[str, Any]:
    try:
        body = loads(payload)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
