"""What the shape of a step's inputs cannot say about an item: units, people and dates that must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import Flaw, Invalid
from models.domain.states import Action
from models.domain.timing.calendar import legal_day
from models.operations.casework.item_past import history_of
from models.operations.casework.stepping import Work
from models.operations.ledgers import entry_checks
from models.tables.cases import case_units
from models.tables.ledgers import tasks
from models.tables.materials import materials

Check = Callable[[Work], Iterator[Flaw]]


def check(work: Work) -> None:
    """Raises ``Invalid`` with every flaw at once."""
    checked = CHECKS.get(work.step.action)
    flaws = list(checked(work)) if checked else []
    if flaws:
        raise Invalid(flaws=flaws)


def _plan(work: Work) -> Iterator[Flaw]:
    """A plan stays within the date of the ledger; its tasks within the plan, at units that have a part."""
    inputs, item, today = work.step.inputs, work.item, legal_day(work.act.now)
    assert item is not None
    due_on = date.fromisoformat(inputs["due_on"])
    first = item.first_due_on
    if first is not None and first < today:
        if due_on != first:  # a plan that comes late keeps that date, and the item is overdue
            told = f"清单规定的整改时限{first.isoformat()}已过，请填这一天，按逾期办理"
            yield Flaw("/due_on", "not_first", told)
    elif due_on < today:
        yield Flaw("/due_on", "over", "整改时限不能早于今天")
    elif first is not None and due_on > first:
        yield Flaw("/due_on", "too_late", f"不能晚于清单规定的整改时限{first.isoformat()}")
    rows = work.act.db.execute(select(case_units.c.unit_id).where(case_units.c.case_id == work.case.id))
    parts = set(rows.scalars())
    for i, task in enumerate(inputs["tasks"]):
        if UUID(task["unit_id"]) not in parts:
            yield Flaw(f"/tasks/{i}/unit_id", "unknown_unit", "任务单位须是本问题的责任、牵头或会同单位")
        if date.fromisoformat(task["due_on"]) > due_on:
            yield Flaw(f"/tasks/{i}/due_on", "too_late", "任务期限不能晚于整改时限")


def _extension(work: Work) -> Iterator[Flaw]:
    assert work.item is not None
    if work.item.due_on is not None and date.fromisoformat(work.step.inputs["until"]) <= work.item.due_on:
        yield Flaw("/until", "not_later", f"须晚于现在的整改时限{work.item.due_on.isoformat()}")


def _designee(work: Work) -> Iterator[Flaw]:
    if not entry_checks.known(work.act, UUID(work.step.inputs["unit_id"])):
        yield Flaw("/unit_id", "unknown_unit", "没有这个单位，请先在单位资料中登记")


def _finished(work: Work) -> Iterator[Flaw]:
    finished = date.fromisoformat(work.step.inputs["finished_on"])
    if finished > legal_day(work.act.now):
        yield Flaw("/finished_on", "in_future", "完成日期不能晚于今天")
    assert work.item is not None
    last = work.act.db.execute(
        select(func.max(tasks.c.done_on)).where(tasks.c.case_id == work.case.id)
    ).scalar_one()
    first, since = max((work.item.listed_on, "交办"), (last or work.item.listed_on, "末项任务完成"))
    if finished < first:
        yield Flaw("/finished_on", "too_early", f"完成日期不能早于{since}日期{first.isoformat()}")


def _visited(work: Work) -> Iterator[Flaw]:
    """Somebody looked after the thing to be looked at was there: the finished work, the write-off."""
    assert work.item is not None
    on = date.fromisoformat(work.step.inputs["visited_on"])
    if on > legal_day(work.act.now):
        yield Flaw("/visited_on", "in_future", "核查日期不能晚于今天")
    look_back = work.step.action is Action.LOOK_BACK
    first = work.item.written_off_on if look_back else work.item.finished_on
    if first is not None and on < first:
        since = "销号" if look_back else "整改完成"
        yield Flaw("/visited_on", "too_early", f"核查日期不能早于{since}日期{first.isoformat()}")


def _outside(work: Work) -> Iterator[Flaw]:
    """An outside act has happened, and its scan is in the file of the item."""
    outside = work.step.inputs.get("outside")
    if outside is None:
        return
    if date.fromisoformat(outside["dated_on"]) > legal_day(work.act.now):
        yield Flaw("/outside/dated_on", "in_future", "批复日期不能晚于今天")
    scan = UUID(outside["scan"])
    there = select(materials.c.id).where(
        materials.c.id == scan,
        materials.c.case_id == work.case.id,
        materials.c.kind == MaterialKind.APPROVAL,
        materials.c.voided_at.is_(None),
        materials.c.arrived_at.is_not(None),
    )
    if work.act.db.execute(there).first() is None:
        yield Flaw("/outside/scan", "unknown_material", "一事一档中没有这份批复的扫描件，请先作为“批复”上传")
    past = history_of(work.act, work.case.id)
    signed = past.last(Action.COUNTERSIGN)
    approving = work.step.action is Action.APPROVE_WRITE_OFF
    if approving and signed and date.fromisoformat(outside["dated_on"]) < legal_day(signed.at):
        yield Flaw("/outside/dated_on", "too_early", "销号批复的日期不能早于验收通过的日期")
    if any((row.inputs.get("outside") or {}).get("scan") == str(scan) for row in past.steps):
        yield Flaw("/outside/scan", "used_before", "这份扫描件已用于前一次批复，请上传本次批复的扫描件")


CHECKS: Final[dict[Action, Check]] = {
    Action.SUBMIT_PLAN: _plan,
    Action.REQUEST_EXTENSION: _extension,
    Action.DESIGNATE: _designee,
    Action.SELF_CHECK: _finished,
    Action.VERIFY: _visited,
    Action.LOOK_BACK: _visited,
    Action.GRANT_EXTENSION: _outside,
    Action.APPROVE_WRITE_OFF: _outside,
}
