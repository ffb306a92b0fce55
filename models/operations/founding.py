"""Founding 建库: an empty schema becomes an instance, with its chains, divisions and shipped law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, insert, select

from models.db.engines import transaction
from models.domain.access import SYSTEM, Actor
from models.operations import journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.ledgers import published
from models.operations.people import units
from models.operations.receipts import signing
from models.tables.journal import instance
from models.vault import Vault

DIVISIONS: Final = (
    # Source: GB/T 2260 and the statistics bureau's division codes; cut by level.
    ("43", "湖南省", "province", None),
    ("4305", "邵阳市", "city", "43"),
    ("430511", "北塔区", "county", "4305"),
    ("430511001", "新滩镇街道", "township", "430511"),
    ("430511002", "状元洲街道", "township", "430511"),
    ("430511003", "田江街道", "township", "430511"),
    ("430511004", "茶元头街道", "township", "430511"),
    ("430511101", "陈家桥镇", "township", "430511"),
)
VALID_FROM: Final = date(2021, 1, 1)


def kind_of(db: Connection) -> str | None:
    """``sample`` or ``real``; ``None`` when nothing was founded here yet."""
    return db.execute(select(instance.c.kind)).scalar()


def found(db: Connection, vault: Vault, now: datetime, *, kind: str) -> None:
    """Make the instance: general chain, divisions with county chains, and all that this version ships."""
    db.execute(insert(instance).values(only=1, kind=kind, made_at=now, reference_version=1))
    journal.open_chain(db, "00")
    act = Act(db, SYSTEM, now, reference.load(db), vault)
    act.note("instance.found", "instance", kind, chain="00")
    for code, name, level, parent in DIVISIONS:
        units.add_division(act, code=code, name=name, level=level, parent=parent, valid_from=VALID_FROM)
    ship(act)
    signing.enrol(act)
    journal.seal(act)


def ship(act: Act) -> None:
    """Add what this version ships and is not there yet: rules, calendars, published batches; at every upgrade."""
    reference.seed(act)
    act.law = reference.load(act.db)
    published.seed(act)


@contextmanager
def acting(
    engine: Engine, vault: Vault, clock: Callable[[], datetime], actor: Actor = SYSTEM
) -> Iterator[Act]:
    """One act of the command line or the worker: a transaction, sealed into the journal, committed."""
    with transaction(engine) as db:
        act = Act(db, actor, clock(), reference.load(db), vault)
        yield act
        journal.seal(act)
