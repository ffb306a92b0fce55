"""Files of materials in the store: what a row names stays for ever, a file without a row goes after two days."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from models.domain.acceptance.materials import MaterialKind
from models.files.store import CHUNK_BYTES, FOLDER, FolderStore, copy_key, file_key
from models.operations.evidence import sweeps
from models.operations.materials import adding
from tests.factories import NOW, World
from tests.measure import ROOT
from tests.operations.ledgers import stories as ledgers
from tests.operations.ledgers.stories import case_of
from tests.operations.materials import stories

LATER = NOW + timedelta(days=400)
OLD = 49 * 3600

WRITER = """
import os, sys
from hashlib import sha256
from pathlib import Path
from models.files.store import FolderStore, file_key
data = b"%PDF-" + bytes(3_000_000)
with FolderStore(Path(sys.argv[1])).incoming(file_key(sha256(data).digest()), len(data)) as part:
    part.file.write(data[:2_000_000])
    if sys.argv[2] == "whole":
        part.file.write(data[2_000_000:])
        part.keep()
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / FOLDER)


def put(store: FolderStore, data: bytes) -> str:
    key = file_key(sha256(data).digest())
    with store.incoming(key, len(data)) as part:
        part.file.write(data)
        part.keep()
    return key


def age(tmp_path: Path) -> None:
    """Make every file of the store two days old."""
    then = time.time() - OLD
    for path in (tmp_path / FOLDER).rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def sweep(world: World, store: FolderStore) -> None:
    for hour in range(24):
        with world.act(now=LATER) as act:
            sweeps.sweep(store, act, {"hour": hour})


def left(tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / FOLDER).rglob("*"))


def test_a_named_file_is_never_swept(world: World, store: FolderStore, tmp_path: Path) -> None:
    """Promised, arrived or void: as long as a row names the file it stays; what no row names goes."""
    case_id = ledgers.listed(world)
    drafts = [stories.draft(MaterialKind.PROCESS, {"name": name}) for name in ("甲", "乙", "丙")]
    made = [stories.promise(world, case_id, "liaison", one) for one in drafts]
    stories.arrive(world, case_id, "liaison", made[1])
    stories.arrive(world, case_id, "liaison", made[2])
    version = case_of(world, case_id).version
    with world.act("liaison") as act:
        adding.void(act, case_id, made[2], reason="传错了", version=version)
    named = [put(store, f"process {one.facts}".encode()) for one in drafts]
    nobodys = put(store, b"nobody's")
    store.put(copy_key(drafts[0].sha256), b"a copy is named by a photo, not by a material")
    age(tmp_path)
    sweep(world, store)
    assert [store.exists(key) for key in named] == [True, True, True]
    assert not store.exists(nobodys)
    assert not store.exists(copy_key(drafts[0].sha256))


def test_a_young_file_waits_for_its_row(world: World, store: FolderStore) -> None:
    """A file is durable before its row says so: for two days nothing touches it."""
    key = put(store, b"just arrived")
    sweep(world, store)
    assert store.exists(key)


@pytest.mark.parametrize("how", ["half", "whole"])
def test_a_kill_leaves_nothing_half(world: World, store: FolderStore, tmp_path: Path, how: str) -> None:
    """Killed while writing, or between file and row, nothing half is ever under a key, and the rest is swept."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / FOLDER), how]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGKILL)
    data = b"%PDF-" + bytes(3_000_000)
    key = file_key(sha256(data).digest())
    assert store.exists(key) is (how == "whole")
    if how == "whole":
        assert b"".join(store.chunks(key)) == data
    assert left(tmp_path) >= 1
    age(tmp_path)
    sweep(world, store)
    assert left(tmp_path) == 0


def test_bytes_come_out_in_pieces(store: FolderStore) -> None:
    """A file larger than a piece comes out whole, a piece at a time; a second put of it changes nothing."""
    data = bytes(range(256)) * (CHUNK_BYTES // 256) + b"rest"
    assert put(store, data) == put(store, data)
    pieces = list(store.chunks(file_key(sha256(data).digest())))
    assert ([len(piece) for piece in pieces], b"".join(pieces)) == ([CHUNK_BYTES, 4], data)
