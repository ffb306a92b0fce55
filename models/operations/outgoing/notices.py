"""
Telling notices 送达: into the inbox, and bound to the message that goes out to their person.

The row is the inbox: ``sent_at`` says since when the person has it, set once. Where something leads out of the
house, the notice then belongs to a dispatch, one per digest and day or one of its own, and its state follows
that of the dispatch; else the inbox is the delivery.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, func, literal, select, update

from models.domain.law import chain_of
from models.domain.outgoing.slots import Slot, slot_of
from models.domain.timing.calendar import legal_day
from models.domain.timing.reminders import QuietHours
from models.operations.act import Act
from models.operations.leases import is_waiting
from models.operations.outgoing.composing import is_pressing
from models.operations.outgoing.dispatches import digest_key, is_closed, own_key, put_down
from models.operations.outgoing.ways import Exits, with_contacts
from models.tables.base import AnyRow, Instant
from models.tables.deadlines import deadlines
from models.tables.notices import notices as T

BATCH: Final = 50
QUIET: Final = QuietHours()

UNBOUND: Final = and_(is_waiting(T), T.c.dispatch_id.is_(None))
"""Waits to be told; said as its partial index says it."""

_DUE = (
    select(T.c.id, T.c.account_id, T.c.due_on, T.c.stage, T.c.content, deadlines.c.division_code)
    .join(deadlines, deadlines.c.id == T.c.deadline_id)
    .where(UNBOUND, T.c.next_at <= bindparam("now", type_=Instant()))
    .order_by(T.c.next_at)
    .limit(bindparam("limit"))
    # SQLite has one writer and leaves the locking clause out; PostgreSQL steps over rows being told or cancelled.
    .with_for_update(of=T, skip_locked=True)
)


def tell_due(act: Act, exits: Exits, *, limit: int = BATCH) -> int:
    """
    Put what is due into the inboxes, and bind it to what goes out; gives how many notices were taken in hand.

    Of one person what is pressing comes first: so everybody locks his digests in the order of their days.
    """
    due = act.db.execute(_DUE, {"now": act.now, "limit": limit}).all()
    if not due:
        return 0
    today, people = legal_day(act.now), {row.account_id for row in due}
    reached: Collection[UUID] = people if exits.defaults else with_contacts(act, people, exits)
    binder, morning = _Binder(act), QUIET.next_allowed(act.now)
    for row in sorted(due, key=lambda row: (row.account_id, not is_pressing(row, today), row.id)):
        if morning > act.now and not row.content.get("hourly"):  # the worker comes late: it is night by now
            act.db.execute(update(T).where(T.c.id == row.id).values(next_at=morning))
        else:
            _tell(act, row, binder.dispatch_for(row) if row.account_id in reached else None)
    return len(due)


def _tell(act: Act, notice: AnyRow, dispatch_id: UUID | None) -> None:
    """From now on the person has it; without a dispatch that is all."""
    values: dict[str, Any] = {"sent_at": func.coalesce(T.c.sent_at, literal(act.now, Instant()))}
    values |= {"state": "sent"} if dispatch_id is None else {"dispatch_id": dispatch_id}
    act.db.execute(update(T).where(T.c.id == notice.id).values(**values))
    chain = chain_of(notice.division_code)
    act.note("notice.tell", "notice", notice.id, chain=chain, fields=tuple(values))


class _Binder:
    """Finds or makes the dispatches of one transaction; those it has locked take more until it ends."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._locked: dict[tuple[UUID, str], UUID] = {}

    def dispatch_for(self, notice: AnyRow) -> UUID:
        """The dispatch a notice leaves with."""
        while True:
            slot = slot_of(
                self._act.now,
                hourly=bool(notice.content.get("hourly")),
                pressing=lambda day: is_pressing(notice, day),
                calendar=self._act.law.calendar,
                quiet=QUIET,
                is_closed=lambda day: self._closed(notice.account_id, digest_key(day)),
            )
            key = own_key(notice.id) if slot.digest is None else digest_key(slot.digest)
            found = self._opened(notice.account_id, key, slot)
            if found is not None:
                return found

    def _closed(self, account_id: UUID, key: str) -> bool:
        return (account_id, key) not in self._locked and is_closed(self._act, account_id, key)

    def _opened(self, account_id: UUID, key: str, slot: Slot) -> UUID | None:
        """Its id, locked; None: a digest that another worker has begun meanwhile."""
        if (account_id, key) not in self._locked:
            dispatch_id = put_down(self._act, account_id, key, slot)
            if slot.digest is not None and is_closed(self._act, account_id, key):
                return None
            self._locked[account_id, key] = dispatch_id
        return self._locked[account_id, key]
