"""
Work items 后台任务: whatever must outlive a request and is not a notice; the row is the job.

A handler runs in the same transaction that finishes its item, so its effect and "done" come together or not at
all; handlers are idempotent all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from models.db.engines import announce, insert_unless_there
from models.operations import leases
from models.operations.act import Act
from models.operations.leases import MOST_TRIES
from models.tables.notices import work_items as T


@dataclass(frozen=True, slots=True)
class Item:
    """A claimed work item."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    tries: int


def enqueue(act: Act, kind: str, key: str, payload: Mapping[str, Any], at: datetime) -> bool:
    """Put work down for a time; the key is unique for ever, so the same work is put down once."""
    row = {
        "id": act.new_id(),
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "state": "waiting",
        "next_at": at,
        "lease_until": act.now,
        "tries": 0,
    }
    fresh = bool(act.db.execute(insert_unless_there(act.db.dialect.name, T), row).rowcount)
    if fresh and at <= act.now:
        announce(act.db)
    return fresh


def claim(act: Act, worker: str) -> Item | None:
    """The oldest free item, with this try counted: an item that kills its worker dies too in the end."""
    taken = leases.claim(act.db, T, act.now, worker, limit=1)
    if not taken:
        return None
    act.db.execute(update(T).where(T.c.id == taken[0]).values(tries=T.c.tries + 1))
    row = act.db.execute(select(T.c.id, T.c.kind, T.c.payload, T.c.tries).where(T.c.id == taken[0])).one()
    return Item(row.id, row.kind, row.payload, row.tries)


def finish(act: Act, item_id: UUID, worker: str) -> bool:
    """Done; False when the lease was lost, and the caller must roll back."""
    values = {"state": "done", "done_at": act.now, "error": None}
    return bool(act.db.execute(update(T).where(leases.held(T, item_id, worker)).values(**values)).rowcount)


def again(act: Act, item_id: UUID, worker: str) -> bool:
    """More of the same is left: due again at once, with its tries as new."""
    values = {"next_at": act.now, "lease_until": act.now, "lease_by": None, "tries": 0}
    return bool(act.db.execute(update(T).where(leases.held(T, item_id, worker)).values(**values)).rowcount)


def fail(act: Act, item: Item, worker: str, reason: str) -> bool:
    """Wait for the next try; after eight the item is dead, which the health check shows."""
    dead = item.tries >= MOST_TRIES
    values = {
        "state": "dead" if dead else "waiting",
        "next_at": act.now + leases.back_off(item.tries),
        "lease_until": act.now,
        "lease_by": None,
        "error": reason,
    }
    changed = act.db.execute(update(T).where(leases.held(T, item.id, worker)).values(**values)).rowcount
    if changed and dead:
        act.note("work.dead", "work_item", item.id, chain="00", reason=item.kind)
    return bool(changed)
