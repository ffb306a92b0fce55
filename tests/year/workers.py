"""Two workers on one simulated clock, one of which works while the other sends; who dies is replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from models.db.engines import open_reader
from models.operations.chains import anchors
from models.operations.leases import LEASE
from models.operations.reminders import reminding
from models.operations.reminders.messages import Message, stage_message, suspended_message
from models.operations.reminders.recipients import people_of
from models.operations.waiting import look
from models.tables.channels import dispatches
from models.tables.deadlines import deadlines
from models.tables.notices import notices, work_items
from tests.factories import World
from tests.year.proof import Told
from tests.year.trouble import Arrival, Killed, MortalStation, Sink, Trouble
from workers.delivery import Outlets
from workers.schedule import Schedule
from workers.waking import Sleeper

MOST_TURNS: Final = 2000


class Pair:
    """The workers, and what they have been seen to plan."""

    def __init__(self, world: World, clock: Any, trouble: Trouble, folder: Path) -> None:
        self.world = world
        self.clock = clock
        self.trouble = trouble
        self.expected: set[Told] = set()
        self.arrived: list[Arrival] = []
        self._log = anchors.path_in(folder)
        self._reader = open_reader(world.url)
        self._sleeper = Sleeper(None, poll_seconds=1)
        self._named = 0
        self._sinks = (
            Sink("first", trouble, self.arrived, deduplicates=False),
            Sink("second", trouble, self.arrived, deduplicates=True),
        )
        for sink in self._sinks:
            sink.meanwhile = self._meanwhile
        self._nested = False
        self._workers = [self._hired(), self._hired()]

    def settle(self) -> None:
        """Both work in turns until nothing is due; then what each clock had to say must have been planned."""
        due = self._saying()
        for _ in range(MOST_TURNS):
            first = self.trouble.dice.randrange(2)
            if not any([self._turn(first), self._turn(1 - first)]):
                if not self._held():
                    break
                self.clock.now += LEASE + timedelta(seconds=1)
        else:
            raise AssertionError(f"the workers do not come to an end: {self._left()}")
        self._remember(due)

    def next_at(self) -> datetime | None:
        """When a worker has something to do next."""
        looks = [
            select(func.min(deadlines.c.remind_at)).where(deadlines.c.remind_at.is_not(None)),
            select(func.min(notices.c.ack_due_at)).where(notices.c.ack_due_at.is_not(None)),
            select(func.min(notices.c.next_at)).where(
                notices.c.state == "waiting", notices.c.dispatch_id.is_(None)
            ),
            select(func.min(dispatches.c.next_at)).where(dispatches.c.state == "waiting"),
        ]
        with self._reader.connect() as db:
            firsts = [db.execute(look).scalar() for look in looks]
        return min((one for one in firsts if one is not None), default=None)

    def _hired(self) -> Schedule:
        self._named += 1
        station = MortalStation(
            self.world.engine, self._reader, self.world.vault, self.clock, f"worker:year:{self._named}"
        )
        station.trouble = self.trouble
        return Schedule(station, Outlets(self._sinks), self._sleeper, heads_log=self._log, handlers={})

    def _turn(self, number: int) -> bool:
        try:
            return self._workers[number].turn()
        except Killed:
            self._workers[number] = self._hired()
            return True

    def _meanwhile(self) -> None:
        """The other worker has a turn while this one sends; at times this one is so slow that its lease ends."""
        if self._nested or not self.trouble.befalls("the other worked meanwhile", 0.3):
            return
        self._nested = True
        if self.trouble.befalls("a lease ended meanwhile", 0.1):
            self.clock.now += LEASE + timedelta(seconds=1)
        self._turn(0)
        self._turn(1)
        self._nested = False

    def _held(self) -> bool:
        """Whether something is due that only a lease keeps from being done."""
        looks = [
            select(jobs.c.id).where(jobs.c.state == "waiting", jobs.c.next_at <= self.clock.now).limit(1)
            for jobs in (dispatches, work_items)
        ]
        with self._reader.connect() as db:
            return any(db.execute(look).first() is not None for look in looks)

    def _left(self) -> list[str]:
        """What waits at the moment, for whoever has to find out why."""
        with self._reader.connect() as db:
            waiting = select(dispatches).where(
                dispatches.c.state == "waiting", dispatches.c.next_at <= self.clock.now
            )
            looked = look(db, self.clock.now)
            return [str(self.clock.now), str(looked), *(str(row) for row in db.execute(waiting.limit(5)))]

    def _saying(self) -> dict[UUID, set[Told]]:
        """What the due clocks have to say now, and to whom."""
        with self.world.act(now=self.clock.now) as act:
            due = act.db.execute(reminding.SPEAKING.where(deadlines.c.remind_at <= self.clock.now)).all()
            people = people_of(act, {clock.case_id for clock in due}) if due else None
            said: dict[UUID, set[Told]] = {}
            for clock in due:
                assert people is not None
                make: Callable[..., Any] = suspended_message if clock.state == "suspended" else stage_message
                message = make(act, clock)
                said[clock.id] = set()
                if isinstance(message, Message):
                    told = people.told(clock.case_id, clock.division_code, clock.rule_id, message.audience)
                    said[clock.id] = {
                        (clock.id, message.stage, clock.due_on.isoformat(), person) for person in told
                    }
            return said

    def _remember(self, said: dict[UUID, set[Told]]) -> None:
        """Each clock that was due has moved on; what it had to say is expected to be there."""
        with self._reader.connect() as db:
            left = db.execute(select(deadlines.c.id).where(deadlines.c.remind_at <= self.clock.now)).scalars()
            assert not set(left) & said.keys(), "a clock was left behind"
        self.expected.update(*said.values())
