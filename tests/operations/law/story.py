"""One case brought along its lifecycle by the real operations, with the clock given at every step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.complaints import Channel, ContactOutcome, ContactWay
from models.domain.ids import uuid7
from models.domain.states import Action
from models.domain.timing.calendar import SHANGHAI
from models.operations.casework import complaints, contacting
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.once import Key
from models.tables.base import AnyRow
from models.tables.cases import cases as case_table
from models.tables.cases import points
from models.tables.complaints import complaints as complaint_table
from models.tables.deadlines import deadlines
from tests.factories import NOW, World, case_draft, complaint_draft


def at(text: str) -> datetime:
    """A Shanghai time: ``2026-11-23 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass(slots=True)
class Story:
    """A registered complaint and what people do to it."""

    world: World
    case_id: UUID = field(init=False)
    made: dict[str, Any] = field(init=False)

    def register(self, *, now: datetime = NOW, case: dict[str, Any] | None = None, **changed: Any) -> Story:
        """The clerk registers a 12345 complaint received now."""
        values = {"id": uuid7(now), "channel": Channel.HOTLINE_12345, "received_at": now} | (case or {})
        draft = complaint_draft(case=case_draft(**values), **changed)
        with self.world.act("clerk", now=now) as act:
            self.made = complaints.register(act, draft, {}, Key(str(draft.case.id), keep="id"))
        self.case_id = draft.case.id
        return self

    def step(self, who: str, action: Action, *, now: datetime = NOW, **inputs: Any) -> Story:
        """One step at the version the case has."""
        version = self.case().version
        with self.world.act(who, now=now) as act:
            advancing.advance(act, self.case_id, Step(action, inputs), None, version=version)
        return self

    def accept(self, *, now: datetime = NOW) -> Story:
        return self.step("clerk", Action.ACCEPT, now=now)

    def assign(self, *, now: datetime = NOW) -> Story:
        person = str(self.world.account("inspector"))
        return self.step("supervisor", Action.ASSIGN, now=now, handlers=[person], lead=person)

    def propose(self, *, now: datetime = NOW) -> Story:
        self.step("inspector", Action.INVESTIGATE, now=now)
        return self.propose_as("inspector", now=now)

    def propose_as(self, who: str, *, now: datetime = NOW) -> Story:
        """The handler answers every point and proposes the end of an investigation that has begun."""
        with self.world.engine.connect() as db:
            found = db.execute(select(points.c.id).where(points.c.case_id == self.case_id)).scalars()
            answered = [
                {"point_id": str(one), "verdict": "属实", "finding": "确有黑烟", "measure": "当场整改"}
                for one in found
            ]
        return self.step(who, Action.PROPOSE, now=now, findings=answered, conclusion="已整改")

    def contact(self, *, now: datetime, outcome: ContactOutcome) -> Story:
        """One attempt to reach the reporter."""
        inputs = {"way": ContactWay.PHONE.value, "outcome": outcome.value}
        with self.world.engine.connect() as db:
            complaint_id = db.execute(
                select(complaint_table.c.id).where(complaint_table.c.case_id == self.case_id)
            ).scalar_one()
        version = self.case().version
        with self.world.act("clerk", now=now) as act:
            contacting.log_contact(act, complaint_id, inputs, version=version)
        return self

    def case(self) -> AnyRow:
        with self.world.engine.connect() as db:
            return db.execute(select(case_table).where(case_table.c.id == self.case_id)).one()

    def clock(self, rule_id: str) -> AnyRow:
        with self.world.engine.connect() as db:
            return db.execute(
                select(deadlines).where(deadlines.c.case_id == self.case_id, deadlines.c.rule_id == rule_id)
            ).one()
