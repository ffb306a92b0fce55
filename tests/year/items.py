"""The items of a simulated year: they begin, are extended, stand, run on and end at random."""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.ids import uuid7
from models.domain.timing.limits import Stretch, settle
from models.operations import deadlines
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import assignments, cases
from models.tables.deadlines import deadlines as clocks
from models.tables.notices import notices
from tests.factories import World
from tests.operations.reminders.stories import assigned_case

RULE: Final = "RPT_CLOSE"
HANDLERS: Final = ("inspector", "inspector2")


class Items:
    """What happens to the items, in order of time; every change goes through the real operations."""

    def __init__(self, world: World, dice: Random, first: datetime, number: int) -> None:
        self.world = world
        self.dice = dice
        self.done = dict.fromkeys(("begun", "extended", "suspended", "resumed", "ended", "acknowledged"), 0)
        self._order = count()
        self._coming: list[tuple[datetime, int, str, UUID]] = []
        template = assigned_case(world, now=first)
        with world.engine.connect() as db:
            self._case = dict(db.execute(select(cases).where(cases.c.id == template)).one()._mapping)
        self._handlers = [world.account(name) for name in HANDLERS]
        for _ in range(number):
            self._plan(first + timedelta(days=dice.uniform(0, 290)), "begin", uuid7(first))

    @property
    def next_at(self) -> datetime | None:
        return self._coming[0][0] if self._coming else None

    def live(self, now: datetime) -> None:
        """Everything that has come by now, in one transaction."""
        if not self._coming or self._coming[0][0] > now:
            return
        with self.world.act(now=now) as act:
            while self._coming and self._coming[0][0] <= now:
                _, _, what, item = heappop(self._coming)
                getattr(self, f"_{what}")(act, item)

    def acknowledge(self, now: datetime) -> None:
        """Half of those who were told say that they have it."""
        with self.world.engine.begin() as db:
            asked = db.execute(select(notices.c.id).where(notices.c.ack_due_at > now)).scalars()
            said = [one for one in asked if self.dice.random() < 0.5]
            if said:
                self.done["acknowledged"] += len(said)
                mine = update(notices).where(notices.c.id.in_(said))
                db.execute(mine.values(ack_at=now, ack_due_at=None, read_at=now))

    def _plan(self, at: datetime, what: str, item: UUID) -> None:
        heappush(self._coming, (at, next(self._order), what, item))

    def _later(self, act: Act, low: float, high: float) -> datetime:
        return act.now + timedelta(days=self.dice.uniform(low, high))

    def _begin(self, act: Act, item: UUID) -> None:
        row = self._case | {"id": item, "number": f"年-{item}", "received_at": act.now, "created_at": act.now}
        act.db.execute(insert(cases).values(**row))
        handler = {"id": uuid7(act.now), "case_id": item, "account_id": self.dice.choice(self._handlers)}
        act.db.execute(insert(assignments).values(**handler, lead=True, since=act.now))
        deadlines.start(act, self._case_of(act, item), RULE, act.now, limits=None)
        length = 60.0
        if self.dice.random() < 0.05:
            self._make_hourly(act, item)
            length = 1.0
        self.done["begun"] += 1
        if self.dice.random() < 0.3:
            self._plan(self._later(act, 0, length), "extend", item)
        if self.dice.random() < 0.3:
            self._plan(self._later(act, 0, length), "suspend", item)
        self._plan(self._later(act, length / 2, length * 1.6), "end", item)

    def _make_hourly(self, act: Act, item: UUID) -> None:
        """A clock of twenty-four hours instead of days."""
        clock = self._clock(act, item)
        assert clock is not None
        candidate = {**clock.rule, "length": 24, "unit": "H", "roll": False}
        settled = settle([candidate], clock.started_at, act.law.calendar, Stretch((), (), act.now))
        deadlines.rewrite(act, clock, settled, [candidate])

    def _extend(self, act: Act, item: UUID) -> None:
        clock = self._clock(act, item)
        if clock is not None and clock.state == "running" and clock.rule["unit"] != "H":
            inputs = {"length": self.dice.choice((5, 15, 30)), "reason": "检测未完成"}
            deadlines.extend(act, self._case_of(act, item), clock, inputs)
            self.done["extended"] += 1

    def _suspend(self, act: Act, item: UUID) -> None:
        clock = self._clock(act, item)
        if clock is not None and clock.state == "running":
            deadlines.suspend(act, clock, {"reason": "testing", "note": "送检"})
            self.done["suspended"] += 1
            self._plan(self._later(act, 0.1, 75), "resume", item)

    def _resume(self, act: Act, item: UUID) -> None:
        clock = self._clock(act, item)
        if clock is not None and clock.state == "suspended":
            deadlines.resume(act, self._case_of(act, item), clock)
            self.done["resumed"] += 1

    def _end(self, act: Act, item: UUID) -> None:
        clock = self._clock(act, item)
        if clock is not None and clock.state == "suspended":
            self._plan(self._later(act, 1, 30), "end", item)
        elif clock is not None:
            deadlines.stop(act, [clock], [RULE], cancelled=False)
            self.done["ended"] += 1

    def _case_of(self, act: Act, item: UUID) -> AnyRow:
        return act.db.execute(select(cases).where(cases.c.id == item)).one()

    def _clock(self, act: Act, item: UUID) -> Any:
        running = deadlines.running(act, item)
        return next((one for one in running if one.rule_id == RULE), None)


def due_clocks(act: Act) -> list[UUID]:
    """The clocks that have something to say now."""
    due = select(clocks.c.id).where(clocks.c.remind_at <= act.now)
    return list(act.db.execute(due).scalars())
