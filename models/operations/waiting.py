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

from models.operations import leases
from models.operations.outgoing.notices import UNBOUND
from models.tables.base import Instant
from models.tables.channels import dispatches
from models.tables.deadlines import deadlines
from models.tables.notices import notices, work_items

_now = bindparam("now", type_=Instant())


def _first(jobs: Table) -> ScalarSelect[Any]:
    """When the earliest job that nobody holds is due."""
    waiting = UNBOUND if jobs is notices else leases.is_waiting(jobs)
    free = select(jobs.c.next_at).where(waiting, jobs.c.lease_until <= _now)
    return free.order_by(jobs.c.next_at).limit(1).scalar_subquery()


_LOOK: Final = select(
    select(deadlines.c.remind_at)
    .where(deadlines.c.remind_at.is_not(None))
    .order_by(deadlines.c.remind_at)
    .limit(1)
    .scalar_subquery()
    .label("reminders"),
    select(notices.c.ack_due_at)
    .where(notices.c.ack_due_at.is_not(None))
    .order_by(notices.c.ack_due_at)
    .limit(1)
    .scalar_subquery()
    .label("unacknowledged"),
    _first(notices).label("notices"),
    _first(dispatches).label("dispatches"),
    _first(work_items).label("items"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether there are clocks to speak, notices nobody acknowledged, notices to tell, dispatches to send, items to work on."""

    reminders: bool
    unacknowledged: bool
    notices: bool
    dispatches: bool
    items: bool


def look(db: Connection, now: datetime) -> Waiting:
    """One statement, outside any transaction."""
    row = db.execute(_LOOK, {"now": now}).one()
    return Waiting(*(at is not None and at <= now for at in row))
