"""Heartbeats 心跳: a row per process that says it is alive; health reads the newest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from models.db.engines import insert_or_update
from models.tables.notices import heartbeats


def beat(db: Connection, now: datetime, process: str, *, stopping: bool = False) -> None:
    """Alive now; ``stopping``: it left of its own will. No journal row: it says nothing about a subject."""
    statement = insert_or_update(db.dialect.name, heartbeats, ("process",), ("at", "stopping"))
    db.execute(statement, {"process": process, "at": now, "stopping": stopping})
