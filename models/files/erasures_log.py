"""
``erasures.log`` 销毁名单: one line per person forgotten, beside the database and outside its backups.

A line is ``<id of the complaint> <instant, UTC ISO 8601>``; nothing else is known of it. Whoever puts an older copy of
the database back applies the list to it before it serves. Lines are added durably and never changed; the same id may
stand there twice. The line comes before the commit of the erasure, so an entry without a row in the database stands
for an erasure that was ordered and allowed, and whose commit a crash cut off: it is to be carried out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

NAME: Final = "erasures.log"
_MODE: Final = 0o600


def path_in(folder: Path) -> Path:
    """Where the list lies in a data folder."""
    return folder / NAME


def append(path: Path, complaint_id: UUID, at: datetime) -> None:
    """Add a line; it is on the disk on return, its file's name too. A line that a crash cut short is ended first."""
    line = f"{complaint_id} {at.astimezone(UTC).isoformat(timespec='milliseconds')}\n".encode()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), _MODE)
    try:
        size = os.fstat(handle).st_size
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":
                line = b"\n" + line
        os.write(handle, line)  # one call: lines of two processes do not mix
        os.fsync(handle)
    finally:
        os.close(handle)
    if not size and os.name == "posix":
        _sync(path.parent)


def entries(path: Path) -> Iterator[tuple[UUID, datetime]]:
    """Every whole line in order; what a crash cut short is passed over."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            name, _, at = line.strip().partition(" ")
            try:
                yield UUID(name), datetime.fromisoformat(at)
            except ValueError:
                continue


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
