"""Bring a database to the schema of this code; migrations are the only way a schema is born."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def configuration() -> Config:
    """Alembic's configuration, wherever the package lies."""
    config = Config()
    config.set_main_option("script_location", str(files("models") / "migrations"))
    return config


@cache
def head() -> str:
    """The newest migration of this code."""
    found = ScriptDirectory.from_config(configuration()).get_current_head()
    assert found is not None
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up; one process at a time."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down (tests, and a way back after a failed upgrade)."""
    _run(engine, command.downgrade, revision)


def upgrade_within(connection: Connection) -> None:
    """Migrate up inside the caller's transaction: what is then put in is there with the schema, or not at all."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _run(engine: Engine, step: object, revision: str) -> None:
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        assert callable(step)
        step(config, revision)
