"""
Where bytes are kept: written once, durable before anything speaks of them, under names we made.

Keys: ``sealed/ab/<id>`` (sealed originals, 32 hex digits), ``copy/ab/<sha256>`` (re-encoded copies, 64) and
``file/ab/<sha256>`` (papers as they came, 64). No part of a key ever comes from a person. The folder stands for the
interface that object storage will have too.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from uuid import UUID

from models.domain.errors import Unavailable

FOLDER: Final = "files"
_KEY: Final = re.compile(r"sealed/[0-9a-f]{2}/[0-9a-f]{32}|(copy|file)/[0-9a-f]{2}/[0-9a-f]{64}")
_SPACES: Final = ("sealed", "copy", "file")
_STALE: Final = ".part"
_MISSING: Final = "文件不在文件库中；请告诉管理员：文件夹 files 可能没有随数据库一起恢复"
_RESERVE_BYTES: Final = 256_000_000
SHARDS: Final = 256
CHUNK_BYTES: Final = 1_048_576


class Incoming:
    """Bytes on their way under a key: written piece by piece, looked into, then kept, or gone."""

    def __init__(self, file: BinaryIO, keep: Callable[[], None]) -> None:
        self.file = file
        self.keep = keep
        """Make the bytes durable under their key; what is there already stays. Raises ``OSError``."""


class Store(Protocol):
    """What holds files by key."""

    def put(self, key: str, data: bytes) -> None:
        """
        Keep the bytes under a key; durable on return. What is there already stays, and counts as new.

        Raises:
            OSError: no room.
        """

    def get(self, key: str) -> bytes:
        """Return the bytes. Raises ``Unavailable``: the row is there, the file is not."""

    def incoming(self, key: str, size: int) -> AbstractContextManager[Incoming]:
        """
        Take in up to ``size`` bytes for a key without holding them in memory; without ``keep`` nothing stays.

        Raises:
            OSError: no room.
        """

    def chunks(self, key: str) -> Iterator[bytes]:
        """Return the bytes piece by piece. Raises ``Unavailable`` at once: the row is there, the file is not."""

    def exists(self, key: str) -> bool:
        """Tell whether the key is taken."""

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens where nothing is."""

    def delete_if_older(self, key: str, age: timedelta) -> bool:
        """Forget what was last put longer ago than this; whoever puts it again at this moment keeps it."""

    def old(self, shard: int, age: timedelta) -> Iterator[str]:
        """Yield the keys of one of the 256 shards that were last put longer ago than this."""


def sealed_key(evidence_id: UUID) -> str:
    """Return where a sealed original lies; by the end of its id, the random part."""
    name = evidence_id.hex
    return f"sealed/{name[-2:]}/{name}"


def copy_key(digest: bytes) -> str:
    """Return where a copy lies: by its own SHA-256 (32 bytes)."""
    name = digest.hex()
    return f"copy/{name[:2]}/{name}"


def file_key(digest: bytes) -> str:
    """Return where a paper lies: by its own SHA-256 (32 bytes)."""
    name = digest.hex()
    return f"file/{name[:2]}/{name}"


class FolderStore:
    """A folder of our own: 0700, files 0600; temp file, fsync, link, fsync of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        target, part = self._room(key, len(data))
        try:
            _write(part, data)
            self._settle(part, target)
        finally:
            part.unlink(missing_ok=True)
        _sync(target.parent)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise Unavailable(_MISSING) from None

    @contextmanager
    def incoming(self, key: str, size: int) -> Iterator[Incoming]:
        target, part = self._room(key, size)

        def keep() -> None:
            file.flush()
            os.fsync(file.fileno())
            self._settle(part, target)
            _sync(target.parent)

        try:
            with _created(part) as file:
                yield Incoming(file, keep)
        finally:
            part.unlink(missing_ok=True)

    def chunks(self, key: str) -> Iterator[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise Unavailable(_MISSING) from None
        return _pieces(file)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        path = self._path(key)
        with suppress(FileNotFoundError):
            path.unlink()
            _sync(path.parent)

    def delete_if_older(self, key: str, age: timedelta) -> bool:
        path = self._path(key)
        aside = path.with_name(f"{secrets.token_hex(16)}{_STALE}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        # Aside nobody can touch it any more: what was put again until now is young and goes back.
        old = _disk_now(path.parent) - aside.stat().st_mtime > age.total_seconds()
        if not old:
            self._settle(aside, path)
        aside.unlink(missing_ok=True)
        _sync(path.parent)
        return old

    def old(self, shard: int, age: timedelta) -> Iterator[str]:
        for space in _SPACES:
            folder = self._folder / space / f"{shard:02x}"
            for path in _older(folder, age) if folder.is_dir() else ():
                if path.suffix == _STALE:  # a write that a crash cut short
                    path.unlink(missing_ok=True)
                else:
                    yield f"{space}/{shard:02x}/{path.name}"

    def _path(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise ValueError("not a key of ours")
        return self._folder / key

    def _room(self, key: str, size: int) -> tuple[Path, Path]:
        """Where the bytes of a key go, and where they wait until they are whole. Raises ``OSError``."""
        target = self._path(key)
        self._make(target.parent)
        if shutil.disk_usage(target.parent).free < _RESERVE_BYTES + size:
            raise OSError(ENOSPC, "the rest of the disk is for the database")
        return target, target.with_name(f"{secrets.token_hex(16)}{_STALE}")

    def _make(self, folder: Path) -> None:
        """Make a folder and what is above it, each durable in its own."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        _sync(folder.parent)

    def _settle(self, part: Path, target: Path) -> None:
        """Give a whole file its name unless the name is taken; then the one there counts as put now."""
        while True:
            try:
                os.link(part, target)
            except FileExistsError:
                with suppress(FileNotFoundError):
                    os.utime(target)
                    return
            except OSError:  # no links on FAT; under one key there is only ever one content
                part.replace(target)
                return
            else:
                return


def _created(path: Path) -> BinaryIO:
    """Open a file of ours that was not there."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    return open(handle, "w+b")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _write(path: Path, data: bytes) -> None:
    with _created(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder durable; Windows has no such call and does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _older(folder: Path, age: timedelta) -> Iterator[Path]:
    now = _disk_now(folder)
    for path in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > age.total_seconds():
                yield path


def _disk_now(folder: Path) -> float:
    """Return the time that a file written now gets: ages are told by the disk's clock, not by the instance's."""
    probe = folder / f"{secrets.token_hex(16)}{_STALE}"
    probe.touch(mode=0o600)
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()
