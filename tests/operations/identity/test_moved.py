"""A ciphertext opens in its own table, row and column only, and a wrapped key with its own row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from models.domain.errors import Unreadable
from models.domain.public.messages import Direction, MessageKind
from models.keyring import Keys, new_keys
from models.operations.identity import opening, views, wraps
from models.tables.base import metadata
from models.tables.complaints import complaints as T
from models.tables.public import messages as M
from models.vault import Vault, kid_of_wrap, new_data_key
from tests.factories import KEYS, NOW, World
from tests.operations.law.story import Story

REASON = "回访前核对联系方式"


def registered(world: World) -> UUID:
    made: UUID = Story(world).register().made["id"]
    return made


def look(world: World, complaint_id: UUID) -> dict[str, Any]:
    with world.act("clerk") as act:
        return opening.view_identity(act, complaint_id, reason=REASON)


def message(world: World, complaint_id: UUID) -> UUID:
    with world.act() as act:
        made, data_key = act.new_id(), new_data_key()
        act.db.execute(
            insert(M).values(
                id=made,
                complaint_id=complaint_id,
                direction=Direction.IN,
                kind=MessageKind.MESSAGE,
                at=NOW,
                sealed_key=act.vault.wrap(data_key, aad=wraps.aad(M, made)),
                sealed_text=act.vault.seal(data_key, "又冒烟了", place=f"message:{made}:text"),
            )
        )
    return made


def cells(world: World, table: Any, row_id: UUID) -> Any:
    with world.engine.connect() as db:
        return db.execute(select(table).where(table.c.id == row_id)).one()


def put(world: World, table: Any, row_id: UUID, **values: bytes) -> None:
    with world.engine.begin() as db:
        db.execute(update(table).where(table.c.id == row_id).values(**values))


@pytest.mark.parametrize(
    ("source", "target"), [("identity", "words"), ("words", "identity"), ("words", "details")]
)
def test_not_in_another_column(world: World, source: str, target: str) -> None:
    """Words put in the place of the identity, under the right key, are unreadable there."""
    complaint_id = registered(world)
    moved = getattr(cells(world, T, complaint_id), f"sealed_{source}")
    put(world, T, complaint_id, **{f"sealed_{target}": moved})
    with pytest.raises(Unreadable):
        look(world, complaint_id)


def test_not_in_another_table(world: World) -> None:
    """A complaint's key and words put into a message, and a message's into a complaint, open nothing."""
    one, other = registered(world), registered(world)
    written = message(world, other)
    complaint, said = cells(world, T, one), cells(world, M, written)
    assert look(world, other)["messages"][0]["text"] == "又冒烟了"
    put(world, M, written, sealed_key=complaint.sealed_key, sealed_text=complaint.sealed_words)
    with pytest.raises(Unreadable):
        look(world, other)
    put(world, T, one, sealed_key=said.sealed_key, sealed_words=said.sealed_text)
    with pytest.raises(Unreadable):
        look(world, one)


def test_not_in_another_row(world: World) -> None:
    """A message with its key, copied over another message, is unreadable there."""
    one, other = registered(world), registered(world)
    first, second = message(world, one), message(world, other)
    moved = cells(world, M, first)
    put(world, M, second, sealed_key=moved.sealed_key, sealed_text=moved.sealed_text)
    with pytest.raises(Unreadable):
        look(world, other)


def test_a_look_that_fails_leaves_no_view(world: World) -> None:
    """What could not be opened was not seen: no row says it was."""
    complaint_id = registered(world)
    put(world, T, complaint_id, sealed_words=b"\x01\x01" + bytes(40))
    with pytest.raises(Unreadable):
        look(world, complaint_id)
    with world.act("supervisor") as act:
        assert views.listed(act, complaint_id, after=None, limit=10) == []


def test_what_was_erased_meanwhile_stays_erased(world: World) -> None:
    """A key destroyed between the reading and the writing of a batch is not brought back by its new wrap."""
    one, other = registered(world), registered(world)
    vault = Vault(two_masters(KEYS))
    with world.engine.connect() as db:
        rows = wraps.batch(db, T, vault.kid, after=None, limit=10)
    changes = wraps.anew(vault, T, rows)
    assert {change.row_id for change in changes} == {one, other}
    with world.engine.begin() as db:
        db.execute(update(T).where(T.c.id == one).values(sealed_key=None))
    with world.act() as act:
        wraps.write(act, T, changes)
    assert cells(world, T, one).sealed_key is None
    assert kid_of_wrap(bytes(cells(world, T, other).sealed_key)) == vault.kid


def two_masters(keys: Keys) -> Keys:
    """The same keys with a newer master."""
    newer = new_keys()
    return replace(
        keys,
        masters={**keys.masters, **newer.masters},
        publics={**keys.publics, **newer.publics},
        current=newer.current,
    )


def test_every_wrapped_key_is_on_the_list() -> None:
    """No table keeps a wrapped key that rotation does not know."""
    holding = {table.name for table in metadata.sorted_tables if wraps.COLUMN in table.c}
    assert {table.name for table in wraps.TABLES} == holding
