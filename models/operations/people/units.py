"""Divisions 区划 and units 单位: the trees that scope, numbers and reminders hang on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, true, update

from models.domain.errors import Flaw, Invalid, NotFound
from models.operations import journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.people import reach
from models.tables.base import AnyRow
from models.tables.people import divisions, units

COUNTY_DIGITS = 6


def add_division(act: Act, *, code: str, name: str, level: str, parent: str | None, valid_from: date) -> None:
    """A division; a county opens its own journal chain."""
    act.db.execute(
        insert(divisions).values(code=code, name=name, level=level, parent=parent, valid_from=valid_from)
    )
    if len(code) == COUNTY_DIGITS:
        journal.open_chain(act.db, code)
    act.note("division.add", "division", code, chain="00", fields=("code", "name", "level", "parent"))
    reference.changed(act)


def add_unit(
    act: Act,
    *,
    name: str,
    division: str,
    parent_id: UUID | None,
    number_prefix: str | None,
    valid_from: date,
) -> UUID:
    """
    A unit under another.

    Raises:
        Forbidden: outside the administrator's area. Invalid: unknown division or parent.
        Duplicate: another unit issues numbers under this prefix.
    """
    reach.within(act, division)
    flaws = _flaws(act, {"division": division, "parent_id": parent_id, "number_prefix": number_prefix})
    if flaws:
        raise Invalid(flaws=flaws)
    unit_id = act.new_id()
    act.db.execute(
        insert(units).values(
            id=unit_id,
            name=name,
            number_prefix=number_prefix,
            parent_id=parent_id,
            division_code=division,
            valid_from=valid_from,
        )
    )
    act.note(
        "unit.add", "unit", unit_id, chain="00", fields=("name", "division", "parent_id", "number_prefix")
    )
    reference.changed(act)
    return unit_id


def change(act: Act, unit_id: UUID, fields: Mapping[str, Any], *, version: int | None) -> UUID:
    """
    Change a unit's name, place in the tree, number prefix or last day.

    Raises:
        NotFound. Forbidden: outside the administrator's area.
        Invalid: unknown parent, or one below the unit itself. VersionMissing, StaleVersion.
        Duplicate: another unit issues numbers under this prefix.
    """
    reference.changed(act)  # first: two moves that would close a circle wait for each other here
    row = find(act, unit_id, lock=True)
    reach.within(act, row.division_code)
    flaws = _flaws(act, fields, unit_id=unit_id)
    if flaws:
        raise Invalid(flaws=flaws)
    reach.current(version, row, "name", "parent_id", "number_prefix", "valid_to")
    act.db.execute(update(units).where(units.c.id == unit_id).values(**fields, version=row.version + 1))
    act.note("unit.change", "unit", unit_id, chain="00", fields=sorted(fields), content=fields)
    return unit_id


def find(act: Act, unit_id: UUID, *, lock: bool = False) -> AnyRow:
    """
    A unit of the reader's county or of one above it.

    Raises:
        NotFound
    """
    statement = select(units).where(units.c.id == unit_id, _sees(act))
    row = act.db.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def one(act: Act, unit_id: UUID) -> dict[str, Any]:
    """
    A unit with its depth in the tree.

    Raises:
        NotFound
    """
    row = find(act, unit_id)
    return {**row._mapping, "division": row.division_code}


def tree(act: Act) -> list[dict[str, Any]]:
    """The units the reader may see, each followed by those below it; ``depth`` from 0."""
    rows = {
        row.id: {**row._mapping, "division": row.division_code}
        for row in act.db.execute(
            select(units).where(_sees(act)).order_by(units.c.division_code, units.c.name, units.c.id)
        )
    }
    below: dict[UUID | None, list[dict[str, Any]]] = {}
    for unit in rows.values():
        parent = unit["parent_id"] if unit["parent_id"] in rows else None
        below.setdefault(parent, []).append(unit)
    return _laid_out(below, None, 0)


def _laid_out(
    below: Mapping[UUID | None, list[dict[str, Any]]], parent: UUID | None, depth: int
) -> list[dict[str, Any]]:
    laid: list[dict[str, Any]] = []
    for unit in below.get(parent, []):
        laid.append({**unit, "depth": depth})
        laid.extend(_laid_out(below, unit["id"], depth + 1))
    return laid


def _sees(act: Act) -> Any:
    """The predicate over ``unit``: in the reader's counties, and what stands above them."""
    if reach.is_system(act.actor):
        return true()
    areas = reach.counties(act.actor)
    above = {area[:digits] for area in areas for digits in (2, 4)}
    return or_(reach.inside(units.c.division_code, areas), units.c.division_code.in_(sorted(above)))


def _flaws(act: Act, fields: Mapping[str, Any], *, unit_id: UUID | None = None) -> list[Flaw]:
    flaws = []
    if "division" in fields:
        division = act.law.divisions.get(fields["division"])
        if division is None or division.successor is not None:
            flaws.append(Flaw("/division", "unknown_division", "没有这个区划，或已撤并"))
    parent = fields.get("parent_id")
    if parent is not None:
        rows = act.db.execute(select(units.c.id, units.c.parent_id, units.c.division_code)).all()
        parents = {row.id: row.parent_id for row in rows}
        seen = {row.id for row in rows if reach.sees_unit(act.actor, row.division_code)}
        if parent not in seen:
            flaws.append(Flaw("/parent_id", "unknown_unit", "没有这个上级单位"))
        elif unit_id is not None and unit_id in _chain_up(parents, parent):
            flaws.append(Flaw("/parent_id", "circle", "上级单位不能是本单位或其下级"))
    prefix = fields.get("number_prefix")
    if prefix is not None and not prefix.isalpha():
        flaws.append(Flaw("/number_prefix", "not_letters", "发文代字只能是文字，如 北环"))
    return flaws


def _chain_up(parents: Mapping[UUID, UUID | None], start: UUID) -> Collection[UUID]:
    """The unit and everything above it."""
    found: list[UUID] = []
    here: UUID | None = start
    while here is not None and here not in found:
        found.append(here)
        here = parents.get(here)
    return found
