"""Divisions 区划: the tree that scopes; a division that ends hands its area to its successor."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import select, update

from models.domain.errors import Conflict, Duplicate, Flaw, Invalid, NotFound
from models.domain.law import chain_of
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.law import reference
from models.operations.people import reach, units
from models.tables.base import AnyRow
from models.tables.people import divisions

LEVELS: Final = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Level by the number of digits. Source: 统计用区划代码 (national statistics bureau), cut by level."""

_PARENT_DIGITS: Final = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}


def listing(act: Act) -> list[dict[str, Any]]:
    """Every division in the order of the tree (parents first), with its validity and successor."""
    return [_view(row) for row in act.db.execute(select(divisions).order_by(divisions.c.code))]


def one(act: Act, code: str) -> dict[str, Any]:
    """
    One division.

    Raises:
        NotFound
    """
    return _view(_row(act, code))


def add(act: Act, *, code: str, name: str, valid_from: date) -> str:
    """
    A new division under the one its code says; a county opens a journal chain of its own.

    Raises:
        Forbidden: outside the administrator's area. Invalid: no such parent, or it has ended.
        Duplicate: the code exists.
    """
    reach.within(act, code)
    parent = code[: _PARENT_DIGITS[len(code)]] or None
    above = act.law.divisions.get(parent) if parent else None
    if parent and (above is None or above.successor is not None):
        raise Invalid(
            flaws=[Flaw("/code", "unknown_parent", f"上级区划 {parent} 不存在或已撤并，请先登记上级")]
        )
    if code in act.law.divisions:
        raise Duplicate("这个区划代码已经登记；撤并后的代码不再使用")
    units.add_division(
        act, code=code, name=name, level=LEVELS[len(code)], parent=parent, valid_from=valid_from
    )
    return code


def succeed(act: Act, code: str, *, successor: str, on: date) -> str:
    """
    End a division: from ``on`` its area belongs to the successor, whose grants then reach its old rows.

    Raises:
        NotFound. Forbidden: one of the two is outside the administrator's area.
        Invalid: unknown or ended successor, the same division, another level, a day ahead or before it began.
        Conflict: it has a successor already.
    """
    reference.changed(act)  # first: two changes of the tree wait for each other here
    row = _row(act, code)
    reach.within(act, code)
    reach.within(act, successor)
    flaws = _flaws(act, row, successor, on)
    if flaws:
        raise Invalid(flaws=flaws)
    if row.successor is not None:
        raise Conflict(f"该区划已由 {row.successor} 接续")
    act.db.execute(
        update(divisions)
        .where(divisions.c.code == code)
        .values(successor=successor, valid_to=date.fromordinal(on.toordinal() - 1))
    )
    act.note(
        "division.succeed",
        "division",
        code,
        chain=chain_of(code),
        fields=("successor", "valid_to"),
        content={"successor": successor, "on": on},
    )
    return code


def _flaws(act: Act, row: AnyRow, successor: str, on: date) -> list[Flaw]:
    flaws = []
    heir = act.db.execute(select(divisions).where(divisions.c.code == successor)).one_or_none()
    if heir is None or heir.successor is not None:
        flaws.append(Flaw("/successor", "unknown_division", "没有这个接续区划，或它也已撤并"))
    if successor == row.code:
        flaws.append(Flaw("/successor", "same_division", "不能由自己接续"))
    if len(successor) != len(row.code):
        flaws.append(Flaw("/successor", "other_level", "接续的区划应是同一级"))
    if on > legal_day(act.now):
        flaws.append(Flaw("/on", "in_future", "请在撤并生效当日或之后登记"))
    if on <= row.valid_from:
        flaws.append(Flaw("/on", "before_start", "撤并日期应晚于该区划的启用日期"))
    return flaws


def _row(act: Act, code: str) -> AnyRow:
    row = act.db.execute(select(divisions).where(divisions.c.code == code)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _view(row: AnyRow) -> dict[str, Any]:
    return {**row._mapping, "display": row.code.ljust(6, "0")}
