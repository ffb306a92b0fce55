"""Who may change the file of an item now: a matter of the kind of paper, the part of his unit, and the state."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.acceptance import materials
from models.domain.acceptance.materials import KIND_TITLES, MaterialKind
from models.domain.access import Grant, Role
from models.domain.errors import Conflict, Forbidden
from models.domain.rectification.words import Part
from models.domain.states import Action, State
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import case_units, steps

_UNITS: Final = select(case_units.c.unit_id, case_units.c.part).where(
    case_units.c.case_id == bindparam("b_case", type_=case_units.c.case_id.type)
)
_LAST: Final = (
    select(steps.c.action, steps.c.inputs)
    .where(
        steps.c.case_id == bindparam("b_case", type_=steps.c.case_id.type),
        steps.c.action.in_((Action.RETURN_MATERIALS, Action.SELF_CHECK)),
    )
    .order_by(steps.c.seq.desc())
    .limit(1)
)
_PARTS: Final = {Role.LIAISON: Part.RESPONSIBLE, Role.VERIFIER: Part.VERIFIER}
"""Whoever acts for a unit acts for one that has this part in the item."""


def grants_for(act: Act, case: AnyRow, kind: MaterialKind) -> list[Grant]:
    """
    The grants by which the actor may ever write this kind into this file.

    Raises:
        Forbidden: none; says whose paper it is.
    """
    parts: dict[str, set[UUID]] = {}
    for row in act.db.execute(_UNITS, {"b_case": case.id}):
        parts.setdefault(row.part, set()).add(row.unit_id)
    found = [
        grant
        for grant in act.actor.holding(materials.WRITERS[kind], case.division_code)
        if grant.actions is None
        and (grant.role not in _PARTS or grant.unit_id in parts.get(_PARTS[grant.role], ()))
    ]
    if not found:
        raise Forbidden(f"“{KIND_TITLES[kind]}”不由您的岗位或单位在本问题中提交，请联系整改办")
    return found


def open_now(act: Act, case: AnyRow, kind: MaterialKind, grants: list[Grant]) -> UUID | None:
    """
    The unit for which the actor writes now.

    Raises:
        Conflict: the file is closed to him in this state; says when it opens.
    """
    for grant in grants:
        if case.state in materials.WINDOWS[grant.role]:
            _returned(act, case, kind, grant.role)
            return grant.unit_id
    raise Conflict(materials.WINDOW_TOLD[grants[0].role])


def _returned(act: Act, case: AnyRow, kind: MaterialKind, role: Role) -> None:
    """After a return that names kinds, only those are open again. Raises ``Conflict``."""
    if role is not Role.LIAISON or case.state is not State.SELF_CHECKED:
        return
    last = act.db.execute(_LAST, {"b_case": case.id}).one_or_none()
    named = last.inputs.get("kinds") if last and last.action is Action.RETURN_MATERIALS else None
    if named and kind not in named:
        titles = "、".join(KIND_TITLES[MaterialKind(one)] for one in named)
        raise Conflict(f"审核单位只退回了：{titles}；其他材料不能改动，确需改动请先“重新整改”")
