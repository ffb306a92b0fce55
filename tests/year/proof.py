"""What must hold when a simulated year is over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.domain.timing.calendar import SHANGHAI
from models.tables.channels import dispatches
from models.tables.notices import notices
from tests.factories import World
from tests.year.trouble import Arrival

Told = tuple[UUID, str, str, UUID]
"""Clock, stage, day it ends (ISO), person."""

NIGHT: Final = (time(22), time(7))


class Proof:
    """Looks at the rows and at what arrived; ``breaches`` is empty when every promise was kept."""

    def __init__(self, world: World, arrived: Sequence[Arrival], expected: set[Told], end: datetime) -> None:
        self.breaches: list[str] = []
        self.arrived = arrived
        self.end = end
        with world.engine.connect() as db:
            self.notices = db.execute(select(notices)).all()
            self.dispatches = db.execute(select(dispatches)).all()
        self._told_once()
        self._arrived_once()
        self._follows_its_dispatch()
        self._never_at_night()
        self._one_digest_a_day()
        self._none_missed(expected)

    def summary(self) -> dict[str, Any]:
        digests = [row for row in self.dispatches if row.key.startswith("digest/")]
        return {
            "notices": len(self.notices),
            "notice_states": dict(Counter(row.state for row in self.notices)),
            "dispatches": len(self.dispatches),
            "digests": len(digests),
            "dispatch_states": dict(Counter(row.state for row in self.dispatches)),
            "messages_arrived": len(self.arrived),
            "notices_in_them": sum(len(one.parcel.notices) for one in self.arrived),
        }

    def _breach(self, what: str, found: object) -> None:
        self.breaches.append(f"{what}: {found}")

    def _told_once(self) -> None:
        """By clock, rule, round, stage, end and person there is one notice."""
        keys = Counter(
            (one.deadline_id, one.rule_id, one.round, one.stage, one.due_on, one.account_id)
            for one in self.notices
        )
        for key, count in keys.items():
            if count > 1:
                self._breach("told twice", key)

    def _arrived_once(self) -> None:
        """By id: what is sent arrived once, what is unknown at most once, what is cancelled or dead not twice either."""
        goes_at = {row.id: row.next_at for row in self.dispatches}
        came = Counter(str(notice["notice_id"]) for one in self.arrived for notice in one.parcel.notices)
        for row in self.notices:
            count = came.pop(str(row.id), 0)
            if count > 1 or (row.state == "sent" and count != 1):
                self._breach(f"{row.state} notice arrived {count} times", row.id)
            # What the last evening told goes out with the digest of the next working morning.
            if row.state == "waiting" and goes_at.get(row.dispatch_id, row.next_at) <= self.end:
                self._breach("still waits", row.id)
        if came:
            self._breach("nobody's notice arrived", list(came))

    def _follows_its_dispatch(self) -> None:
        """A notice that was not cancelled ended as the dispatch it is bound to."""
        states = {row.id: row.state for row in self.dispatches}
        for row in self.notices:
            if row.state != "cancelled" and states.get(row.dispatch_id) != row.state:
                self._breach("is not as its dispatch", (row.id, row.state, states.get(row.dispatch_id)))

    def _never_at_night(self) -> None:
        hourly = {str(row.id) for row in self.notices if row.content.get("hourly")}
        for one in self.arrived:
            if _at_night(one.at) and any(notice["notice_id"] not in hourly for notice in one.parcel.notices):
                self._breach("arrived at night", (one.at, one.parcel.attempt_id))
        for row in self.notices:
            if row.sent_at and _at_night(row.sent_at) and not row.content.get("hourly"):
                self._breach("told at night", (row.sent_at, row.id))

    def _one_digest_a_day(self) -> None:
        """No person gets two digests on one day."""
        keys = {str(row.id): row for row in self.dispatches if row.key.startswith("digest/")}
        bound = {str(row.id): str(row.dispatch_id) for row in self.notices}
        got: dict[tuple[UUID, Any], set[str]] = defaultdict(set)
        for one in self.arrived:
            for notice in one.parcel.notices:
                dispatch = bound[str(notice["notice_id"])]
                if dispatch in keys:
                    day = one.at.astimezone(SHANGHAI).date()
                    got[keys[dispatch].account_id, day].add(dispatch)
        for key, digests in got.items():
            if len(digests) > 1:
                self._breach("two digests on a day", (key, sorted(digests)))

    def _none_missed(self, expected: set[Told]) -> None:
        """Every stage that was the latest at some scan has a notice for each of its people."""
        there = {(row.deadline_id, row.stage, row.due_on.isoformat(), row.account_id) for row in self.notices}
        for missing in expected - there:
            self._breach("missed", missing)


def _at_night(at: datetime) -> bool:
    local = at.astimezone(SHANGHAI).time()
    return local >= NIGHT[0] or local < NIGHT[1]
