"""Cases with clocks for the reminder tests, made by the real operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.ids import uuid7
from models.domain.states import Action
from models.operations.casework import cases, complaints
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.once import Key
from models.operations.reminders import reminding
from models.tables.base import AnyRow
from models.tables.cases import cases as case_table
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from models.tables.people import accounts
from tests.factories import NOW, World, case_draft, complaint_draft


def spot_case(world: World, *, now: datetime = NOW) -> UUID:
    """A case found on the spot: its one clock is CASE_TRIAGE, 3 working days, the clerk's."""
    with world.act("inspector", now=now) as act:
        draft = case_draft(id=uuid7(now), received_at=now)
        cases.log(act, draft, {"id": str(draft.id)})
    return draft.id


def assigned_case(world: World, *, now: datetime = NOW) -> UUID:
    """A case accepted and assigned to ``inspector``: RPT_CLOSE runs, 60 days."""
    case_id = spot_case(world, now=now)
    step(world, case_id, "clerk", Action.ACCEPT, now=now)
    assign(world, case_id, "inspector", now=now)
    return case_id


def complained_case(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    """A complaint of a named reporter: RPT_ACCEPT_TELL runs, 15 days, the clerk's."""
    with world.act("clerk", now=now) as act:
        draft = complaint_draft(**changed)
        complaints.register(act, draft, {"id": str(draft.case.id)}, Key(str(draft.case.id), keep="id"))
    return draft.case.id


def assign(world: World, case_id: UUID, handler: str, *, now: datetime = NOW) -> None:
    person = str(world.account(handler))
    step(world, case_id, "supervisor", Action.ASSIGN, now=now, handlers=[person], lead=person)


def step(
    world: World, case_id: UUID, who: str, action: Action, *, now: datetime = NOW, **inputs: Any
) -> None:
    """One lifecycle step by a person, at the version the case has."""
    with world.engine.connect() as db:
        version = db.execute(select(case_table.c.version).where(case_table.c.id == case_id)).scalar_one()
    with world.act(who, now=now) as act:
        advancing.advance(act, case_id, Step(action, inputs), None, version=version)


def clock_of(world: World, case_id: UUID, rule_id: str) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(
            select(deadlines).where(deadlines.c.case_id == case_id, deadlines.c.rule_id == rule_id)
        ).one()


def scan(world: World, now: datetime) -> reminding.Planned:
    """One pass of the reminder scan."""
    with world.act(now=now) as act:
        return reminding.plan_due(act)


def told(world: World, rule_id: str | None = None) -> list[tuple[str, str, str]]:
    """(login, stage, state) of every notice, in order of planning."""
    with world.engine.connect() as db:
        statement = (
            select(accounts.c.login, notices.c.stage, notices.c.state)
            .join(accounts, accounts.c.id == notices.c.account_id)
            .order_by(notices.c.planned_at, accounts.c.login)
        )
        if rule_id is not None:
            statement = statement.where(notices.c.rule_id == rule_id)
        return [(row.login, row.stage, row.state) for row in db.execute(statement)]


def rows(world: World) -> list[AnyRow]:
    with world.engine.connect() as db:
        return list(db.execute(select(notices).order_by(notices.c.planned_at, notices.c.id)).all())
