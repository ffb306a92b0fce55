"""
Sweeps 清理: the only deletions that happen by themselves.

What goes, and when (hourly, at most fifty rows in a transaction):

- ``login_delay``: 23 hours after its last delay ended, so that no rate key gets older than a day
- ``token``: once expired
- ``idempotency`` kept by key (not by id): after 30 days
- ``work_item`` done: after 30 days
- ``ticket`` of the public face: 24 hours after it ended
- ``heartbeat`` of processes that are gone: after a day

Notices, attempts, steps, the journal and everything people wrote are never swept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from models.domain.public.limits import TICKET_KEPT
from models.operations.act import Act
from models.tables.journal import idempotency
from models.tables.notices import heartbeats, work_items
from models.tables.people import login_delays, tokens
from models.tables.public import tickets

MOST: Final = 50

DELAY_KEPT: Final = timedelta(hours=23)
KEY_KEPT: Final = timedelta(days=30)
DONE_KEPT: Final = timedelta(days=30)
HEARTBEAT_KEPT: Final = timedelta(days=1)


def sweep(act: Act, _payload: Mapping[str, Any]) -> bool:
    """Delete up to fifty rows; False when there is more of it."""
    left, gone = MOST, {}
    for table, over in _over(act).items():
        deleted = _delete(act, table, over, left) if left else 0
        left -= deleted
        if deleted:
            gone[table.name] = deleted
    if gone:
        act.note("sweep.run", "sweep", hour_of(act.now), chain="00", fields=sorted(gone), content=gone)
    return left > 0


def hour_of(now: datetime) -> str:
    """The hour (UTC) a sweep belongs to; it is the key of its work item."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"


def _over(act: Act) -> dict[Table, ColumnElement[bool]]:
    """What is over, per table."""
    now = act.now
    return {
        login_delays: login_delays.c.until <= now - DELAY_KEPT,
        tokens: tokens.c.expires_at <= now,
        idempotency: (idempotency.c.keep == "key") & (idempotency.c.created_at <= now - KEY_KEPT),
        work_items: (work_items.c.state == "done") & (work_items.c.done_at <= now - DONE_KEPT),
        tickets: tickets.c.expires_at <= now - TICKET_KEPT,
        heartbeats: heartbeats.c.at <= now - HEARTBEAT_KEPT,
    }


def _delete(act: Act, table: Table, over: ColumnElement[bool], most: int) -> int:
    keys = list(table.primary_key.columns)
    chosen = select(*keys).where(over).limit(most)
    return act.db.execute(delete(table).where(tuple_(*keys).in_(chosen))).rowcount
