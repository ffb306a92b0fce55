"""Divisions 区划 and units 单位: the trees that scope, numbers and reminders hang on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import insert

from models.domain.errors import Flaw, Invalid
from models.operations import journal, reference
from models.operations.act import Act
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
        Invalid: unknown division.
    """
    if division not in act.law.divisions:
        raise Invalid(flaws=[Flaw("/division", "unknown_division", "没有这个区划")])
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
