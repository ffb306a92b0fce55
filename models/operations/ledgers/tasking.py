"""Tasks 整改任务 marked done: by the unit they belong to; the item is self-checked when all are."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from models.domain.access import Role
from models.domain.errors import Flaw, Forbidden, IllegalTransition, Invalid, NotFound
from models.domain.law import chain_of
from models.domain.rectification.words import Part
from models.domain.states import STATE_TITLES, State
from models.domain.timing.calendar import legal_day
from models.operations import deadlines
from models.operations.act import Act
from models.operations.casework import sight
from models.tables.base import AnyRow
from models.tables.cases import case_units, cases
from models.tables.ledgers import tasks as T


def mark(act: Act, case_id: UUID, no: int, *, done_on: date, note: str, version: int | None) -> UUID:
    """
    Mark a task done on a day; its clock stops.

    Raises:
        NotFound: the case, or no task of that number. Forbidden: another unit's. Invalid: a day to come.
        VersionMissing, StaleVersion; IllegalTransition: the item is not being rectified, or it is done already.
    """
    case = sight.lock(act, case_id)
    task = act.db.execute(select(T).where(T.c.case_id == case_id, T.c.no == no)).one_or_none()
    if task is None:
        raise NotFound("没有这个编号的整改任务")
    _mine(act, case_id, task)
    _plausible(act, case, done_on)
    sight.current(act, case, version)
    if case.state is not State.RECTIFYING:
        raise IllegalTransition(f"本问题目前是“{STATE_TITLES[case.state]}”，整改中才能报告任务完成")
    if task.done_on is not None:
        raise IllegalTransition(f"任务{no}已于{task.done_on.isoformat()}报告完成")
    act.db.execute(update(T).where(T.c.id == task.id).values(done_on=done_on, note=note or None))
    deadlines.stop_of(act, task.id)
    nearest = deadlines.nearest(act, case_id)
    act.db.execute(
        update(cases)
        .where(cases.c.id == case_id)
        .values(version=case.version + 1, changed_at=act.now, **nearest)
    )
    act.note(
        "task.done",
        "case",
        case_id,
        chain=chain_of(case.division_code),
        fields=("done_on", "note"),
        content={"no": no, "done_on": done_on, "note": note},
    )
    return case_id


def _plausible(act: Act, case: AnyRow, done_on: date) -> None:
    listed_on = legal_day(case.received_at)
    if done_on > legal_day(act.now):
        raise Invalid(flaws=[Flaw("/done_on", "in_future", "完成日期不能晚于今天")])
    if done_on < listed_on:
        told = f"完成日期不能早于交办日期{listed_on.isoformat()}"
        raise Invalid(flaws=[Flaw("/done_on", "too_early", told)])


def _mine(act: Act, case_id: UUID, task: AnyRow) -> None:
    """The task's own unit, or a responsible one, through its liaison."""
    rows = act.db.execute(
        select(case_units.c.unit_id).where(
            case_units.c.case_id == case_id, case_units.c.part == Part.RESPONSIBLE.value
        )
    )
    allowed = {task.unit_id, *rows.scalars()}
    held = {grant.unit_id for grant in act.actor.grants if grant.role is Role.LIAISON}
    if not allowed & held:
        raise Forbidden("整改任务由任务单位或责任单位的联络员报告完成")
