"""Signing keys: the one in hand is in the table before it signs, however many processes start at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

from pydantic import SecretStr
from sqlalchemy import delete, select

from api import server
from models import keyring
from models.db.engines import open_engine, transaction
from models.db.loops import open_port
from models.keyring import new_keys
from models.operations import founding
from models.operations.receipts import issuing, signing
from models.settings import Settings
from models.tables.journal import journal
from models.tables.public import signing_keys as T
from models.vault import Vault
from tests.factories import KEYS, NOW, World

LATER = NOW + timedelta(days=1)
OTHER = Vault(replace(KEYS, signing_key=new_keys().signing_key))


def with_key(world: World, vault: Vault) -> World:
    """The same instance, served by a process with other keys."""
    return World(world.url, world.engine, vault)


def rows(world: World) -> list[tuple[str, bool]]:
    """Each key and whether it is in use."""
    with world.engine.connect() as db:
        return [(row.kid, row.valid_to is None) for row in signing.listed(db)]


def told(world: World) -> list[str]:
    """What the journal says of signing keys."""
    with world.engine.connect() as db:
        payloads = db.execute(select(journal.c.payload).order_by(journal.c.chain, journal.c.seq)).scalars()
        return [
            part
            for payload in payloads
            for part in ("signing_key.enrol", "signing_key.close")
            if f'"{part}"' in payload
        ]


def test_a_founded_instance_has_its_key(world: World) -> None:
    """From the founding on the key in hand is listed, and the journal tells of it once."""
    assert rows(world) == [(world.vault.signing_kid, True)]
    assert told(world) == ["signing_key.enrol"]
    with world.engine.connect() as db:
        assert signing.enrolled(db, world.vault)
        assert not signing.enrolled(db, OTHER)


def test_enrolling_again_changes_nothing(world: World) -> None:
    """A start with the same key writes neither row nor journal."""
    with world.act(now=LATER) as act:
        signing.enrol(act)
    assert rows(world) == [(world.vault.signing_kid, True)]
    assert told(world) == ["signing_key.enrol"]


def test_a_new_key_ends_the_old_one(world: World) -> None:
    """With a new key the old one ends at that moment; one that comes back is open again and the other ends."""
    with with_key(world, OTHER).act(now=LATER) as act:
        signing.enrol(act)
    assert rows(world) == [(world.vault.signing_kid, False), (OTHER.signing_kid, True)]
    assert told(world) == ["signing_key.enrol", "signing_key.close", "signing_key.enrol"]
    with world.engine.connect() as db:
        assert signing.listed(db)[0].valid_to == LATER
    with world.act(now=LATER + timedelta(days=1)) as act:
        signing.enrol(act)
    assert rows(world) == [(world.vault.signing_kid, True), (OTHER.signing_kid, False)]


def test_a_clock_set_back_makes_no_crooked_time(world: World) -> None:
    """A key never ends before it began."""
    with with_key(world, OTHER).act(now=NOW - timedelta(days=2000)) as act:
        signing.enrol(act)
    with world.engine.connect() as db:
        closed = signing.known(db, world.vault.signing_kid)
    assert closed is not None
    assert closed.valid_to == closed.valid_from


def test_many_processes_start_at_once(world: World) -> None:
    """Eight processes with one new key leave one row, one key in use, and one entry for each change in the journal."""
    engines = [open_engine(world.url) for _ in range(8)]
    together = Barrier(len(engines))

    def start(at: int) -> None:
        together.wait()
        with founding.acting(engines[at], OTHER, lambda: LATER) as act:
            signing.enrol(act)

    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(start, range(len(engines))))
    for engine in engines:
        engine.dispose()
    assert rows(world) == [(world.vault.signing_kid, False), (OTHER.signing_kid, True)]
    assert told(world) == ["signing_key.enrol", "signing_key.close", "signing_key.enrol"]


def test_a_receipt_holds_whoever_signs_it(world: World) -> None:
    """A process that was started with another key puts it down with its first receipt; none is worthless."""
    with with_key(world, OTHER).act(now=LATER) as act:
        given = issuing.issue(
            act, number="ABCDEFGHJKM", received_at=LATER, words="臭", files=[], salt=bytes(16)
        )
    with world.act(now=LATER) as act:
        assert issuing.check(act, given).valid
    assert (OTHER.signing_kid, True) in rows(world)


def test_a_server_puts_its_key_down_before_it_answers(world: World, tmp_path: Path) -> None:
    """An instance from before there was such a table has its key listed once a server was started."""
    keyring.create_keys(tmp_path / "keys")
    with transaction(world.engine) as db:
        db.execute(delete(T))
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(world.url))
    port = open_port(world.url, pool_size=2)
    for _ in range(2):
        server.build(settings, port, face="public")
    asyncio.run(port.close())
    vault = Vault(keyring.load_keys(tmp_path / "keys"))
    assert rows(world) == [(vault.signing_kid, True)]
