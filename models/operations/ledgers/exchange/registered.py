"""Items as they are registered, by the fields of a layout: what is printed, and what an import is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select

from models.domain.errors import Flaw, Invalid
from models.domain.geo import Datum
from models.domain.ids import moment_of
from models.domain.rectification.sheets.layouts import Field, Layout, parse_layouts
from models.domain.rectification.words import Part, Progress
from models.domain.states import STATE_TITLES
from models.operations import scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import case_units, cases
from models.tables.ledgers import items as T

PAGE: Final = 200
"""Items read at once: some 10 ms on the loop where SQLite is read there."""

Cursor = tuple[str, int]
_DONE: Final = frozenset({Progress.WRITTEN_OFF, Progress.KEPT_UP})
_ids = bindparam("ids", expanding=True, type_=case_units.c.case_id.type)
_UNITS: Final = (
    select(case_units.c.case_id, case_units.c.unit_id, case_units.c.part)
    .where(case_units.c.case_id.in_(_ids))
    .order_by(case_units.c.unit_id)
)


@dataclass(frozen=True, slots=True)
class Item:
    """A row of an item with its case, and its units by part."""

    row: AnyRow
    units: Mapping[str, tuple[UUID, ...]]

    @property
    def key(self) -> Cursor:
        return self.row.problem_no, self.row.round


@cache
def layouts() -> Mapping[str, Layout]:
    """The layouts this release ships."""
    return parse_layouts((files("models.reference") / "layouts.toml").read_text("utf-8"))


def layout_of(key: str, *, importable: bool = False) -> Layout:
    """
    A layout by its key.

    Raises:
        Invalid: there is none, or it is only for going out.
    """
    found = layouts().get(key)
    if found is None or (importable and not found.importable):
        known = [one for one in layouts().values() if one.importable or not importable]
        told = "没有这种表式，可选：" + "、".join(f"{one.key}（{one.sheet}）" for one in known)
        raise Invalid(flaws=[Flaw("query:/layout", "unknown_layout", told)])
    return found


def page(act: Act, ledger_id: UUID, after: Cursor | None) -> Sequence[Item]:
    """The next items of a ledger that the actor sees, by problem number and round; none at the end."""
    reach = Scope.of(act.actor)
    values: dict[str, Any] = {"ledger": ledger_id, **reach.binds()}
    if after is not None:
        values |= {"after_no": after[0], "after_round": after[1]}
    rows = act.db.execute(_page(reach.shape, after is not None), values).all()
    return _with_units(act, rows)


def all_of(act: Act, ledger_id: UUID) -> dict[Cursor, Item]:
    """Every item of a ledger that the actor sees, by problem number and round."""
    found: dict[Cursor, Item] = {}
    after = None
    while some := page(act, ledger_id, after):
        found |= {item.key: item for item in some}
        after = some[-1].key
    return found


def made_by(act: Act, ledger_id: UUID, import_id: UUID) -> int:
    """How many items the import made: all of one act bear its moment."""
    made = (
        select(func.count())
        .select_from(T)
        .join(cases, cases.c.id == T.c.case_id)
        .where(
            T.c.ledger_id == ledger_id,
            cases.c.created_at == moment_of(import_id),
            cases.c.created_by == act.actor.account_id,
        )
    )
    return int(act.db.execute(made).scalar_one())


def values_of(item: Item, ledger: AnyRow) -> dict[Field, Any]:
    """What is registered, as the values that cells are understood as; nothing for what was never entered."""
    row = item.row
    return {
        Field.PROBLEM_NO: row.problem_no,
        Field.ROUND: row.round,
        Field.ORIGIN: ledger.origin.value,
        Field.BATCH: ledger.batch,
        Field.LISTED_ON: row.listed_on,
        Field.TITLE: row.title,
        Field.TEXT: row.working_text,
        Field.CATEGORIES: tuple(row.categories) or None,
        Field.PROBLEM_TYPE: row.problem_type,
        Field.DIVISION: row.division_code,
        Field.PLACE: row.place_text,
        Field.LON: row.given_lon,
        Field.LAT: row.given_lat,
        Field.DATUM: Datum(row.datum) if row.datum else None,
        Field.GOAL: row.goal,
        Field.MEASURES: row.measures,
        Field.RESPONSIBLE: item.units.get(Part.RESPONSIBLE),
        Field.RESPONSIBLE_PERSON: row.responsible_person,
        Field.CONTACT_LEADER: row.contact_leader,
        Field.LEAD: next(iter(item.units.get(Part.LEAD, ())), None),
        Field.JOINT: item.units.get(Part.JOINT),
        Field.DUE_ON: row.due_on,
        Field.STAGE: row.stage,
        Field.CHECKLIST: tuple(one["text"] for one in row.checklist) or None,
        Field.LEVEL: row.level,
        **_standing(row),
    }


def _standing(row: AnyRow) -> dict[Field, Any]:
    """What the system says of an item by itself."""
    return {
        Field.NUMBER: row.number,
        Field.STATE: STATE_TITLES[row.state],
        Field.PROGRESS: row.progress,
        Field.PERCENT: row.percent,
        Field.FINISHED_ON: row.finished_on,
        Field.WRITTEN_OFF_ON: row.written_off_on,
        Field.URGENT: "重点件" if row.urgent else None,
        Field.CONCLUSION: row.conclusion,
        Field.VERDICT: row.verdict,
        Field.SETTLED: "已办结" if row.progress in _DONE else "未办结（正在办理）",
    }


def _with_units(act: Act, rows: Sequence[AnyRow]) -> list[Item]:
    units: dict[UUID, dict[str, tuple[UUID, ...]]] = {row.case_id: {} for row in rows}
    if rows:
        for one in act.db.execute(_UNITS, {"ids": list(units)}):
            parts = units[one.case_id]
            parts[one.part] = (*parts.get(one.part, ()), one.unit_id)
    return [Item(row, units[row.case_id]) for row in rows]


@lru_cache(maxsize=64)
def _page(shape: Shape, more: bool) -> Select[Any]:
    shown = [one for one in cases.c if one.name not in T.c]
    statement = (
        select(T, *shown)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.ledger_id == bindparam("ledger", type_=T.c.ledger_id.type), scope.visible(shape))
    )
    if more:
        number = bindparam("after_no", type_=T.c.problem_no.type)
        round_ = bindparam("after_round", type_=T.c.round.type)
        further = or_(T.c.problem_no > number, and_(T.c.problem_no == number, T.c.round > round_))
        statement = statement.where(T.c.problem_no >= number, further)
    return statement.order_by(T.c.problem_no, T.c.round).limit(PAGE)
