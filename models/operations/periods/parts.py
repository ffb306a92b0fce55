"""Who may fill the report on an item, and who may review it: the parts of units in its case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from models.domain.access import Role
from models.domain.errors import Forbidden
from models.domain.rectification.words import Part
from models.operations.act import Act
from models.operations.casework.item_past import own_units
from models.operations.periods import keeping
from models.tables.base import AnyRow
from models.tables.cases import case_units


def may_fill(act: Act, case: AnyRow) -> bool:
    """
    Whether the actor fills as the office (True) or for a responsible unit (False).

    Raises:
        Forbidden: neither.
    """
    if keeping.is_office(act.actor, case.division_code):
        return True
    if keeping.stands_for(act.actor, Role.LIAISON, units(act, case.id, Part.RESPONSIBLE)):
        return False
    raise Forbidden("只有责任单位联络员或整改办可以填报本问题的进展")


def may_review(act: Act, case: AnyRow) -> None:
    """
    That the actor is a verifier of the lead unit, or of the office.

    Raises:
        Forbidden
    """
    lead = units(act, case.id, Part.LEAD)
    if not keeping.is_office(act.actor, case.division_code) and not keeping.stands_for(
        act.actor, Role.VERIFIER, lead
    ):
        raise Forbidden("填报由牵头单位核查人员或整改办审核，您所在单位不是本问题的牵头单位")
    if own_units(act, case.created_at) & act.law.families(units(act, case.id, Part.RESPONSIBLE)):
        raise Forbidden("您所在单位属于责任单位（含其上下级），不能审核自己的填报")


def units(act: Act, case_id: UUID, part: Part) -> frozenset[UUID]:
    """The units that have this part in the case."""
    statement = select(case_units.c.unit_id).where(
        case_units.c.case_id == case_id, case_units.c.part == part.value
    )
    return frozenset(act.db.execute(statement).scalars())
