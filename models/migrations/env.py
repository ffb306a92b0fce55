"""Alembic environment: takes a connection from ``models.migrate`` or a URL from the environment."""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, TypeDecorator

from models.db.engines import open_engine
from models.tables.base import Instant, TextEnum
from models.tables.registry import metadata

TURN_TIMEOUT = "10min"  # another process migrates: wait for it
LOCK_TIMEOUT = "4s"  # a table is in use: give up before everybody queues behind us


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Project types never reach a migration: they are written as what the database sees."""
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), 'postgresql')"
    if kind == "type" and isinstance(item, TextEnum):
        return "sa.String(40)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')"
    if kind == "type" and isinstance(item, TypeDecorator):
        raise TypeError(f"no rendering for {item!r}")
    return False


def run(connection: Connection) -> None:
    """Migrate over one connection, in one transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set local statement_timeout = 0")
        connection.exec_driver_sql(f"set local lock_timeout = '{TURN_TIMEOUT}'")
        connection.exec_driver_sql("select pg_advisory_xact_lock(7340123)")
        connection.exec_driver_sql(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        compare_type=True,
        render_as_batch=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_engine(os.environ["HUANXUN_DATABASE_URL"]).connect() as opened:
        run(opened)
        opened.commit()
