"""Dispatches 外发 as rows: one per person and key, made once, open until it begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, literal_column, select, update

from models.db.engines import announce, insert_unless_there
from models.domain.outgoing.slots import Slot
from models.domain.timing.calendar import legal_day
from models.domain.timing.reminders import QuietHours
from models.operations import leases
from models.operations.act import Act
from models.operations.leases import LEASE
from models.operations.outgoing.attempts import forgive
from models.tables.base import AnyRow
from models.tables.channels import attempts
from models.tables.channels import dispatches as T
from models.tables.notices import notices

BATCH: Final = 20
DIGEST: Final = "digest/"

UNDELIVERED: Final = notices.c.state.in_([literal_column("'dead'"), literal_column("'outcome_unknown'")])
"""Notices of which nobody knows that they arrived; said as their partial index says it."""

_MINE = (T.c.account_id == bindparam("account_id", type_=T.c.account_id.type), T.c.key == bindparam("key"))
_BEGUN = select(attempts.c.id).where(attempts.c.dispatch_id == T.c.id).exists()
_STATE = select(T.c.state, _BEGUN.label("begun")).where(*_MINE)
_LOCK = select(T.c.id).where(*_MINE).with_for_update()


def own_key(notice_id: UUID) -> str:
    """The key of the dispatch that carries this notice alone."""
    return f"notice/{notice_id}"


def digest_key(day: date) -> str:
    """The key of a person's digest of a day."""
    return f"{DIGEST}{day.isoformat()}"


def is_closed(act: Act, account_id: UUID, key: str) -> bool:
    """Whether it takes no more: it has begun, or ended."""
    row = act.db.execute(_STATE, {"account_id": account_id, "key": key}).one_or_none()
    return row is not None and (row.begun or row.state != "waiting")


def put_down(act: Act, account_id: UUID, key: str, slot: Slot) -> UUID:
    """The dispatch of that key, made unless it is there; locked."""
    row = {
        "id": act.new_id(),
        "account_id": account_id,
        "key": key,
        "day": slot.digest or legal_day(slot.at),
        "created_at": act.now,
        "state": "waiting",
        "next_at": slot.at,
        "lease_until": act.now,
        "tries": 0,
    }
    act.db.execute(insert_unless_there(act.db.dialect.name, T), row)
    found: UUID = act.db.execute(_LOCK, {"account_id": account_id, "key": key}).scalar_one()
    return found


def send_again(act: Act, notice: AnyRow) -> None:
    """
    Let one notice go out by itself, from the beginning, also on a channel whose last outcome is unknown.

    What failed together with it stays as it is: a person decided on this one.
    """
    at = act.now if notice.content.get("hourly") else QuietHours().next_allowed(act.now)
    dispatch_id = put_down(act, notice.account_id, own_key(notice.id), Slot(None, at))
    forgive(act, dispatch_id)
    fresh = {"state": "waiting", "tries": 0, "next_at": at, "error": None}
    free = {"lease_until": act.now, "lease_by": None}
    act.db.execute(update(T).where(T.c.id == dispatch_id).values(**fresh, **free))
    act.db.execute(update(notices).where(notices.c.id == notice.id).values(dispatch_id=dispatch_id, **fresh))
    announce(act.db)


def claim(
    db: Connection, now: datetime, worker: str, *, limit: int = BATCH, lease: timedelta = LEASE
) -> list[UUID]:
    """Dispatches due and free; what a vanished worker held is free again when its lease ends."""
    return leases.claim(db, T, now, worker, limit=limit, lease=lease)


def release(db: Connection, now: datetime, worker: str) -> None:
    """Give back at once what a stopping worker still holds."""
    leases.release(db, T, now, worker)
