"""The seven ways of product.md §4.5 and their kin, by raw SQL: each is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from models.db.engines import transaction
from models.operations.chains.verifying import render
from tests.factories import World
from tests.operations.chains.attacker import ROWS, Scene, delete, setting
from tests.operations.chains.deeds import ATTACKS, C, D, Deed, edited, swapped


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    return setting(world, tmp_path)


@pytest.mark.parametrize("deed", ATTACKS, ids=lambda deed: deed.__name__)
def test_an_attack_is_found_and_named(scene: Scene, deed: Deed) -> None:
    """Each way of tampering is found once, under its name and place; nothing else is accused."""
    scene.attack(deed)
    assert scene.found() == ATTACKS[deed]


def test_an_untouched_journal_is_green(scene: Scene) -> None:
    """Without an attack nothing is found, and the report says what was seen."""
    report = scene.verify()
    assert report.ok
    assert report.exit_status == 0
    assert report.heads[C][0] == ROWS
    assert report.unsigned == 0
    assert render(report)[-1].endswith("审计链完好。")


def test_findings_are_told_in_chinese(scene: Scene) -> None:
    """The lines for a terminal name the kind, the chain and the row, and the exit status is 1."""
    scene.attack(swapped)
    report = scene.verify()
    assert report.exit_status == 1
    assert render(report)[0] == "对调 · 430581链：第3行与第9行被对调"


def test_two_attacks_are_both_named(scene: Scene) -> None:
    """An edit in one chain does not hide a deletion in the other."""
    scene.attack(edited, lambda db: delete(db, D, 9, 9))
    assert sorted(scene.found()) == [("delete", D, 9), ("edit", C, 4)]


@pytest.mark.parametrize(
    "statement",
    [
        "update journal set payload = '{}' where seq = 1",
        "update journal set chain = '430599' where seq = 3",
        "delete from journal where seq = 1",
        "delete from journal",
    ],
)
def test_triggers_refuse_changes(scene: Scene, statement: str) -> None:
    """While the triggers are in place no row of the journal can be changed or deleted."""
    with pytest.raises(DBAPIError, match="journal is append-only"), scene.world.engine.begin() as db:
        db.exec_driver_sql(statement)
    assert scene.found() == []


def test_triggers_refuse_to_empty_or_replace(scene: Scene) -> None:
    """PostgreSQL refuses TRUNCATE; SQLite refuses REPLACE, which would delete without asking a trigger."""
    statement = {
        "postgresql": "truncate journal",
        "sqlite": f"replace into journal select chain, seq, prev, hash, '{{}}' from journal where chain = '{C}' and seq = 5",
    }[scene.world.engine.dialect.name]
    with pytest.raises(DBAPIError, match="journal is append-only"), transaction(scene.world.engine) as db:
        db.exec_driver_sql(statement)
    assert scene.found() == []
