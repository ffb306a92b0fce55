"""Sweeping photos: only what nobody can need goes, rows before files, and what is in use stays."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.ids import uuid7
from models.files.store import FOLDER, FolderStore, copy_key, sealed_key
from models.operations.evidence import sweeps
from models.operations.public import photos, tickets
from models.operations.public.photos import StoredPhoto
from models.tables.complaints import complaints
from models.tables.journal import journal
from models.tables.public import evidence
from tests.factories import NOW, World
from tests.operations.reminders.stories import complained_case

LATER = NOW + timedelta(hours=49)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / FOLDER)


def mark_of(number: int) -> bytes:
    """The mark of a ticket that may still be opened."""
    return number.to_bytes(12, "big") + int((NOW + timedelta(hours=2)).timestamp()).to_bytes(4, "big")


def received(
    world: World, store: FolderStore, number: int, copy: bytes = b"copy", *, spent: bool = False
) -> UUID:
    """A photo with its files under a ticket of its own."""
    photo = StoredPhoto(
        id=uuid7(NOW),
        sha256=sha256(b"original %d" % number).digest(),
        sm3=bytes(32),
        size=100,
        media_type="image/jpeg",
        sealed_key=b"wrapped",
        copy_sha256=sha256(copy).digest(),
        copy_size=len(copy),
        width=1,
        height=1,
    )
    store.put(sealed_key(photo.id), b"sealed")
    store.put(copy_key(photo.copy_sha256), copy)
    with world.act() as act:
        assert photos.expect(act, mark_of(number), 100, photo.sha256) is None
        assert photos.receive(act, mark_of(number), photo) == photo.id
    if spent:
        complained_case(world)
        with world.act() as act:
            complaint_id = act.db.execute(select(complaints.c.id)).scalars().first()
            assert complaint_id is not None
            tickets.spend(act, mark_of(number), complaint_id)
            assert photos.attach(act, mark_of(number), complaint_id) == 1
    return photo.id


def age(tmp_path: Path) -> None:
    """Let every file have been put 49 hours ago."""
    then = time.time() - 49 * 3600
    for path in (tmp_path / FOLDER).rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def swept(world: World, store: FolderStore, now: datetime = LATER) -> int:
    """A whole day of sweeps; how many calls it took."""
    calls = 0
    for hour in range(24):
        done = False
        while not done:
            calls += 1
            with world.act(now=now) as act:
                done = sweeps.sweep(store, act, {"hour": hour})
    return calls


def rows(world: World) -> set[UUID]:
    with world.engine.connect() as db:
        return set(db.execute(select(evidence.c.id)).scalars())


def test_a_photo_of_a_ticket_never_spent_goes(world: World, store: FolderStore, tmp_path: Path) -> None:
    """After two days a row without a complaint is gone, and its files after it; a copy others have stays."""
    loose = received(world, store, 1, b"shared")
    alone = received(world, store, 2, b"alone")
    kept = received(world, store, 3, b"shared", spent=True)
    age(tmp_path)
    swept(world, store)
    assert rows(world) == {kept}
    there = {id_: store.exists(sealed_key(id_)) for id_ in (loose, alone, kept)}
    assert there == {loose: False, alone: False, kept: True}
    assert store.exists(copy_key(sha256(b"shared").digest()))
    assert not store.exists(copy_key(sha256(b"alone").digest()))


def test_nothing_young_goes(world: World, store: FolderStore, tmp_path: Path) -> None:
    """Within two days neither an unattached row nor a file without one is touched."""
    loose = received(world, store, 1)
    store.put(sealed_key(uuid7(NOW)), b"its row is not committed yet")
    swept(world, store, NOW + timedelta(hours=47))
    assert rows(world) == {loose}
    assert len([path for path in (tmp_path / FOLDER).rglob("*") if path.is_file()]) == 3


def test_rows_go_before_their_files(world: World, store: FolderStore, tmp_path: Path) -> None:
    """The transaction that takes a row away leaves its files: they are only taken once the row is gone for good."""
    loose = received(world, store, 1)
    age(tmp_path)
    shard = int(loose.hex[-2:], 16)
    with world.act(now=LATER) as act:
        assert sweeps.sweep(store, act, {"hour": shard % 24}) is False
    assert rows(world) == set()
    assert store.exists(sealed_key(loose))
    with world.act(now=LATER) as act:
        assert sweeps.sweep(store, act, {"hour": shard % 24}) is True
    assert not store.exists(sealed_key(loose))


def test_an_original_that_nobody_can_open_goes(world: World, store: FolderStore, tmp_path: Path) -> None:
    """Once its key was destroyed, a sealed original is taken from the disk; the row stays."""
    kept = received(world, store, 1, spent=True)
    with world.engine.begin() as db:
        db.execute(update(evidence).values(sealed_key=None))
    age(tmp_path)
    swept(world, store)
    assert rows(world) == {kept}
    assert not store.exists(sealed_key(kept))


def test_many_go_in_portions(world: World, store: FolderStore, tmp_path: Path) -> None:
    """Fifty at a time, until all are gone; what was done is journalled by number only."""
    for number in range(60):
        store.put(copy_key(bytes([0]) + sha256(b"%d" % number).digest()[1:]), b"x")
    age(tmp_path)
    assert swept(world, store) == 25
    assert [path for path in (tmp_path / FOLDER).rglob("*") if path.is_file()] == []
    with world.engine.connect() as db:
        payloads = db.execute(select(journal.c.payload)).scalars().all()
    assert len([one for one in payloads if '"evidence.sweep"' in one]) == 2
