"""
What waits for a worker now: one cheap statement, so that an idle one costs next to nothing.

The earliest of each kind is read off the end of its index and compared here. ``exists(… <= :now)`` looks the
same and is not: PostgreSQL's generic plan for it walks the table (a million running clocks: 207 ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, ScalarSelect, Table, bindparam, select

from models.operations.reminders import leases
from models.tables.base import Instant
from models.tables.deadlines import deadlines
from models.tables.notices import notices, work_items

_now = bindparam("now", type_=Instant())


def _first(jobs: Table) -> ScalarSelect[Any]:
    """When the earliest job that nobody holds is due."""
    free = select(jobs.c.next_at).where(leases.is_waiting(jobs), jobs.c.lease_until <= _now)
    return free.order_by(jobs.c.next_at).limit(1).scalar_subquery()


_LOOK: Final = select(
    select(deadlines.c.remind_at)
    .where(deadlines.c.remind_at.is_not(None))
    .order_by(deadlines.c.remind_at)
    .limit(1)
    .scalar_subquery()
    .label("reminders"),
    _first(notices).label("notices"),
    _first(work_items).label("items"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether there are clocks to speak, notices to deliver, items to work on."""

    reminders: bool
    notices: bool
    items: bool


def look(db: Connection, now: datetime) -> Waiting:
    """One statement, outside any transaction."""
    row = db.execute(_LOOK, {"now": now}).one()
    return Waiting(*(at is not None and at <= now for at in (row.reminders, row.notices, row.items)))
