"""When heads are signed, and what is published of them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.server import build
from models.db.loops import open_port
from models.domain.errors import NotFound
from models.files import heads_log
from models.keyring import Keys, create_keys
from models.operations.chains import anchors, findings
from models.operations.chains.findings import Findings, Kind
from models.operations.chains.verifying import render, verify
from models.settings import Settings
from models.vault import Vault
from tests.factories import NOW, World
from tests.operations.chains.attacker import ONE, Scene, put, setting

MINUTES = timedelta(minutes=1)


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    """Last signed ten minutes after ``NOW``."""
    return setting(world, tmp_path)


def due(scene: Scene, minutes: float, *, force: bool = False) -> bool:
    with scene.world.engine.connect() as db:
        return anchors.sign_if_due(
            db, scene.world.vault, scene.log, NOW + (10 + minutes) * MINUTES, force=force
        )


def test_nothing_new_is_not_signed(scene: Scene) -> None:
    """However long ago the last line is: the same heads are signed again only when that is asked for."""
    assert not due(scene, 60 * 24)
    assert due(scene, 60 * 24, force=True)


def test_new_rows_are_signed_after_ten_minutes(scene: Scene) -> None:
    """One row is enough, but not before the ten minutes are over."""
    scene.write(1)
    assert not due(scene, 9.99)
    assert due(scene, 10)
    assert not due(scene, 30)


def test_a_clock_set_back_does_not_stop_the_signing(scene: Scene) -> None:
    """When the last line lies in the future, what is new is signed at once."""
    scene.write(1)
    assert due(scene, -60)


def test_many_rows_are_signed_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rows as the limit says do not wait for the ten minutes; the limit is a thousand."""
    assert anchors.EVERY_ROWS == 1_000
    monkeypatch.setattr(anchors, "EVERY_ROWS", 5)
    scene.write(4)
    assert not due(scene, 1)
    scene.write(1)
    assert due(scene, 1)


def test_the_first_signing_is_due(world: World, tmp_path: Path) -> None:
    """Without a log the heads are signed whatever the time."""
    assert due(Scene(world, tmp_path / "heads.log"), 0)


def test_no_anchor_for_a_day_without_signing(scene: Scene) -> None:
    """A day has the anchor of its own last line only, never of the day before."""
    line = anchors.daily_anchor(scene.log, date(2026, 11, 23))
    assert line is not None
    assert line.at == NOW + 10 * MINUTES
    assert anchors.daily_anchor(scene.log, date(2026, 11, 24)) is None
    assert anchors.daily_anchor(scene.log, date(2026, 11, 22)) is None
    with scene.world.act() as act, pytest.raises(NotFound):
        anchors.published(act, scene.log, date(2026, 11, 24))


def test_the_api_signs_when_it_starts(world: World, tmp_path: Path) -> None:
    """Building the application of an instance adds a line, each time."""
    keys: Keys = create_keys(tmp_path / "keys")
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(world.url))
    port = open_port(world.url)
    for times in (1, 2):
        build(settings, port, face="staff")
        lines = list(heads_log.lines(anchors.path_in(tmp_path)))
        assert len(lines) == times
    vault = Vault(keys)
    with world.engine.connect() as db:
        report = verify(
            db, public_keys={vault.signing_kid: vault.public_key_raw}, heads_log=anchors.path_in(tmp_path)
        )
    assert report.ok


def test_unsigned_rows_are_counted(scene: Scene) -> None:
    """Rows after the last signing are right but not yet proven; the report says how many."""
    scene.write(3)
    report = scene.verify()
    assert report.ok
    assert report.unsigned == 3
    assert "最后3行尚未签名" in render(report)[-1]


def test_findings_are_capped(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was done to the journal, memory stays flat: further findings are only counted."""
    monkeypatch.setattr(findings, "MOST", 3)
    kept = Findings()
    for number in range(5):
        kept.add(Kind.EDIT, ONE, number, "…")
    assert (len(kept.kept), kept.more) == (3, 2)
    scene.attack(*(partial(put, chain=ONE, seq=seq, payload="{}") for seq in range(1, 9)))
    report = scene.verify()
    assert report.more == 5
    assert "另有5处问题未逐条列出" in render(report)
    assert "发现8处问题" in render(report)[-1]


def test_progress_is_told(scene: Scene) -> None:
    """The last thing told is that all rows are done."""
    told: list[tuple[int, int]] = []
    vault = scene.world.vault
    with scene.world.engine.connect() as db:
        report = verify(
            db,
            public_keys={vault.signing_kid: vault.public_key_raw},
            heads_log=scene.log,
            on_progress=lambda done, total: told.append((done, total)),
        )
    assert told[-1] == (report.rows, report.rows)
