"""Where an instance lives: its settings, its database and what stands in it, its keys, its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect

from api.cli.refusals import MISUSED, Stop
from models import migrate
from models.clock import Clock, clock_for
from models.db.engines import is_sqlite, normal_url, open_engine, open_reader
from models.domain.access import SYSTEM
from models.keyring import Keys, load_keys
from models.operations import founding, health
from models.operations.act import Act
from models.operations.law import reference
from models.settings import Settings
from models.vault import Vault


class Standing(StrEnum):
    """What a database holds."""

    EMPTY = "empty"
    FOREIGN = "foreign"  # tables that are not ours
    HALF_MADE = "half_made"  # our schema, but no instance in it
    SAMPLE = "sample"
    REAL = "real"


FOUND: Final = frozenset({Standing.SAMPLE, Standing.REAL})

_WAY_OUT: Final = {
    Standing.EMPTY: "数据库是空的，还没有实例：试用请运行 huanxun up，正式使用请运行 huanxun init",
    Standing.FOREIGN: "数据库里已有别的表，不是环巡的库：请为环巡单独建立一个空库",
    Standing.HALF_MADE: "数据库里有表结构但没有实例（上次建立没有完成）：请换一个空库，或清空该库后重新运行",
}


def read_settings() -> Settings:
    """
    The settings of this environment; a database URL that cannot be is said at once.

    Raises:
        Stop, pydantic.ValidationError, sqlalchemy.exc.ArgumentError
    """
    settings = Settings()
    try:
        normal_url(settings.url)
    except ValueError as error:
        raise Stop(f"设置有误：{error}", code=MISUSED) from None
    return settings


def standing(db: Connection) -> Standing:
    """What this database holds."""
    names = inspect(db).get_table_names()
    if not names:
        return Standing.EMPTY
    if "alembic_version" not in names:
        return Standing.FOREIGN
    kind = founding.kind_of(db) if "instance" in names else None
    return Standing(kind) if kind else Standing.HALF_MADE


def is_there(settings: Settings) -> bool:
    """Whether a SQLite file exists (opening it would make one); a server is asked instead."""
    if not is_sqlite(settings.url):
        return True
    file = normal_url(settings.url).database
    return file is not None and Path(file).exists()


@dataclass(frozen=True, slots=True)
class Home:
    """An instance, opened. ``engine`` writes; ``vault`` has its keys."""

    settings: Settings
    engine: Engine
    keys: Keys
    vault: Vault
    sample: bool
    clock: Clock

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One act of the command line: committed, sealed into the journal."""
        with founding.acting(self.engine, self.vault, self.clock) as act:
            yield act

    @contextmanager
    def reading(self) -> Iterator[Act]:
        """An act that only looks."""
        with self.reading_rows() as db:
            yield Act(db, SYSTEM, self.clock(), reference.load(db), self.vault)

    @contextmanager
    def reading_rows(self) -> Iterator[Connection]:
        """A connection that only looks."""
        engine = reader(self.settings)
        try:
            with engine.connect() as db:
                yield db
        finally:
            engine.dispose()


@contextmanager
def opened(settings: Settings, *, identities_sealed: bool = True) -> Iterator[Home]:
    """
    The instance of these settings, at the schema of this program.

    Raises:
        Stop: none is there, or its schema is another. Unreadable: its keys are not there.
    """
    with looking(settings) as (db, found):
        if found not in FOUND:
            raise Stop(_WAY_OUT[found])
        if health.schema_head(db) != migrate.head():
            raise Stop("数据库结构与程序版本不一致：请先备份，再运行 huanxun migrate")
    keys = load_keys(settings.keys, identities_sealed=identities_sealed)
    sample = found is Standing.SAMPLE
    clock = clock_for(sample=sample, offset_file=settings.clock_offset_file)
    engine = open_engine(settings.url)
    try:
        yield Home(settings, engine, keys, Vault(keys, suite=settings.cipher_suite), sample, clock)
    finally:
        engine.dispose()


@contextmanager
def looking(settings: Settings) -> Iterator[tuple[Connection, Standing]]:
    """
    The database, to be looked at, with what stands in it.

    Raises:
        Stop: there is no database file.
    """
    if not is_there(settings):
        raise Stop(
            f"这里没有实例：{settings.data_dir.absolute()}；试用请运行 huanxun up，正式使用请运行 huanxun init"
        )
    engine = reader(settings)
    try:
        with engine.connect() as db:
            yield db, standing(db)
    finally:
        engine.dispose()


def reader(settings: Settings) -> Engine:
    """An engine to look with; on SQLite it takes no lock, so nobody waits for it."""
    return open_reader(settings.url) if is_sqlite(settings.url) else open_engine(settings.url)
