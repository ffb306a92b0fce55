"""
Who sees which case: one predicate, built from the grants that hold now (``product.md`` §1).

``Scope.of`` reduces an actor to plain values; ``visible`` turns its *shape* into a clause with named
parameters, so that a prebuilt statement serves every actor of that shape, and ``binds`` supplies the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, false, or_, select

from models.domain.access import SUBTREE_ROLES, UNIT_ROLES, Actor, Role
from models.tables.cases import assignments, case_units, cases
from models.tables.enterprises import sites

_UUID = Uuid(as_uuid=True)
COUNTY_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """What a scope consists of, without its values: the key of prebuilt statements."""

    areas: tuple[int, ...]  # lengths of the division prefixes
    units: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """The reach of one actor."""

    areas: tuple[str, ...]
    units: tuple[UUID, ...]
    account_id: UUID | None
    own: bool

    @classmethod
    def of(cls, actor: Actor) -> Scope:
        """Areas that another area already contains are left out."""
        areas = {area for grant in actor.grants if grant.role in SUBTREE_ROLES for area in grant.areas}
        if len(areas) > 1:
            areas = {a for a in areas if not any(a != b and a.startswith(b) for b in areas)}
        units = {g.unit_id for g in actor.grants if g.role in UNIT_ROLES and g.unit_id is not None}
        own = any(grant.role is Role.WARDEN for grant in actor.grants)
        return cls(tuple(sorted(areas)), tuple(sorted(units)), actor.account_id, own)

    @property
    def shape(self) -> Shape:
        return Shape(tuple(len(area) for area in self.areas), bool(self.units), self.own)

    def binds(self) -> dict[str, Any]:
        """The values for ``visible(self.shape)``."""
        values: dict[str, Any] = {}
        for i, area in enumerate(self.areas):
            if len(area) >= COUNTY_DIGITS:
                values[f"area{i}_county"] = area[:COUNTY_DIGITS]
            if len(area) != COUNTY_DIGITS:
                values[f"area{i}_lo"], values[f"area{i}_hi"] = area, _after(area)
        if self.units:
            values["my_units"] = list(self.units)
        if self.own:
            values["me"] = self.account_id
        return values


def visible(shape: Shape) -> ColumnElement[bool]:
    """The predicate over ``case_file``; nothing in reach is ``false``."""
    reaches: list[ColumnElement[bool]] = [_area(i, length) for i, length in enumerate(shape.areas)]
    if shape.units:
        part = select(case_units.c.case_id).where(
            case_units.c.unit_id.in_(bindparam("my_units", expanding=True, type_=_UUID))
        )
        reaches.append(cases.c.id.in_(part))
    if shape.own:
        me = bindparam("me", type_=_UUID)
        given = exists().where(
            assignments.c.case_id == cases.c.id,
            assignments.c.account_id == me,
            assignments.c.ended_at.is_(None),
        )
        reaches.append(or_(cases.c.created_by == me, given))
    return or_(*reaches) if reaches else false()


def sees_site(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``site``: the subtree of any grant; an enterprise only its own."""
    reaches: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        if grant.role is Role.ENTERPRISE:
            reaches.append(sites.c.enterprise_id == grant.enterprise_id)
        elif grant.role in SUBTREE_ROLES or grant.role is Role.WARDEN:
            reaches.extend(
                and_(sites.c.division_code >= area, sites.c.division_code < _after(area))
                for area in grant.areas
            )
    return or_(*reaches) if reaches else false()


def within(actor: Actor, division: str) -> bool:
    """Whether a new case or site may be put into this division by the actor."""
    return any(
        grant.covers(division)
        for grant in actor.grants
        if grant.role in SUBTREE_ROLES | {Role.WARDEN, Role.PUBLIC}
    )


def _area(i: int, length: int) -> ColumnElement[bool]:
    county = cases.c.county == bindparam(f"area{i}_county")
    if length == COUNTY_DIGITS:  # the whole county: one equality, which the indexes lead with
        return county
    inside = and_(
        cases.c.division_code >= bindparam(f"area{i}_lo"), cases.c.division_code < bindparam(f"area{i}_hi")
    )
    return and_(county, inside) if length > COUNTY_DIGITS else inside


def _after(prefix: str) -> str:
    """The first string that no longer has this prefix (bytewise)."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
