"""Many writers on one and on several chains: no gap, no deadlock, nothing in the wrong order."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event, Timer
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from models.db.engines import chain_hash, open_engine, open_reader, transaction
from models.db.loops import open_port
from models.domain.access import SYSTEM
from models.operations import journal
from models.operations.act import Act, Entry
from models.operations.chains.verifying import verify
from models.operations.chains.walking import hash_of
from models.operations.law import reference
from models.vault import Vault
from tests.factories import COUNTY, NOW, OTHER_COUNTY, World
from tests.operations.chains.attacker import ONE, OTHER, Scene, setting

WRITERS = 4
ACTS = 15


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    return setting(world, tmp_path)


def write(world: World, barrier: Barrier, *chains: str) -> None:
    """One process's worth of acts: its own engine, all starting together."""
    engine = open_engine(world.url)
    barrier.wait()
    for number in range(ACTS):
        with transaction(engine) as db:
            act = Act(db, SYSTEM, NOW, reference.load(db), world.vault)
            for chain in chains:
                act.note("thing.change", "thing", number, chain=chain)
            journal.seal(act)
    engine.dispose()


def heads(world: World) -> dict[str, int]:
    with world.engine.connect() as db:
        return {row[0]: row[1] for row in db.execute(text("select chain, seq from journal_head"))}


@pytest.mark.parametrize(
    "chains", [[(ONE,)], [(ONE, OTHER), (OTHER, ONE)]], ids=["one", "two in either order"]
)
def test_writers_at_once_leave_no_gap(scene: Scene, chains: list[tuple[str, ...]]) -> None:
    """Four writers on one chain, or on two named in opposite order, all finish; verify is green."""
    barrier = Barrier(WRITERS)
    before = heads(scene.world)
    with ThreadPoolExecutor(WRITERS) as pool:
        futures = [
            pool.submit(write, scene.world, barrier, *chains[number % len(chains)])
            for number in range(WRITERS)
        ]
        for future in futures:
            future.result(60)
    after = heads(scene.world)
    touched = {chain for some in chains for chain in some}
    assert {chain: after[chain] - before[chain] for chain in touched} == dict.fromkeys(
        touched, WRITERS * ACTS
    )
    assert scene.found() == []


def test_seal_locks_chains_in_order(world: World) -> None:
    """Whatever order an act names its chains in, their heads are advanced in order of the code."""
    advanced: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith(("update journal_head", "with h as (update journal_head")):
            advanced.append(next(str(value) for value in _values(parameters) if len(str(value)) in {2, 6}))

    event.listen(world.engine, "before_cursor_execute", look)
    with world.act() as act:
        for chain in (COUNTY, "00", OTHER_COUNTY, "00"):
            act.note("thing.change", "thing", 1, chain=chain)
    event.remove(world.engine, "before_cursor_execute", look)
    assert advanced == ["00", "00", OTHER_COUNTY, COUNTY]


def _values(parameters: Any) -> list[Any]:
    return list(parameters.values()) if isinstance(parameters, dict) else list(parameters)


def test_a_second_writer_waits_for_the_first(scene: Scene) -> None:
    """With the head locked by an open transaction a second one waits, then follows it without a gap."""
    locked, let_go = Event(), Event()

    def first() -> None:
        with scene.world.act() as act:
            act.note("thing.change", "thing", "first", chain=ONE)
            journal.seal(act)
            locked.set()
            assert let_go.wait(10)

    def second() -> None:
        assert locked.wait(10)
        Timer(0.3, let_go.set).start()
        scene.write(1)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(first), pool.submit(second)]:
            future.result(20)
    assert heads(scene.world)[ONE] == 14
    assert scene.found() == []


def test_a_rolled_back_act_leaves_no_trace(scene: Scene) -> None:
    """When the transaction fails after sealing, neither the row nor the advanced head remains."""

    def fail() -> None:
        with scene.world.act() as act:
            act.note("thing.change", "thing", 1, chain=ONE)
            journal.seal(act)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert heads(scene.world)[ONE] == 12
    assert scene.found() == []


