"""The store of files: durable, create-only, keys of our own, and nothing swept that somebody still needs."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from models.domain.errors import Unavailable
from models.files import store as module
from models.files.store import FolderStore, copy_key, sealed_key

AGE = timedelta(hours=48)
KEY = copy_key(bytes(32))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def age(folder: Path, key: str, hours: float = 49) -> None:
    """Let a file have been put so long ago."""
    then = time.time() - hours * 3600
    os.utime(folder / "files" / key, (then, then))


def parts(folder: Path) -> list[Path]:
    """What a write leaves behind."""
    return list(folder.rglob("*.part"))


def test_what_is_put_is_there(store: FolderStore, tmp_path: Path) -> None:
    """Bytes come back as they went in, also after the store is opened anew; no temporary file stays."""
    store.put(KEY, b"picture")
    assert FolderStore(tmp_path / "files").get(KEY) == b"picture"
    assert store.exists(KEY)
    assert parts(tmp_path) == []


def test_what_is_there_is_never_replaced(store: FolderStore) -> None:
    """A second put under the same key changes nothing."""
    store.put(KEY, b"first")
    store.put(KEY, b"second")
    assert store.get(KEY) == b"first"


def test_nobody_else_may_read(store: FolderStore, tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        store.put(KEY, b"picture")
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "files").rglob("*") if path.is_dir()}
    modes.add((tmp_path / "files").stat().st_mode & 0o777)
    assert modes == {0o700}
    assert (tmp_path / "files" / KEY).stat().st_mode & 0o777 == 0o600


def test_file_and_folders_are_synced(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are on the disk before the name is given, the name before ``put`` returns."""
    done: list[str] = []
    real_sync, real_link = os.fsync, os.link

    def sync(handle: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        real_sync(handle)

    def link(source: Path, target: Path) -> None:
        done.append("link")
        real_link(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "link", link)
    store.put(KEY, b"picture")
    assert done[-3:] == ["file", "link", "folder"]


@pytest.mark.parametrize(
    "key",
    [
        "../x",
        "copy/00/../../keys/master",
        "/etc/passwd",
        "copy/00/" + "0" * 63,
        "copy/00/" + "A" * 64,
        "sealed/00/" + "0" * 64,
        "other/00/" + "0" * 64,
        KEY + "\n",
        "",
    ],
)
def test_only_keys_of_ours(store: FolderStore, key: str) -> None:
    """Nothing but our own kind of key reaches the disk, for writing, reading or deleting."""
    for call in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a key"):
            call()


def test_a_missing_file_is_told(store: FolderStore) -> None:
    """A row without its file is a refusal that says what may have happened, not a crash."""
    with pytest.raises(Unavailable, match="恢复"):
        store.get(KEY)
    assert not store.exists(KEY)


def test_delete_twice(store: FolderStore) -> None:
    """What is deleted is gone; deleting it again does nothing."""
    store.put(KEY, b"x")
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)


def test_keys_spread(store: FolderStore) -> None:
    """Originals fall into 256 folders by the random part of their id."""
    shards = {sealed_key(uuid4()).split("/")[1] for _ in range(10_000)}
    assert len(shards) == module.SHARDS
    assert sealed_key(uuid4()).startswith("sealed/")


def test_only_old_files_are_offered(store: FolderStore, tmp_path: Path) -> None:
    """A shard lists what was put longer ago than asked; a write that a crash cut short goes with it."""
    young, old = copy_key(bytes(32)), copy_key(bytes(31) + b"\x01")
    store.put(young, b"young")
    store.put(old, b"old")
    age(tmp_path, old)
    cut = (tmp_path / "files" / old).with_name("0" * 32 + ".part")
    cut.write_bytes(b"cu")
    os.utime(cut, (0, 0))
    assert list(store.old(0, AGE)) == [old]
    assert list(store.old(1, AGE)) == []
    assert not cut.exists()


def test_what_is_put_again_is_young(store: FolderStore, tmp_path: Path) -> None:
    """A file that is put again while a sweep has it in hand stays."""
    store.put(KEY, b"x")
    age(tmp_path, KEY)
    assert list(store.old(0, AGE)) == [KEY]
    store.put(KEY, b"x")
    assert not store.delete_if_older(KEY, AGE)
    assert store.get(KEY) == b"x"
    age(tmp_path, KEY)
    assert store.delete_if_older(KEY, AGE)
    assert not store.exists(KEY)
    assert not store.delete_if_older(KEY, AGE)


def test_puts_and_sweeps_at_once(store: FolderStore, tmp_path: Path) -> None:
    """However a put and a sweep of the same old file fall together, after a put it is there."""
    lost = []
    for _ in range(200):
        store.put(KEY, b"x")
        age(tmp_path, KEY)
        sweeping = threading.Thread(target=store.delete_if_older, args=(KEY, AGE))
        sweeping.start()
        store.put(KEY, b"x")
        sweeping.join()
        lost.append(not store.exists(KEY))
    assert not any(lost)
    assert parts(tmp_path) == []


def test_room_is_left_for_the_text(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that is nearly full photos are not written: what is left belongs to the database."""
    monkeypatch.setattr(module, "_RESERVE_BYTES", 2**62)
    with pytest.raises(OSError, match="database"):
        store.put(KEY, b"x")
    assert not store.exists(KEY)
