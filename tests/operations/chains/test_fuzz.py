"""Any change of any byte of the journal is found."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, text

from tests.factories import World
from tests.operations.chains.attacker import ONE, ROWS, Scene, put, row, set_head, setting, sql

TIMES: Final = 60
COLUMNS: Final = ("prev", "hash", "payload")


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    return setting(world, tmp_path)


def flipped(value: bytes, chance: random.Random) -> bytes:
    """One byte made another."""
    place = chance.randrange(len(value))
    return value[:place] + bytes([value[place] ^ chance.randrange(1, 256)]) + value[place + 1 :]


def other_text(value: str, chance: random.Random) -> str:
    """One ASCII byte of a text made another printable one."""
    places = [i for i, letter in enumerate(value) if letter.isascii()]
    place = chance.choice(places)
    letters = [chr(code) for code in range(32, 127) if chr(code) != value[place]]
    return value[:place] + chance.choice(letters) + value[place + 1 :]


def test_one_changed_byte_is_found(scene: Scene) -> None:
    """A random byte of a random cell, changed and changed back sixty times: found as an edit each time, then green."""
    chance = random.Random(20261123)
    for _ in range(TIMES):
        seq, column = chance.randrange(1, ROWS + 1), chance.choice(COLUMNS)
        with scene.world.engine.connect() as db:
            before = row(db, ONE, seq)[column]
        after = other_text(before, chance) if column == "payload" else flipped(before, chance)
        scene.attack(lambda db, c={column: after}, s=seq: put(db, ONE, s, **c))  # type: ignore[misc]
        assert scene.found() == [("edit", ONE, seq)], (seq, column, before, after)
        scene.attack(lambda db, c={column: before}, s=seq: put(db, ONE, s, **c))  # type: ignore[misc]
    assert scene.found() == []


def test_a_changed_key_is_found(scene: Scene) -> None:
    """Another number or another chain for a row is found for every row."""
    for seq in range(1, ROWS + 1):
        for change in (
            "seq = seq + 1000",
            "seq = -seq",
            "chain = '43058'",
            "chain = '430582', seq = seq + 500",
        ):
            scene.attack(
                lambda db, c=change, s=seq: sql(  # type: ignore[misc]
                    db, f"update journal set {c} where chain = :chain and seq = :seq", chain=ONE, seq=s
                )
            )
            assert scene.found() != [], (seq, change)
            scene.attack(lambda db, s=seq: back(db, s))  # type: ignore[misc]
    assert scene.found() == []


def back(db: Connection, seq: int) -> None:
    """Find the row under whatever name it has now and put it back."""
    for chain, number in ((ONE, seq + 1000), (ONE, -seq), ("43058", seq), ("430582", seq + 500)):
        sql(
            db,
            "update journal set chain = :home, seq = :seq where chain = :chain and seq = :number",
            home=ONE,
            seq=seq,
            chain=chain,
            number=number,
        )


def test_a_changed_head_is_found(scene: Scene) -> None:
    """A random byte of a head row is found as a changed head."""
    chance = random.Random(1123)
    last: dict[str, bytes] = {}
    with scene.world.engine.connect() as db:
        last = {name: value for name, value in row(db, ONE, ROWS).items() if name != "payload"}
    for _ in range(10):
        column = chance.choice(("prev", "hash"))
        wrong = last | {column: flipped(last[column], chance)}
        scene.attack(lambda db, w=wrong: set_head(db, ONE, ROWS, w["prev"], w["hash"]))  # type: ignore[misc]
        assert scene.found() == [("head", ONE, ROWS)]
    scene.attack(lambda db: set_head(db, ONE, ROWS, last["prev"], last["hash"]))
    assert scene.found() == []


SQLITE_ONLY: Final = (
    "update journal set payload = cast(x'ff00fe' as text) where chain = '430581' and seq = 4",
    "update journal set payload = payload || x'00' where chain = '430581' and seq = 4",
    "update journal set payload = cast(payload as blob) where chain = '430581' and seq = 4",
    "update journal set hash = hex(hash) where chain = '430581' and seq = 4",
    "update journal set prev = 1.5 where chain = '430581' and seq = 4",
    "update journal set seq = 'four' where chain = '430581' and seq = 4",
    "update journal set seq = cast(x'ff' as text) where chain = '430581' and seq = 4",
    "update journal set seq = 4.5 where chain = '430581' and seq = 4",
    "update journal set seq = -9223372036854775807 - 1 where chain = '430581' and seq = 4",
    "update journal set seq = 9223372036854775807 where chain = '430581' and seq = 4",
    "update journal set chain = cast(x'ff34' as text) where chain = '430581' and seq = 4",
    "update journal set chain = cast(chain as blob) where chain = '430581' and seq = 4",
    "update journal_head set seq = 'x' where chain = '430581'",
    "update journal_head set hash = 'x' where chain = '430581'",
    "update journal_head set chain = cast(x'ff' as text) where chain = '430581'",
)
POSTGRESQL_ONLY: Final = (
    "update journal set seq = -9223372036854775807 - 1 where chain = '430581' and seq = 4",
    "update journal set seq = 9223372036854775807 where chain = '430581' and seq = 4",
    "update journal set chain = '' where chain = '430581' and seq = 4",
    "update journal set hash = '' where chain = '430581' and seq = 4",
    "update journal set payload = '' where chain = '430581' and seq = 4",
    "update journal_head set seq = -1 where chain = '430581'",
)


def test_cells_that_cannot_be_read_are_found(scene: Scene) -> None:
    """What only one of the databases can hold (bytes that are no text, wrong types, extreme numbers) stops nothing."""
    mine = {"sqlite": SQLITE_ONLY, "postgresql": POSTGRESQL_ONLY}[scene.world.engine.dialect.name]
    for statement in mine:
        with scene.world.engine.connect() as db:
            transaction = db.get_transaction() or db.begin()
            for name in ("journal_no_update", "journal_no_delete", "journal_no_replace"):
                if db.dialect.name == "sqlite":
                    db.execute(text(f"drop trigger {name}"))
            if db.dialect.name == "postgresql":
                db.execute(text("drop trigger journal_no_change on journal"))
            db.execute(text(statement))
            report = scene.verify_in(db)
            transaction.rollback()
        assert not report.ok, statement
    assert scene.found() == []