def test_a_chain_without_head_is_an_error(world: World) -> None:
    """Writing to a chain that was never opened fails loudly instead of losing the row."""
    with pytest.raises(LookupError, match="439999"), world.act() as act:
        act.note("thing.change", "thing", 1, chain="439999")


CONTENT = {
    "plain": "abc",
    "chinese": "环巡：砖厂“冒烟”",
    "astral": "𠮷😀",
    "separators": "a\u2028b\u2029c\u0085d\u200e",
    "escapes": '\\ " / \t \n \x7f',
    "nul": "a\x00b",
    "combining": "e\u0301 é",
}


def test_stored_bytes_are_the_hashed_bytes(world: World) -> None:
    """Any text in a payload comes back from either database as the very bytes that were hashed."""
    for number, (verb, words) in enumerate(CONTENT.items()):
        entry = Entry(COUNTY, verb, "thing", str(number), fields=(words,), content={"x": words})
        with world.act() as act:
            act.entries.append(entry)
            expected = journal.payload_of(act, entry)
        with world.engine.connect() as db:
            row = db.execute(
                text("select * from journal where chain = :c order by seq desc limit 1"), {"c": COUNTY}
            ).one()
        assert row.payload == expected
        assert bytes(row.hash) == chain_hash(bytes(row.prev), COUNTY, row.seq, expected)
        assert bytes(row.hash) == hash_of(bytes(row.prev), COUNTY.encode(), row.seq, expected.encode())


def test_equal_acts_have_equal_bytes_on_both_databases(world: World) -> None:
    """The payload of an act is the same text whatever the database, the zone of its instant, or the order of keys."""
    entry = Entry("00", "thing.change", "thing", "1", content={"b": 1, "a": datetime(2026, 1, 1, tzinfo=UTC)})
    again = Entry("00", "thing.change", "thing", "1", content={"a": datetime(2026, 1, 1, tzinfo=UTC), "b": 1})
    with world.act(now=NOW) as act:
        one = journal.payload_of(act, entry)
        act.now = NOW.astimezone()
        assert journal.payload_of(act, again) == one
    digest = world.vault.digest(b'{"a":"2026-01-01T00:00:00.000Z","b":1}')
    assert one == (
        f'{{"at":"2026-11-23T01:00:00.000Z","by":null,"digest":"{digest}","on":["thing","1"],"verb":"thing.change"}}'
    )


def test_the_api_driver_writes_the_same_chain(scene: Scene) -> None:
    """Rows written through the API's port (asyncpg, or the writer thread) verify like those of the worker's driver."""

    def job(db: Connection) -> None:
        act = Act(db, SYSTEM, NOW, reference.load(db), scene.world.vault, "0123")
        act.note("thing.change", "thing", "𠮷", chain=ONE, content={"n": 1})
        journal.seal(act)

    def lost(db: Connection) -> None:
        act = Act(db, SYSTEM, NOW, reference.load(db), scene.world.vault)
        act.note("thing.change", "thing", 1, chain="439999")
        journal.seal(act)

    async def story() -> None:
        port = open_port(scene.world.url, pool_size=4)
        await asyncio.gather(*(port.do(job) for _ in range(20)))
        with pytest.raises(LookupError):
            await port.do(lost)
        await port.close()

    asyncio.run(story())
    assert heads(scene.world)[ONE] == 32
    assert scene.found() == []


def test_verify_runs_while_others_write(scene: Scene) -> None:
    """Rows that appear during a verification are no finding."""
    told: list[int] = []

    def on_progress(done: int, total: int) -> None:
        told.append(done)

    vault: Vault = scene.world.vault
    reader = open_reader(scene.world.url)
    stop = Event()
    with ThreadPoolExecutor(1) as pool, reader.connect() as db:
        writing = pool.submit(_write_until, scene, stop)
        for _ in range(10):
            report = verify(
                db,
                public_keys={vault.signing_kid: vault.public_key_raw},
                heads_log=scene.log,
                on_progress=on_progress,
                vault=vault,
            )
            assert report.findings == ()
        stop.set()
        writing.result(20)
    reader.dispose()
    assert told


def _write_until(scene: Scene, stop: Event) -> None:
    while not stop.is_set():
        scene.write(1)
