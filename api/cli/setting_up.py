"""
Setting up an instance, all or nothing: a folder beside is filled, the database in one transaction, then renamed.

A kill at any moment leaves either nothing, or a folder ``….unfinished`` that the next run clears away or finishes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection

from api.cli.home import FOUND, Standing, is_there, looking, standing
from api.cli.locks import held
from api.cli.refusals import Stop
from models import migrate
from models.clock import real
from models.db.engines import open_engine, transaction
from models.keyring import MASTERS, REST, Keys, create_keys, load_keys
from models.operations.chains import anchors
from models.settings import Settings
from models.vault import Vault

T = TypeVar("T")
Fill = Callable[[Connection, Vault], T]

MARK: Final = "founding"
"""Stands in the folder while it is filled: what is in the database then is ours."""

_BUSY: Final = "另一个 huanxun 正在这里建立实例，请等它完成"


def set_up(settings: Settings, fill: Fill[T], *, finish: Callable[[Path, T], None]) -> T | None:
    """
    Make the data folder with keys, schema and what ``fill`` founds; ``finish`` may put files beside them.

    ``None``: an earlier run had been stopped after its commit, and only its folder was put in place.

    Raises:
        Stop: the folder or the database is not empty; another process is at it.
    """
    folder = settings.data_dir.absolute()
    beside = folder.with_name(f"{folder.name}.unfinished")
    _room_for(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside.mkdir(mode=0o700, exist_ok=True)
    lock = beside / "lock"
    with held(lock, otherwise=_BUSY):
        inside = settings.model_copy(update={"data_dir": beside})
        made = None
        if not _was_committed(inside):
            _clear(beside, but=lock)
            made = _make(inside, fill)
            finish(beside, made)
        _sign(inside)
        (beside / MARK).unlink()
    lock.unlink()
    if folder.exists():
        folder.rmdir()  # empty, as we saw; Windows does not rename onto it
    beside.rename(folder)
    return made


def _room_for(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(f"{folder} 不是空的文件夹：请换一个不存在的文件夹（HUANXUN_DATA_DIR）")


def _was_committed(inside: Settings) -> bool:
    """Whether an earlier run was stopped between the commit on a server and the renaming of its folder."""
    if inside.database_url is None or not (inside.data_dir / MARK).exists() or not is_there(inside):
        return False
    with looking(inside) as (_, found):
        return found in FOUND


def _clear(beside: Path, *, but: Path) -> None:
    for entry in beside.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry != but:
            entry.unlink()


def _make(inside: Settings, fill: Fill[T]) -> T:
    _refuse_used(inside)
    vault = Vault(_keys(inside.keys), suite=inside.cipher_suite)
    (inside.data_dir / MARK).touch()
    engine = open_engine(inside.url)
    try:
        with transaction(engine) as db:
            migrate.upgrade_within(db)
            if standing(db) is not Standing.HALF_MADE:
                raise Stop("数据库里刚刚由别的进程建立了实例，请重新运行")
            return fill(db, vault)
    finally:
        engine.dispose()


def _sign(inside: Settings) -> None:
    """The first line of ``heads.log``: from here on nobody can write the journal anew."""
    vault = Vault(load_keys(inside.keys, identities_sealed=True))
    with looking(inside) as (db, _):
        anchors.sign_heads(db, vault, anchors.path_in(inside.data_dir), real())


def _refuse_used(settings: Settings) -> None:
    """A database that holds anything already is left alone."""
    if not is_there(settings):
        return
    with looking(settings) as (_, found):
        if found is not Standing.EMPTY:
            raise Stop(_USED[found])


_USED: Final = {
    Standing.FOREIGN: "数据库里已有别的表：请为环巡单独建立一个空库",
    Standing.HALF_MADE: "数据库里有表结构但没有实例（上次建立没有完成）：请换一个空库，或清空该库后重新运行",
    Standing.SAMPLE: "数据库里已有示例实例，但这里没有它的数据文件夹和密钥：请用原来的 HUANXUN_DATA_DIR，或换一个空库",
    Standing.REAL: "数据库里已有正式实例，但这里没有它的数据文件夹和密钥：请用原来的 HUANXUN_DATA_DIR，"
    "或先用 huanxun keys import 恢复密钥",
}


def _keys(folder: Path) -> Keys:
    """Keys that were put there before (restored from shares) are kept; otherwise new ones."""
    if (folder / REST).exists() and (folder / MASTERS).exists():
        return load_keys(folder)
    return create_keys(folder)
