"""What is proposed for the publicity 销号公示 of a rectification item: made from the item, without anybody's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.publications import Period
from models.domain.rectification.words import Part
from models.domain.states import Action
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import case_units, steps
from models.tables.ledgers import items, tasks
from models.tables.people import units

_case_id = bindparam("case_id", type_=items.c.case_id.type)
_ITEM = select(items).where(items.c.case_id == _case_id)
_TASKS = select(tasks).where(tasks.c.case_id == _case_id).order_by(tasks.c.no)
_UNITS = (
    select(units.c.name, case_units.c.part)
    .join(units, units.c.id == case_units.c.unit_id)
    .where(case_units.c.case_id == _case_id)
    .order_by(case_units.c.part, units.c.name)
)
_OPINION = (
    select(steps.c.inputs)
    .where(steps.c.case_id == _case_id, steps.c.action == Action.VERIFY)
    .order_by(steps.c.seq.desc())
    .limit(1)
)
_TITLES: Final = {Part.RESPONSIBLE: "责任单位", Part.VERIFIER: "验收单位"}


def text(act: Act, case: AnyRow, lasting: Period) -> str:
    """Problem, goal, what was done, the opinion of the acceptance, units, and both ways to count the days."""
    binds = {"case_id": case.id}
    item = act.db.execute(_ITEM, binds).one()
    done = [_task(row) for row in act.db.execute(_TASKS, binds)]
    parts = [
        f"问题：{case.working_text}",
        f"整改目标：{item.goal or ''}",
        f"措施完成情况：{item.measures or ''}",
        *done,
        *_opinion(act.db.execute(_OPINION, binds).scalar_one_or_none()),
        *_units(act.db.execute(_UNITS, binds).all()),
        days(lasting),
        "对公示内容有异议的，请在公示期内提出，并写明事实和联系方式；异议只影响本问题的销号。",
    ]
    return "\n".join(part.replace("。。", "。") for part in parts)


def days(lasting: Period) -> str:
    """公示期限 with its shortest length, by the way that applies and by the other."""
    counted, other = ("计入", "不计入") if lasting.counts_start_day else ("不计入", "计入")
    last = lasting.from_next if lasting.counts_start_day else lasting.counting_first
    first, until = _day(lasting.first_day), _day(lasting.last_day)
    return (
        f"公示期限：{first}至{until}（不少于{lasting.text}，首日{counted}；首日{other}的，至{_day(last)}）。"
    )


def people(act: Act, case_id: UUID) -> list[str]:
    """The persons an item names: responsible, leading, of its tasks; none of them is published."""
    binds = {"case_id": case_id}
    item = act.db.execute(_ITEM, binds).one_or_none()
    if item is None:
        return []
    named = [item.responsible_person, item.contact_leader]
    named += [row.person for row in act.db.execute(_TASKS, binds)]
    return sorted({one for one in named if one})


def _task(row: AnyRow) -> str:
    done = f"已于{_day(row.done_on)}完成" if row.done_on else "尚未完成"
    return f"{row.no}. {row.text.rstrip('。')}：{done}。"


def _opinion(inputs: Any) -> Sequence[str]:
    if inputs is None:
        return ()
    visited = date.fromisoformat(inputs["visited_on"])
    return (f"验收结论：{_day(visited)}现场核查，{inputs['opinion'].rstrip('。')}。",)


def _units(rows: Sequence[AnyRow]) -> Sequence[str]:
    named = {part: [row.name for row in rows if row.part == part.value] for part in _TITLES}
    return [f"{_TITLES[part]}：{'、'.join(names)}" for part, names in named.items() if names]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
