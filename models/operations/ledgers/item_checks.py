"""What the shape of a step's inputs cannot say about an item: units, people and dates that must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import Flaw, Invalid
from models.domain.states import Action
from models.domain.timing.calendar import legal_day
from models.operations.casework.stepping import Work
from models.operations.ledgers import entry_checks
from models.tables.cases import case_units
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
    if (
        due_on < today and due_on != first
    ):  # a plan that comes after the ledger's date names that date, and is overdue
        over = first is not None and first < today
        way = f"清单规定的整改时限已过，请填该日期{first}，按逾期办理" if over else "整改时限不能早于今天"
        yield Flaw("/due_on", "over", way)
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
    if date.fromisoformat(work.step.inputs["finished_on"]) > legal_day(work.act.now):
        yield Flaw("/finished_on", "in_future", "完成日期不能晚于今天")


def _visited(work: Work) -> Iterator[Flaw]:
    """Who looks at the site does so after the work was finished; who looks back, after the item was written off."""
    assert work.item is not None
    visited = date.fromisoformat(work.step.inputs["visited_on"])
    if visited > legal_day(work.act.now):
        yield Flaw("/visited_on", "in_future", "核查日期不能晚于今天")
    back = work.step.action is Action.LOOK_BACK
    since, what = (work.item.written_off_on, "销号日期") if back else (work.item.finished_on, "整改完成日期")
    if since is not None and visited < since:
        yield Flaw("/visited_on", "too_early", f"核查日期不能早于{what}{since.isoformat()}")


def _outside(work: Work) -> Iterator[Flaw]:
    """An outside act has happened, and its scan is in the file of the item."""
    outside = work.step.inputs.get("outside")
    if outside is None:
        return
    if date.fromisoformat(outside["dated_on"]) > legal_day(work.act.now):
        yield Flaw("/outside/dated_on", "in_future", "批复日期不能晚于今天")
    there = select(materials.c.id).where(
        materials.c.id == UUID(outside["scan"]),
        materials.c.case_id == work.case.id,
        materials.c.kind == MaterialKind.APPROVAL,
        materials.c.voided_at.is_(None),
        materials.c.arrived_at.is_not(None),
    )
    if work.act.db.execute(there).first() is None:
        yield Flaw(
            "/outside/scan",
            "unknown_material",
            "一事一档中没有这份“批复”，或文件还没有传到；请先由整改办登记并上传",
        )


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
