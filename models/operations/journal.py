"""
The journal 审计链: one append-only row per write and sensitive read, chained per county.

``seal`` is called by whoever opened the transaction, last thing before the commit: the head row of each
chain is locked, advanced and copied into the journal in sorted order, so the lock lasts one ``fsync``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, text

from models.domain.errors import HuanxunError
from models.domain.law import chain_of
from models.domain.words.text import canonical
from models.operations.act import Act, Entry
from models.tables.journal import journal_heads

_APPEND_PG = text(
    "with h as (update journal_head set seq = seq + 1, prev = hash, hash = sha256(hash ||"
    " convert_to(chain || ':' || (seq + 1) || ':' || cast(:payload as text), 'UTF8'))"
    " where chain = :chain returning chain, seq, prev, hash)"
    " insert into journal (chain, seq, prev, hash, payload)"
    " select chain, seq, prev, hash, cast(:payload as text) from h"
)
_ADVANCE_SQLITE = text(
    "update journal_head set seq = seq + 1, prev = hash, hash = chain_hash(hash, chain, seq + 1, :payload)"
    " where chain = :chain returning chain, seq, prev, hash"
)
_INSERT_SQLITE = text(
    "insert into journal (chain, seq, prev, hash, payload) values (:chain, :seq, :prev, :hash, :payload)"
)


def seal(act: Act) -> None:
    """Write the act's entries; nothing may be locked after this."""
    if not act.entries:
        return
    for entry in sorted(act.entries, key=lambda entry: entry.chain):
        _append(act.db, entry.chain, payload_of(act, entry))
    act.entries.clear()


def payload_of(act: Act, entry: Entry) -> str:
    """The canonical JSON text that is hashed and stored: names and keyed digests, no personal value."""
    actor = act.actor
    body: dict[str, Any] = {
        "at": act.now,
        "by": actor.account_id,
        "verb": entry.verb,
        "on": [entry.kind, entry.subject],
    }
    if entry.fields:
        body["fields"] = list(entry.fields)
    if entry.content is not None:
        body["digest"] = act.vault.digest(canonical(entry.content))
    if entry.reason is not None:
        body["reason"] = entry.reason
    if act.request_id:
        body["request"] = act.request_id
    return canonical(body).decode()


def _append(db: Connection, chain: str, payload: str) -> None:
    if db.dialect.name == "postgresql":
        if db.execute(_APPEND_PG, {"chain": chain, "payload": payload}).rowcount != 1:
            raise LookupError(f"journal chain {chain} has no head")
        return
    head = db.execute(_ADVANCE_SQLITE, {"chain": chain, "payload": payload}).one_or_none()
    if head is None:
        raise LookupError(f"journal chain {chain} has no head")
    db.execute(_INSERT_SQLITE, {**head._mapping, "payload": payload})


def open_chain(db: Connection, chain: str) -> None:
    """Begin a chain for a county; its first ``prev`` is 32 zero bytes."""
    db.execute(insert(journal_heads).values(chain=chain, seq=0, prev=bytes(32), hash=bytes(32)))


def refused(
    error: HuanxunError, verb: str, kind: str, subject: object, *, division: str = "00"
) -> HuanxunError:
    """Attach to a refusal the row that ``work.do`` writes about it after the roll-back."""

    def record(act: Act) -> None:
        act.note(verb, kind, subject, chain=_known_chain(act, division), reason=error.code)

    return error.recorded(record)


def _known_chain(act: Act, division: str) -> str:
    chain = chain_of(division)
    return chain if chain == "00" or chain in act.law.divisions else "00"
