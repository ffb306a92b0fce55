"""Attacks on ``heads.log``, alone and together with the journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from models.domain.words.text import canonical
from models.files import heads_log
from models.keyring import new_keys
from models.vault import Vault
from tests.factories import NOW, World
from tests.operations.chains.attacker import ONE, Scene, delete, recompute, setting
from tests.operations.chains.deeds import cut_with_head, edited

Deed = Callable[[list[str]], list[str]]
FOREIGN: Final = Vault(new_keys())


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    """Three signings."""
    made = setting(world, tmp_path)
    made.write(2)
    made.sign(20)
    return made


def rewritten(line: str, **changed: object) -> str:
    return canonical(json.loads(line) | changed).decode()


def heads_changed(lines: list[str]) -> list[str]:
    heads = json.loads(lines[1])["heads"]
    heads[ONE][1] = "00" * 32
    return [lines[0], rewritten(lines[1], heads=heads), lines[2]]


def time_changed(lines: list[str]) -> list[str]:
    return [lines[0], lines[1], rewritten(lines[2], at="2026-11-24T01:00:00.000Z")]


def line_deleted(lines: list[str]) -> list[str]:
    return [lines[0], lines[2]]


def first_deleted(lines: list[str]) -> list[str]:
    return lines[1:]


def exchanged(lines: list[str]) -> list[str]:
    return [lines[1], lines[0], lines[2]]


def doubled(lines: list[str]) -> list[str]:
    return [*lines, lines[2]]


def garbled(lines: list[str]) -> list[str]:
    return [lines[0], lines[1][:-9], lines[2]]


def garbled_last(lines: list[str]) -> list[str]:
    return [*lines[:2], "?"]


def signed_by_another(lines: list[str]) -> list[str]:
    body = json.loads(lines[2])
    del body["sig"]
    body["kid"] = FOREIGN.signing_kid
    return [*lines[:2], canonical(body | {"sig": FOREIGN.sign(canonical(body)).hex()}).decode()]


def signed_by_another_in_our_name(lines: list[str]) -> list[str]:
    body = json.loads(lines[2])
    del body["sig"]
    return [*lines[:2], canonical(body | {"sig": FOREIGN.sign(canonical(body)).hex()}).decode()]


ATTACKS: Final[dict[Deed, list[int]]] = {
    # deed -> the lines that are named
    heads_changed: [2, 3],
    time_changed: [3],
    line_deleted: [2],
    first_deleted: [1],
    exchanged: [1, 2, 3],
    doubled: [4],
    garbled: [2, 3],
    garbled_last: [3],
    signed_by_another: [3],
    signed_by_another_in_our_name: [3],
}


@pytest.mark.parametrize("deed", ATTACKS, ids=lambda deed: deed.__name__)
def test_a_changed_log_is_found(scene: Scene, deed: Deed) -> None:
    """A line of the log that was changed, dropped, moved, doubled or forged is named; the journal is not accused."""
    lines = scene.log.read_text("utf-8").splitlines()
    scene.log.write_text("".join(f"{line}\n" for line in deed(lines)), "utf-8")
    assert scene.found() == [("log", "heads.log", no) for no in ATTACKS[deed]]


def test_a_lost_log_is_said(scene: Scene) -> None:
    """Without a log nothing is proven, and verify says so instead of being green."""
    scene.log.unlink()
    assert scene.found() == [("log", "heads.log", 0)]


def test_a_torn_last_line_is_told_but_no_finding(scene: Scene) -> None:
    """A crash while signing is a remark, before and after the next signing has answered for it."""
    with scene.log.open("ab") as file:
        file.write(b'{"at":"20')
    report = scene.verify()
    assert report.ok
    assert len(report.remarks) == 1
    scene.sign(30)
    report = scene.verify()
    assert report.ok
    assert len(report.remarks) == 1


def test_a_log_replaced_as_a_whole_is_found_by_what_was_published(scene: Scene) -> None:
    """A forger who makes the program sign his tail into a new log meets the published anchor of the old one."""
    published = scene.log.read_text("utf-8").splitlines()[1]
    scene.attack(edited, lambda db: recompute(db, ONE, 4))
    scene.log.unlink()
    scene.sign(40)
    assert scene.found() == []
    found = [(one.kind.value, one.chain) for one in scene.verify(published=[published]).findings]
    assert found == [("log", "heads.log"), ("recomputed", ONE)]


def test_a_published_anchor_in_place_is_fine(scene: Scene) -> None:
    """Published lines that stand in the log change nothing; one that is not ours is passed over with a remark."""
    published = scene.log.read_text("utf-8").splitlines()
    report = scene.verify(published=[*published, "nonsense"])
    assert report.ok
    assert len(report.remarks) == 1


def test_signing_after_a_cut_does_not_hide_it(scene: Scene) -> None:
    """When the program signs the shortened chain, and it then grows past its old end, the old line still proves it."""
    scene.attack(lambda db: delete(db, ONE, 13, 14), cut_with_head)
    scene.sign(30)
    assert scene.found() == [("cut", ONE, 10)]
    scene.write(9)
    scene.sign(40)
    assert scene.found() == [("recomputed", ONE, 12)]


def test_a_row_signed_twice_with_different_hashes_is_named(scene: Scene) -> None:
    """Two signatures that contradict each other prove that the chain was recomputed between them."""
    scene.attack(edited, lambda db: recompute(db, ONE, 4))
    scene.sign(30)
    kinds = [(kind, chain) for kind, chain, _ in scene.found()]
    assert kinds == [("recomputed", "heads.log"), ("recomputed", ONE)]


def test_a_head_signed_ahead_of_the_journal_is_a_cut(scene: Scene) -> None:
    """A signature over a row that is not there is proof that it was."""
    heads = {ONE: (99, bytes(32))}
    vault = scene.world.vault
    heads_log.append(scene.log, at=NOW, kid=vault.signing_kid, heads=heads, sign=vault.sign)
    assert scene.found() == [("cut", ONE, 15)]
