"""A first run that was stopped at any moment leaves nothing, or what the next run clears away or finishes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from api.cli.home import read_settings
from api.cli.locks import held
from api.cli.refusals import Stop
from api.cli.setting_up import MARK, set_up
from models.clock import real as now
from models.db.engines import open_engine
from models.keyring import create_keys
from models.operations import founding
from models.vault import Vault
from tests import postgres


class Killed(BaseException):
    """Stands for the end of the process at this point."""


def found(db: Connection, vault: Vault) -> str:
    founding.found(db, vault, now(), kind="real")
    return "made"


def nothing(_folder: Path, _made: str) -> None:
    return


def dead(_db: Connection, _vault: Vault) -> str:
    raise Killed


def killed(_folder: Path, _made: str) -> None:
    raise Killed


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch, postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database, as the setting."""
    name = f"u_{uuid4().hex[:16]}"
    postgres.create(postgres_server, name)
    url = postgres.with_database(postgres_server, name)
    monkeypatch.setenv("HUANXUN_DATABASE_URL", url)
    yield url
    postgres.drop(postgres_server, name)


def test_a_killed_first_run_is_cleared_away(folder: Path) -> None:
    """Killed in the middle, the data folder is not there; the next run begins anew and succeeds."""
    settings = read_settings()
    with pytest.raises(Killed):
        set_up(settings, dead, finish=nothing)
    assert not folder.exists()
    (folder.with_name("data.unfinished") / "rubbish").mkdir()
    assert set_up(settings, found, finish=nothing) == "made"
    assert sorted(entry.name for entry in folder.iterdir()) == ["heads.log", "huanxun.db", "keys"]
    assert not folder.with_name("data.unfinished").exists()


def test_killed_after_the_commit_on_a_server_is_finished(folder: Path, server: str) -> None:
    """Killed between commit and renaming, the next run keeps what was committed and puts the folder in place."""
    settings = read_settings()
    with pytest.raises(Killed):
        set_up(settings, found, finish=killed)
    assert not folder.exists()
    assert set_up(settings, dead, finish=nothing) is None
    assert sorted(entry.name for entry in folder.iterdir()) == ["heads.log", "keys"]


def test_killed_before_the_commit_on_a_server_leaves_it_empty(folder: Path, server: str) -> None:
    """Schema and instance come in one transaction: killed before its end, the database is as empty as before."""
    settings = read_settings()
    with pytest.raises(Killed):
        set_up(settings, dead, finish=nothing)
    assert set_up(settings, found, finish=nothing) == "made"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("create table somebody_elses (id int)", "已有别的表"),
        ("create table alembic_version (version_num text)", "没有实例（上次建立没有完成）"),
    ],
)
def test_a_used_database_is_left_alone(folder: Path, server: str, statement: str, said: str) -> None:
    """Tables that are not ours, or a schema without instance, are refused with what to do."""
    engine = open_engine(server)
    with engine.begin() as db:
        db.execute(text(statement))
    engine.dispose()
    with pytest.raises(Stop, match=said):
        set_up(read_settings(), found, finish=nothing)
    assert not folder.exists()


def test_an_instance_without_its_folder_is_left_alone(folder: Path, server: str) -> None:
    """A server that holds an instance whose keys are not here is not founded again."""
    set_up(read_settings(), found, finish=nothing)
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(Stop, match="没有它的数据文件夹和密钥"):
        set_up(read_settings(), found, finish=nothing)


def test_two_first_runs_at_once(folder: Path) -> None:
    """While one process makes the instance another is told to wait."""
    beside = folder.with_name("data.unfinished")
    beside.mkdir()
    with held(beside / "lock", otherwise=""), pytest.raises(Stop, match="另一个 huanxun"):
        set_up(read_settings(), found, finish=nothing)
    assert set_up(read_settings(), found, finish=nothing) == "made"


def test_restored_keys_are_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that lie in their folder already are used, not replaced."""
    keys = create_keys(tmp_path / "keys")
    monkeypatch.setenv("HUANXUN_KEYS_DIR", str(tmp_path / "keys"))
    seen: list[str] = []

    def fill(db: Connection, vault: Vault) -> str:
        seen.append(vault.kid)
        return found(db, vault)

    set_up(read_settings(), fill, finish=nothing)
    assert seen == [keys.current]
    assert sorted(entry.name for entry in folder.iterdir()) == ["heads.log", "huanxun.db"]


def test_the_schema_alone_is_no_instance(folder: Path) -> None:
    """The mark of an unfinished run is gone with the finished one, and the database has its instance row."""
    set_up(read_settings(), found, finish=nothing)
    assert not (folder / MARK).exists()
    with sqlite3.connect(folder / "huanxun.db") as db:
        assert db.execute("select kind from instance").fetchall() == [("real",)]
