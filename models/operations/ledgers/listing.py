"""Items of a ledger as lists, and one item whole: what the case itself does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.domain.rectification.words import Part
from models.domain.states import Kind
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.ledgers import ledgers
from models.operations.scope import Scope, Shape, visible
from models.tables.base import AnyRow
from models.tables.cases import case_units, cases
from models.tables.ledgers import items as T
from models.tables.ledgers import ledgers as L
from models.tables.ledgers import tasks
from models.tables.people import units

Cursor = tuple[str, int]
"""Problem number and round of the last one shown."""

_ROWS: Final = (
    T,
    cases.c.number,
    cases.c.state,
    cases.c.version,
    cases.c.title,
    cases.c.working_text,
    cases.c.categories,
    cases.c.division_code,
    cases.c.place_text,
    cases.c.lon,
    cases.c.lat,
    cases.c.datum,
    cases.c.given_lon,
    cases.c.given_lat,
    cases.c.due_at,
    cases.c.due_rule,
)
_case_id = bindparam("case_id", type_=T.c.case_id.type)
_UNITS = (
    select(case_units.c.case_id, case_units.c.part, units.c.id, units.c.name)
    .join(units, units.c.id == case_units.c.unit_id)
    .where(case_units.c.case_id.in_(bindparam("ids", expanding=True, type_=case_units.c.case_id.type)))
    .order_by(units.c.name)
)
_TASKS = (
    select(tasks, units.c.name.label("unit"))
    .join(units, units.c.id == tasks.c.unit_id)
    .where(tasks.c.case_id == _case_id)
    .order_by(tasks.c.no)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An item with the units that have a part in it."""

    row: AnyRow
    units: dict[Part, list[AnyRow]]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item whole: its ledger, units, tasks, and the other rounds of the same problem."""

    item: Listed
    ledger: AnyRow
    tasks: Sequence[AnyRow]
    rounds: Sequence[AnyRow]


def page(act: Act, ledger_id: UUID, *, after: Cursor | None, limit: int) -> list[Listed]:
    """
    Up to ``limit + 1`` items of a ledger in sight, by problem number and round.

    Raises:
        NotFound: the ledger.
    """
    ledgers.find(act, ledger_id)
    reach = Scope.of(act.actor)
    values = {"ledger": ledger_id, "limit": limit + 1, **reach.binds()}
    if after is not None:
        values |= {"after_no": after[0], "after_round": after[1]}
    rows = act.db.execute(_page(reach.shape, after is not None), values).all()
    return with_units(act, rows)


def with_units(act: Act, rows: Sequence[AnyRow]) -> list[Listed]:
    """Rows of items, each with its units by part: one more statement for all of them."""
    found: dict[UUID, dict[Part, list[AnyRow]]] = {row.case_id: {} for row in rows}
    if rows:
        for unit in act.db.execute(_UNITS, {"ids": list(found)}):
            found[unit.case_id].setdefault(Part(unit.part), []).append(unit)
    return [Listed(row, found[row.case_id]) for row in rows]


def whole(act: Act, case_id: UUID) -> ItemView:
    """
    One item whole.

    Raises:
        NotFound: absent, outside, or a case of another kind.
    """
    case = sight.find(act, case_id)
    if case.kind is not Kind.RECTIFICATION:
        raise sight.unseen(act, case_id)
    reach = Scope.of(act.actor)
    row = act.db.execute(_one(reach.shape), {"case_id": case_id, **reach.binds()}).one()
    rounds = act.db.execute(
        _rounds(reach.shape), {"ledger": row.ledger_id, "no": row.problem_no, **reach.binds()}
    )
    return ItemView(
        item=with_units(act, [row])[0],
        ledger=act.db.execute(select(L).where(L.c.id == row.ledger_id)).one(),
        tasks=act.db.execute(_TASKS, {"case_id": case_id}).all(),
        rounds=rounds.all(),
    )


def _seen(shape: Shape) -> Select[Any]:
    return select(*_ROWS).join(cases, cases.c.id == T.c.case_id).where(visible(shape))


@lru_cache(maxsize=64)
def _page(shape: Shape, more: bool) -> Select[Any]:
    statement = _seen(shape).where(T.c.ledger_id == bindparam("ledger", type_=T.c.ledger_id.type))
    if more:
        no = bindparam("after_no", type_=T.c.problem_no.type)
        round_ = bindparam("after_round", type_=T.c.round.type)
        statement = statement.where(
            T.c.problem_no >= no, or_(T.c.problem_no > no, and_(T.c.problem_no == no, T.c.round > round_))
        )
    return statement.order_by(T.c.problem_no, T.c.round).limit(bindparam("limit"))


@lru_cache(maxsize=64)
def _one(shape: Shape) -> Select[Any]:
    return _seen(shape).where(T.c.case_id == _case_id)


@lru_cache(maxsize=64)
def _rounds(shape: Shape) -> Select[Any]:
    return (
        _seen(shape)
        .where(
            T.c.ledger_id == bindparam("ledger", type_=T.c.ledger_id.type),
            T.c.problem_no == bindparam("no"),
        )
        .order_by(T.c.round)
    )
