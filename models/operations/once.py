"""
A retry is free: the same key or id with the same content gives the same row, however often, however parallel.

Insert-first: the second of two parallel callers waits in the database for the first; nothing about a request
"in progress" is visible. The row keeps scope, key hash, fingerprint, status and resource id, never a body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from models.db.engines import insert_unless_there
from models.domain.errors import OtherContent
from models.domain.words.text import canonical
from models.operations.act import Act
from models.tables.journal import idempotency as T

_SEEN = select(T.c.fingerprint, T.c.resource_id).where(
    T.c.scope == bindparam("scope"), T.c.key_hash == bindparam("key_hash")
)
_KEEP = (
    update(T)
    .where(T.c.scope == bindparam("b_scope"), T.c.key_hash == bindparam("b_key"))
    .values(resource_id=bindparam("b_id"))
)


@dataclass(frozen=True, slots=True)
class Key:
    """What names a request: an ``Idempotency-Key`` (kept 30 days) or a client id (kept for ever)."""

    value: str
    keep: str = "key"  # key | id


def once(
    act: Act,
    key: Key | None,
    route: str,
    content: Any,
    make: Callable[[], UUID],
    *,
    owner: bytes | None = None,
) -> UUID:
    """
    Run ``make`` for the first caller with this key; give every later one the same id.

    ``content`` is the validated input; it is compared as a keyed SHA-256 of its canonical JSON. Keys belong to
    the account, or to ``owner`` (a ticket) where nobody is signed in.

    Raises:
        OtherContent: the key was used for something else.
    """
    if key is None:
        return make()
    whose = act.actor.account_id if owner is None else f"ticket:{owner.hex()}"
    named = {
        "scope": sha256(f"{whose}\n{route}\n{key.keep}".encode()).digest(),
        "key_hash": sha256(key.value.encode()).digest(),
    }
    mark = bytes.fromhex(act.vault.digest(canonical(content)))  # keyed: content may name a person
    row = {"fingerprint": mark, "status": 0, "resource_id": None, "created_at": act.now, "keep": key.keep}
    if act.db.execute(insert_unless_there(act.db.dialect.name, T), named | row).rowcount == 0:
        seen = act.db.execute(_SEEN, named).one()
        if seen.fingerprint != mark:
            raise OtherContent()
        return UUID(str(seen.resource_id))
    made = make()
    act.db.execute(_KEEP, {"b_scope": named["scope"], "b_key": named["key_hash"], "b_id": made})
    return made
