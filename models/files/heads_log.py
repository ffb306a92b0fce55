"""
``heads.log`` 链头签名记录: one JSON line per signing of the journal's heads, only ever added to.

A line: ``at`` (UTC), ``kid`` (signing key), ``heads`` ({chain: [seq, hash hex]}), ``prev`` (SHA-256 of the line
before, hex; 64 zeros in the first), ``sig`` (Ed25519, hex, over the canonical JSON of all the rest). A line that a
crash cut short is ended, never removed, and the next line answers for it by its SHA-256 in the list ``torn``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import FileIO
from json import loads
from pathlib import Path
from typing import IO, Any, Final

from models.domain.words.text import canonical

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FIRST_PREV: Final = "0" * 64
_BLOCK_BYTES: Final = 65_536
_FIELDS: Final = frozenset({"at", "kid", "heads", "prev", "sig"})

Heads = Mapping[str, tuple[int, bytes]]
"""The last row of each chain: its number and its hash (32 bytes)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands; ``no`` counts from 1. ``torn`` names the cut lines this one answers for."""

    no: int
    text: str
    at: datetime
    kid: str
    heads: Heads
    prev: str
    signed: bytes
    signature: bytes
    torn: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What the next line names as ``prev``."""
        return digest_of(self.text.encode())


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be read; ``last`` when the file ends in it without a line end."""

    no: int
    digest: str
    last: bool


def digest_of(line: bytes) -> str:
    return sha256(line).hexdigest()


def read_line(raw: bytes, *, no: int = 1, last: bool = False) -> Line | Broken:
    """A line without its end; strict, so that no two texts mean the same line."""
    try:
        body = loads(raw)
        if canonical(body) != raw or body.keys() - {"torn"} != _FIELDS:
            return Broken(no, digest_of(raw), last)
        signature = bytes.fromhex(body.pop("sig"))
        heads = {str(chain): (int(seq), bytes.fromhex(text)) for chain, (seq, text) in body["heads"].items()}
        at = datetime.fromisoformat(body["at"])
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        kid, prev, torn = str(body["kid"]), str(body["prev"]), tuple(body.get("torn", ()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Broken(no, digest_of(raw), last)
    return Line(no, raw.decode(), at, kid, heads, prev, canonical(body), signature, torn)


def lines(path: Path) -> Iterator[Line | Broken]:
    """Every line in order; nothing when there is no file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for no, raw in enumerate(file, start=1):
            ended = raw.endswith(b"\n")
            yield read_line(raw.removesuffix(b"\n"), no=no, last=not ended)


def last(path: Path) -> Line | None:
    """The last whole line; reads the end of the file only."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _last_whole(_backwards(file, file.seek(0, os.SEEK_END)))


def last_before(path: Path, end: datetime) -> Line | None:
    """The last line signed before an instant; halves the file, so ten years of lines cost twenty looks."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            line = _line_from(file, middle)
            if line is not None and line.at < end:
                low = middle + 1
            else:
                high = middle
        return _line_from(file, low - 1) if low else None


def append(
    path: Path,
    *,
    at: datetime,
    kid: str,
    heads: Heads,
    sign: Callable[[bytes], bytes],
) -> Line:
    """
    Add one signed line and give it back once it is on the disk.

    Raises:
        OSError: it could not be written whole; the next ``append`` answers for what was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    told = {chain: [seq, digest.hex()] for chain, (seq, digest) in heads.items()}
    with FileIO(handle, "r+") as file, _locked(handle):
        prev, lead, torn = _end_of(file)
        body: dict[str, Any] = {"at": at, "kid": kid, "heads": told, "prev": prev}
        raw = _signed(body | ({"torn": torn} if torn else {}), sign)
        written = lead + raw + b"\n"
        if os.write(handle, written) != len(written):
            raise OSError(f"链头签名记录未能完整写入，请检查磁盘空间：{path}")
        os.fsync(handle)
    if new:
        _settle(path.parent)
    made = read_line(raw)
    assert isinstance(made, Line)
    return made


def _signed(body: dict[str, Any], sign: Callable[[bytes], bytes]) -> bytes:
    return canonical(body | {"sig": sign(canonical(body)).hex()})


def _end_of(file: FileIO) -> tuple[str, bytes, list[str]]:
    """The digest the next line must name, what ends an open line, and the fragments a crash left."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return FIRST_PREV, b"", []
    file.seek(size - 1)
    lead = b"" if file.read(1) == b"\n" else b"\n"
    fragments: list[str] = []
    for raw in _backwards(file, size):
        line = read_line(raw)
        if isinstance(line, Line):
            return line.digest, lead, fragments if lead else []
        fragments.append(line.digest)
    return FIRST_PREV, lead, fragments if lead else []


def _last_whole(backwards: Iterator[bytes]) -> Line | None:
    return next((line for raw in backwards if isinstance(line := read_line(raw), Line)), None)


def _backwards(file: IO[bytes], end: int) -> Iterator[bytes]:
    """The lines in the first ``end`` bytes, last first, without their line ends; empty ones are left out."""
    tail, place = b"", end
    while place > 0:
        begin = max(place - _BLOCK_BYTES, 0)
        file.seek(begin)
        tail, *whole = (file.read(place - begin) + tail).split(b"\n")
        yield from (raw for raw in reversed(whole) if raw)
        place = begin
    if tail:
        yield tail


def _line_from(file: IO[bytes], place: int) -> Line | None:
    """The first whole line that begins at or after a place."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    while raw := file.readline():
        line = read_line(raw.removesuffix(b"\n"))
        if isinstance(line, Line):
            return line
    return None


@contextmanager
def _locked(handle: int) -> Iterator[None]:
    """One writer at a time, among all processes; let go by the system when a process dies."""
    if sys.platform == "win32":
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if sys.platform == "win32":
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _settle(folder: Path) -> None:
    """Put the new file's name on the disk; Windows does so by itself and cannot be asked."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
