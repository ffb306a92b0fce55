"""A ledger with one item, and its steps taken by their people, for tests of the rectification lifecycle."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.drafts import Place
from models.domain.ids import uuid7
from models.domain.rectification.drafts import ItemDraft, LedgerDraft
from models.domain.rectification.words import Level, Origin
from models.domain.states import Action
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.ledgers import items, ledgers, tasking
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.ledgers import items as item_table
from tests.factories import COUNTY, HOUSING, NOW, TOWN, TOWN_HALL, World

DUE = date(2027, 3, 31)
CHECKLIST = ["截污3处全部完成", "清淤1400立方米", "建立管护制度"]


def ledger(world: World, *, who: str = "office", **changed: Any) -> UUID:
    """A ledger of the county's own."""
    values: dict[str, Any] = {
        "title": "示例清单（虚构）",
        "origin": Origin.SELF_CHECK,
        "level": Level.COUNTY,
        "year": 2026,
        "division": COUNTY,
    }
    with world.act(who) as act:
        return ledgers.make(act, LedgerDraft(**(values | changed)), None)


def item_draft(world: World, ledger_id: UUID, **changed: Any) -> ItemDraft:
    """The ditch of 样例村: the town hall is responsible, nobody verifies yet."""
    values: dict[str, Any] = {
        "id": uuid7(NOW),
        "ledger_id": ledger_id,
        "problem_no": "样例-01",
        "title": "样例村水渠黑臭",
        "text": "水渠700米发黑发臭，沿线3处生活污水直排。",
        "categories": ("水/黑臭水体",),
        "place": Place(TOWN, "样例村水渠"),
        "listed_on": date(2026, 11, 20),
        "responsible": (world.unit(TOWN_HALL),),
        "lead": world.unit(HOUSING),
    }
    return ItemDraft(**(values | changed))


def listed(world: World, **changed: Any) -> UUID:
    """An item just entered: the plan is awaited."""
    draft = item_draft(world, changed.pop("ledger_id", None) or ledger(world), **changed)
    with world.act("office") as act:
        return items.enter(act, draft, {"id": draft.id})


def plan(world: World, **changed: Any) -> dict[str, Any]:
    """The inputs of a plan."""
    return {
        "goal": "2027年3月底前消除黑臭",
        "measures": "截污、清淤、建立管护制度",
        "stage": "短期",
        "due_on": DUE.isoformat(),
        "responsible_person": "样例镇长",
        "checklist": CHECKLIST,
        "tasks": [
            {"text": "截污3处", "unit_id": str(world.unit(TOWN_HALL)), "due_on": "2027-01-31"},
            {"text": "清淤1400立方米", "unit_id": str(world.unit(TOWN_HALL)), "due_on": "2027-02-28"},
        ],
    } | changed


def step(
    world: World, case_id: UUID, who: str, action: Action, *, now: datetime = NOW, **inputs: Any
) -> None:
    """One lifecycle step by a person, at the version the item has."""
    version = case_of(world, case_id).version
    with world.act(who, now=now) as act:
        advancing.advance(act, case_id, Step(action, inputs), None, version=version)


def rectifying(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    """An item whose plan is confirmed; 区住建局 verifies."""
    case_id = listed(world, **changed)
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, now=now, **plan(world))
    step(world, case_id, "office", Action.DESIGNATE, now=now, unit_id=str(world.unit(HOUSING)))
    step(world, case_id, "office", Action.CONFIRM_PLAN, now=now)
    return case_id


def finish_tasks(world: World, case_id: UUID, *, now: datetime = NOW) -> None:
    for no in (1, 2):
        version = case_of(world, case_id).version
        with world.act("liaison", now=now) as act:
            tasking.mark(act, case_id, no, done_on=now.date(), note="", version=version)


def self_checked(world: World, *, now: datetime = NOW + timedelta(days=30), **changed: Any) -> UUID:
    """An item whose tasks are done and whose checklist is met."""
    case_id = rectifying(world, **changed)
    finish_tasks(world, case_id, now=now)
    met = [{"no": no, "met": True} for no in range(1, len(CHECKLIST) + 1)]
    step(
        world,
        case_id,
        "liaison",
        Action.SELF_CHECK,
        now=now,
        finished_on=now.date().isoformat(),
        checklist=met,
        summary="已按方案完成",
    )
    return case_id


def case_of(world: World, case_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(cases).where(cases.c.id == case_id)).one()


def item_of(world: World, case_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(item_table).where(item_table.c.case_id == case_id)).one()


def clocks_of(world: World, case_id: UUID) -> dict[str, str]:
    """Rule id → state of every clock of the case; of several of one rule the last."""
    with world.engine.connect() as db:
        rows = db.execute(select(deadlines).where(deadlines.c.case_id == case_id).order_by(deadlines.c.id))
        return {row.rule_id: row.state for row in rows}
