"""
Signing keys with the time each was in use: the current one enrolled at every start, the ones before it closed.

Any number of processes may start at once; the key folder says which key is current, the table only remembers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select, update

from models.db.engines import insert_unless_there
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.public import signing_keys as T
from models.vault import Vault

SKEW: Final = timedelta(minutes=10)
"""What the clocks of two machines may differ, and how long a process goes on with the key it was started with."""


REPEATED: Final = timedelta(days=30)
"""How long after a submission its receipt may be asked for again, and be signed with a key that is newer than it."""


def enrolled(db: Connection, vault: Vault) -> bool:
    """Whether the key in hand stands in the table as the one in use, and no other does: nothing to write then."""
    return list(db.execute(select(T.c.kid).where(T.c.valid_to.is_(None))).scalars()) == [vault.signing_kid]


def enrol(act: Act) -> None:
    """
    Make the key in hand the one in use, from now on; what was in use before ends now.

    A key that comes back (its folder restored from the shares) is opened again: whoever held it could sign
    all the while.
    """
    kid, public = act.vault.signing_kid, act.vault.public_key_raw
    # All of them, in one order: two processes with two keys must not wait for each other.
    there = act.db.execute(select(T).order_by(T.c.kid).with_for_update()).all()
    fresh = act.db.execute(
        insert_unless_there(act.db.dialect.name, T),
        {"kid": kid, "public": public, "valid_from": act.now, "valid_to": None},
    ).rowcount
    reopened = 0
    if not fresh:
        again = update(T).where(T.c.kid == kid, T.c.valid_to.is_not(None)).values(valid_to=None)
        reopened = act.db.execute(again).rowcount
    for row in there:
        if row.kid != kid and row.valid_to is None:
            _close(act, row)
    if fresh or reopened:
        content = {"kid": kid, "public": public.hex(), "valid_from": act.now}
        act.note("signing_key.enrol", "signing_key", kid, chain="00", fields=sorted(content), content=content)


def listed(db: Connection) -> list[AnyRow]:
    """Every key there was (``kid``, ``public``, ``valid_from``, ``valid_to``), the oldest first."""
    return list(db.execute(select(T).order_by(T.c.valid_from, T.c.kid)))


def all_keys(act: Act) -> list[AnyRow]:
    """``listed``, for a route."""
    return listed(act.db)


def known(db: Connection, kid: str) -> AnyRow | None:
    """The key of this id."""
    return db.execute(select(T).where(T.c.kid == kid)).one_or_none()


def may_vouch(key: AnyRow, at: datetime) -> bool:
    """Whether the key was in use at an instant or when its receipt was asked for again, give or take the skew."""
    begun: bool = key.valid_from - REPEATED - SKEW <= at
    return begun and (key.valid_to is None or at <= key.valid_to + SKEW)


def _close(act: Act, row: AnyRow) -> None:
    # A clock set back must not make an interval that ends before it begins.
    ended = max(act.now, row.valid_from)
    act.db.execute(update(T).where(T.c.kid == row.kid).values(valid_to=ended))
    content = {"kid": row.kid, "valid_to": ended}
    act.note("signing_key.close", "signing_key", row.kid, chain="00", fields=["valid_to"], content=content)
