"""The log of signed heads as a file: whole lines or none, in order, from any number of processes."""

from __future__ import annotations

import hashlib
import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from models.files import heads_log
from models.files.heads_log import Broken, Line

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def add(path: Path, number: int = 1, *, at: datetime = NOW) -> Line:
    return heads_log.append(
        path,
        at=at,
        kid="k",
        heads={"00": (number, bytes(32))},
        sign=lambda message: hashlib.sha512(message).digest(),
    )


def add_many(path: str, count: int, start: Barrier) -> None:
    start.wait(30)
    for number in range(count):
        add(Path(path), number)


def read(path: Path) -> list[Line | Broken]:
    return list(heads_log.lines(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "heads.log"


def test_a_line_comes_back_as_it_was_written(path: Path) -> None:
    """What ``append`` gives is what ``lines`` and ``last`` read."""
    made = add(path, 7)
    assert read(path) == [made]
    assert heads_log.last(path) == made
    assert made.heads == {"00": (7, bytes(32))}
    assert made.at == NOW
    assert path.read_bytes() == made.text.encode() + b"\n"


def test_each_line_names_the_one_before(path: Path) -> None:
    """``prev`` is the SHA-256 of the line before, and zeros in the first."""
    first, second = add(path), add(path)
    assert first.prev == "0" * 64
    assert second.prev == hashlib.sha256(first.text.encode()).hexdigest()


def test_no_file_has_no_lines(path: Path) -> None:
    """Before the first signing there is nothing, and that is no error."""
    assert read(path) == []
    assert heads_log.last(path) is None
    assert heads_log.last_before(path, NOW) is None


def test_a_line_cut_short_is_answered_for(path: Path) -> None:
    """After a crash in the middle of a line the file is only added to: the next line names the fragment."""
    first = add(path)
    with path.open("ab") as file:
        file.write(b'{"at":"2026')
    before = path.read_bytes()
    fragment = read(path)[-1]
    assert isinstance(fragment, Broken)
    assert fragment.last
    assert heads_log.last(path) == first
    third = add(path)
    assert path.read_bytes().startswith(before)
    assert third.torn == (hashlib.sha256(b'{"at":"2026').hexdigest(),)
    assert third.prev == first.digest
    assert [type(line).__name__ for line in read(path)] == ["Line", "Broken", "Line"]


def test_two_crashes_in_a_row_are_both_answered_for(path: Path) -> None:
    """Fragments that follow each other are all named by the next whole line."""
    add(path)
    with path.open("ab") as file:
        file.write(b"abc\ndef")
    assert len(add(path).torn) == 2


def test_a_line_that_lacks_only_its_end_counts(path: Path) -> None:
    """A line whose last byte, the line end, was lost is whole: the next begins on a new line and follows it."""
    first = add(path)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    second = add(path)
    assert second.prev == first.digest
    assert second.torn == ()
    assert [line.no for line in read(path)] == [1, 2]


def test_a_damaged_line_with_its_end_is_not_forgiven(path: Path) -> None:
    """Only what has no line end can be a crash: a garbled whole line is not named by the next."""
    add(path)
    with path.open("ab") as file:
        file.write(b"garbled\n")
    assert add(path).torn == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b'{"at":"2026-11-23T01:00:00.000Z"}',
        b'{"at":"x","heads":{},"kid":"k","prev":"0","sig":"00"}',
        b'{"at":"2026-11-23T01:00:00.000Z","heads":[],"kid":"k","prev":"0","sig":"00"}',
        b'{"at":"2026-11-23T01:00:00.000Z","heads":{"00":[1]},"kid":"k","prev":"0","sig":"00"}',
        b'{"at":"2026-11-23T01:00:00.000Z","heads":{},"kid":"k","prev":"0","sig":"zz"}',
        b'{"at": "2026-11-23T01:00:00.000Z","heads":{},"kid":"k","prev":"0","sig":"00"}',
        b'{"at":"2026-11-23T01:00:00.000Z","heads":{},"kid":"k","more":1,"prev":"0","sig":"00"}',
        b"[" * 5000,
    ],
)
def test_what_is_no_line_is_broken(raw: bytes) -> None:
    """Anything but the canonical form of exactly the right fields is a broken line, never an exception."""
    assert isinstance(heads_log.read_line(raw), Broken)


def test_the_last_line_before_an_instant_is_found(path: Path) -> None:
    """Among many lines the one before any instant is found, at the borders and outside too."""
    made = [add(path, number, at=NOW + timedelta(minutes=number)) for number in range(60)]
    assert heads_log.last_before(path, NOW) is None
    for number in range(1, 60):
        assert heads_log.last_before(path, NOW + timedelta(minutes=number)) == made[number - 1]
    assert heads_log.last_before(path, NOW + timedelta(days=1)) == made[-1]


def test_the_last_line_is_found_behind_a_long_fragment(path: Path) -> None:
    """Reading from the end goes through as many blocks as it needs."""
    made = add(path)
    with path.open("ab") as file:
        file.write(b"x" * 200_000)
    assert heads_log.last(path) == made
    assert heads_log.last_before(path, NOW + timedelta(days=1)) == made


def test_processes_add_one_after_the_other(path: Path) -> None:
    """Four processes that sign at once leave one unbroken chain of lines."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    workers = [context.Process(target=add_many, args=(str(path), 25, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    prev = "0" * 64
    found = read(path)
    for line in found:
        assert isinstance(line, Line)
        assert line.prev == prev
        prev = line.digest
    assert len(found) == 100


def test_a_failed_write_is_said(path: Path) -> None:
    """When the line cannot be written the caller is told."""
    path.parent.parent.joinpath("file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        add(path.parent.parent / "file" / "heads.log")
