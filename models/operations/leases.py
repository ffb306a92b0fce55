"""
Leases 租约 on rows that are jobs: claimed by one worker for a short time, free again when it vanishes.

``lease_by`` and ``state`` together are the compare-and-set of everything a worker writes about a job: whoever
lost the lease changes nothing. ``state`` is compared as a literal, because the partial indexes are over it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, Table, and_, literal_column, select, update

LEASE: Final = timedelta(seconds=30)
"""Longer than the slowest send; a vanished worker's jobs are free again after it."""

MOST_TRIES: Final = 8
BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


def is_waiting(jobs: Table) -> ColumnElement[bool]:
    return jobs.c.state == literal_column("'waiting'")


def free(jobs: Table, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Due, and held by nobody."""
    return and_(is_waiting(jobs), jobs.c.next_at <= now, jobs.c.lease_until <= now)


def held(jobs: Table, job_id: UUID, worker: str) -> ColumnElement[bool]:
    """Still this worker's to finish (an expired lease counts until another takes it)."""
    return and_(jobs.c.id == job_id, is_waiting(jobs), jobs.c.lease_by == worker)


def claim(
    db: Connection, jobs: Table, now: datetime, worker: str, *, limit: int, lease: timedelta = LEASE
) -> list[UUID]:
    """Take up to ``limit`` free jobs, oldest first; two workers never get the same one."""
    due = select(jobs.c.id).where(free(jobs, now)).order_by(jobs.c.next_at).limit(limit)
    # SQLite has one writer and leaves the locking clause out; PostgreSQL steps over rows being claimed.
    chosen = list(db.execute(due.with_for_update(skip_locked=True)).scalars())
    if chosen:
        values: dict[str, Any] = {"lease_until": now + lease, "lease_by": worker}
        db.execute(update(jobs).where(jobs.c.id.in_(chosen)).values(**values))
    return chosen


def release(db: Connection, jobs: Table, now: datetime, worker: str) -> None:
    """Give back at once what a stopping worker still holds."""
    mine = and_(is_waiting(jobs), jobs.c.lease_by == worker, jobs.c.lease_until > now)
    db.execute(update(jobs).where(mine).values(lease_until=now))


def back_off(tries: int) -> timedelta:
    """How long to wait after the n-th failed try: 1, 5, 15, then 60 minutes."""
    return BACK_OFF[min(tries, len(BACK_OFF)) - 1]
