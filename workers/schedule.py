"""
What runs when: one look, then claim → handler → finish for whatever waits; the periodic things by a heartbeat.

Every ten seconds of the instance's clock: heartbeat, heads of the journal signed if due, the hour's sweep put
down. Everything else is found by ``waiting.look``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from models.operations import waiting
from models.operations.act import Act
from models.operations.chains import anchors
from models.operations.evidence import sweeps as evidence_sweeps
from models.operations.reminders import acknowledging, heartbeats, reminding, sweeps, work_items
from workers.delivery import Outlets, deliver, give_back
from workers.station import Station
from workers.waking import Sleeper

log = structlog.get_logger("worker")

Handler = Callable[[Act, Mapping[str, Any]], bool]
"""Does a work item in the given act; False: there is more of the same, come again at once."""

HANDLERS: Final[dict[str, Handler]] = {"sweep": sweeps.sweep}
HOURLY: Final = frozenset({"sweep", evidence_sweeps.KIND})
BEAT: Final = timedelta(seconds=10)


class LeaseLost(Exception):
    """Somebody else has the item by now: what was done for it is rolled back."""


class Schedule:
    """The loop of one worker."""

    def __init__(
        self,
        station: Station,
        outlets: Outlets,
        sleeper: Sleeper,
        *,
        heads_log: Path,
        handlers: Mapping[str, Handler] = HANDLERS,
    ) -> None:
        self._station = station
        self._outlets = outlets
        self._sleeper = sleeper
        self._heads_log = heads_log
        self._handlers = handlers
        self._beaten: datetime | None = None

    def run(self) -> None:
        """Until the end is asked for; an error is logged and tried again after a sleep."""
        while not self._sleeper.stopping:
            try:
                busy = self.turn()
            except Exception as error:
                log.error("turn failed", kind=type(error).__name__)
                busy = False
            if not busy:
                self._sleeper.sleep()
        self._leave()

    def turn(self) -> bool:
        """One look and what it found; False: nothing to do now."""
        station = self._station
        now = station.clock()
        # Either way: a clock that was set forward or back beats at once.
        if self._beaten is None or abs(now - self._beaten) >= BEAT:
            self._beat(now)
        with station.reading() as db:
            found = waiting.look(db, now)
        busy = found.reminders and self._remind()
        busy = (found.unacknowledged and self._escalate()) or busy
        if found.notices or found.dispatches or busy:
            busy = bool(deliver(station, self._outlets, stopping=self._stopping)) or busy
        if found.items:
            busy = self._work() or busy
        return busy

    def _stopping(self) -> bool:
        return self._sleeper.stopping

    def _remind(self) -> bool:
        with self._station.acting() as act:
            done = reminding.plan_due(act)
        for clock_id in done.nobody:
            log.warning("nobody to remind", deadline=str(clock_id))
        for clock_id, kind in done.broken:
            log.error("reminder put off", deadline=str(clock_id), kind=kind)
        return bool(done.clocks or done.broken)

    def _escalate(self) -> bool:
        with self._station.acting() as act:
            done = acknowledging.escalate_due(act)
        for notice_id, kind in done.broken:
            log.error("escalation put off", notice=str(notice_id), kind=kind)
        return bool(done.notices or done.broken)

    def _work(self) -> bool:
        """One work item."""
        station = self._station
        with station.acting() as act:
            item = work_items.claim(act, station.name)
        if item is None:
            return False
        try:
            with station.acting() as act:
                end = work_items.finish if self._handlers[item.kind](act, item.payload) else work_items.again
                if not end(act, item.id, station.name):
                    raise LeaseLost
        except LeaseLost:
            log.info("lease lost", item=str(item.id))
        except Exception as error:
            log.error("work failed", kind=item.kind, error=type(error).__name__)
            with station.acting() as act:
                work_items.fail(act, item, station.name, type(error).__name__)
        return True

    def _beat(self, now: datetime) -> None:
        station = self._station
        first = self._beaten is None
        self._beaten = now
        with station.acting() as act:
            heartbeats.beat(act.db, act.now, station.name)
            hour = sweeps.hour_of(act.now)
            for kind in sorted(HOURLY & self._handlers.keys()):
                work_items.enqueue(act, kind, f"{kind}/{hour}", {"hour": int(hour[-2:])}, act.now)
        with station.reading() as db:
            anchors.sign_if_due(db, station.vault, self._heads_log, now, force=first)

    def _leave(self) -> None:
        """Give back what is held and say good-bye; a database that is away must not hold up the end."""
        station = self._station
        try:
            give_back(station)
            with station.acting() as act:
                heartbeats.beat(act.db, act.now, station.name, stopping=True)
            with station.reading() as db:
                anchors.sign_if_due(db, station.vault, self._heads_log, station.clock(), force=True)
        except Exception as error:
            log.error("left without good-bye", kind=type(error).__name__)
