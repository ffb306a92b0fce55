"""Somebody with the database password, and a journal worth attacking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, bindparam, text

from models.db.engines import chain_hash, transaction
from models.operations import journal
from models.operations.chains import anchors
from models.operations.chains.verifying import Report, verify
from tests.factories import NOW, World

ONE, OTHER = "430581", "430582"
"""Two chains of their own, so that their rows can be counted."""

ROWS = 12
"""Rows of each of the two before an attack."""
SIGNED = 6
"""The row at which the heads were signed once before the last time."""

DROP = {
    "sqlite": ("journal_no_update", "journal_no_delete", "journal_no_replace"),
    "postgresql": ("journal_no_change on journal", "journal_no_truncate on journal"),
}
Cell = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """A world with two chains of twelve rows, with the log of its heads."""

    world: World
    log: Path

    def write(self, rows: int, *, chain: str = ONE) -> None:
        """So many honest acts."""
        for number in range(rows):
            with self.world.act() as act:
                act.note(
                    "thing.change", "thing", number, chain=chain, fields=("名称",), content={"n": number}
                )

    def sign(self, minutes: int = 0) -> None:
        with self.world.engine.connect() as db:
            anchors.sign_heads(db, self.world.vault, self.log, NOW + timedelta(minutes=minutes))

    def verify(self, *, published: list[str] | None = None) -> Report:
        with self.world.engine.connect() as db:
            return self.verify_in(db, published=published)

    def verify_in(self, db: Connection, *, published: list[str] | None = None) -> Report:
        vault = self.world.vault
        return verify(
            db,
            public_keys={vault.signing_kid: vault.public_key_raw},
            heads_log=self.log,
            published=published or [],
            vault=vault,
        )

    def found(self) -> list[Cell]:
        """What verify names: kind, chain, number."""
        return [(one.kind.value, one.chain, one.seq) for one in self.verify().findings]

    def attack(self, *deeds: Callable[[Connection], None]) -> None:
        """Do it with the triggers out of the way, as an attacker would."""
        with transaction(self.world.engine) as db:
            for name in DROP[db.dialect.name]:
                db.exec_driver_sql(f"drop trigger if exists {name}")
            for deed in deeds:
                deed(db)


def setting(world: World, folder: Path) -> Scene:
    """Twelve rows in each of two chains, signed at the sixth and at the last."""
    scene = Scene(world, folder / "heads.log")
    with transaction(world.engine) as db:
        journal.open_chain(db, ONE)
        journal.open_chain(db, OTHER)
    for chain in (ONE, OTHER):
        scene.write(SIGNED, chain=chain)
    scene.sign()
    for chain in (ONE, OTHER):
        scene.write(ROWS - SIGNED, chain=chain)
    scene.sign(10)
    return scene


def sql(db: Connection, statement: str, **binds: Any) -> None:
    """One statement; bytes are bound as bytes."""
    octets = [
        bindparam(name, type_=LargeBinary()) for name, value in binds.items() if isinstance(value, bytes)
    ]
    db.execute(text(statement).bindparams(*octets), binds)


def row(db: Connection, chain: str, seq: int) -> Mapping[str, Any]:
    found = db.execute(
        text("select prev, hash, payload from journal where chain = :chain and seq = :seq"),
        {"chain": chain, "seq": seq},
    ).one()
    return {"prev": bytes(found.prev), "hash": bytes(found.hash), "payload": found.payload}


def put(db: Connection, chain: str, seq: int, **columns: Any) -> None:
    """Overwrite columns of one row."""
    for name, value in columns.items():
        sql(
            db,
            f"update journal set {name} = :{name}_ where chain = :c and seq = :s",
            **{f"{name}_": value},
            c=chain,
            s=seq,
        )


def renumber(db: Connection, chain: str, first: int, by: int) -> None:
    """Move rows up or down, in an order that never meets a number in use."""
    last = db.execute(text("select max(seq) from journal where chain = :c"), {"c": chain}).scalar_one()
    numbers = range(last, first - 1, -1) if by > 0 else range(first, last + 1)
    for seq in numbers:
        sql(db, "update journal set seq = :new where chain = :c and seq = :s", new=seq + by, c=chain, s=seq)


def recompute(db: Connection, chain: str, first: int, *, head: bool = True) -> None:
    """Right hashes for every row from ``first`` on, and a head to match."""
    last = db.execute(text("select max(seq) from journal where chain = :c"), {"c": chain}).scalar_one()
    prev = row(db, chain, first - 1)["hash"] if first > 1 else bytes(32)
    for seq in range(first, last + 1):
        payload = row(db, chain, seq)["payload"]
        digest = chain_hash(prev, chain, seq, payload)
        put(db, chain, seq, prev=prev, hash=digest)
        if head:
            set_head(db, chain, seq, prev, digest)
        prev = digest


def set_head(db: Connection, chain: str, seq: int, prev: bytes, digest: bytes) -> None:
    sql(
        db,
        "update journal_head set seq = :s, prev = :p, hash = :h where chain = :c",
        s=seq,
        p=prev,
        h=digest,
        c=chain,
    )


def insert_row(db: Connection, chain: str, seq: int, prev: bytes, digest: bytes, payload: str) -> None:
    sql(
        db,
        "insert into journal (chain, seq, prev, hash, payload) values (:c, :s, :p, :h, :y)",
        c=chain,
        s=seq,
        p=prev,
        h=digest,
        y=payload,
    )


def delete(db: Connection, chain: str, first: int, last: int) -> None:
    sql(db, "delete from journal where chain = :c and seq between :a and :b", c=chain, a=first, b=last)
