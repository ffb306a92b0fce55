"""An item that was accepted on the site, and what becomes of its publicity."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from models.domain.ids import uuid7
from models.domain.states import Action, State
from models.operations.publishing import deciding, drafting
from models.operations.publishing.drafting import Draft
from models.tables.cases import cases, steps
from models.tables.ledgers import tasks
from tests.factories import NOW, World
from tests.operations.ledgers import stories as ledger_stories

FIRST = date(2026, 11, 24)
"""A Tuesday, the day after ``NOW``."""

LAST = date(2026, 11, 30)
"""The fifth working day when the first one counts."""

WORDS = "样例村水渠黑臭问题已按方案完成整改，验收通过，现予公示。"


def verified(world: World, *, now: datetime = NOW, **item: Any) -> UUID:
    """An item that the liaison applied for and two verifiers signed; how it came there is tested elsewhere."""
    case_id = ledger_stories.rectifying(world, **item)
    with world.engine.begin() as db:
        db.execute(update(tasks).where(tasks.c.case_id == case_id).values(done_on=date(2026, 11, 22)))
    members = [str(world.account(who)) for who in ("verifier", "verifier2")]
    opinion = {"visited_on": "2026-11-22", "opinion": "达到验收销号标准", "members": members, "joint": []}
    put_step(world, case_id, "liaison", Action.APPLY, State.MATERIAL_REVIEW, now=now)
    put_step(world, case_id, "verifier", Action.VERIFY, State.COUNTERSIGNING, now=now, inputs=opinion)
    put_step(world, case_id, "verifier2", Action.COUNTERSIGN, State.VERIFIED, now=now)
    return case_id


def put_step(
    world: World,
    case_id: UUID,
    who: str,
    action: Action,
    target: State,
    *,
    now: datetime = NOW,
    inputs: Any = None,
) -> None:
    """A step as it would stand in the record."""
    by = world.account(who)
    with world.engine.begin() as db:
        case = db.execute(select(cases).where(cases.c.id == case_id)).one()
        last = db.execute(select(func.max(steps.c.seq)).where(steps.c.case_id == case_id)).scalar_one()
        values = {"id": uuid7(now), "case_id": case_id, "seq": last + 1, "action": action}
        values |= {"source": case.state, "target": target, "round": case.round, "at": now, "by": by}
        db.execute(insert(steps).values(**values, role=None, principal_id=None, inputs=inputs or {}))
        db.execute(update(cases).where(cases.c.id == case_id).values(state=target, version=last + 1))


def words_of(case_id: UUID, **changed: Any) -> Draft:
    """A draft of the shortest length."""
    values: dict[str, Any] = {"title": "样例村水渠黑臭整改销号公示", "text": WORDS}
    values |= {"case_id": case_id, "first_day": FIRST, "last_day": LAST}
    return Draft(**(values | changed))


def drafted(world: World, case_id: UUID, *, now: datetime = NOW, **changed: Any) -> UUID:
    with world.act("office", now=now) as act:
        return drafting.draft(act, words_of(case_id, **changed), None)


def published(world: World, case_id: UUID, *, now: datetime = NOW, **changed: Any) -> UUID:
    """Drafted by the office, approved by another of it."""
    made = drafted(world, case_id, now=now, **changed)
    with world.act("office2", now=now) as act:
        deciding.approve(act, made, version=1)
    return made
