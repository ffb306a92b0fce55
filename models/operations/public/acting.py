"""The public as an actor: one grant without account, unit of the bureau that issues numbers there."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from models.domain.access import Actor, Grant, Role
from models.domain.errors import Flaw, Invalid
from models.operations.act import Act

_GRANT: Final = UUID(int=0)


def as_public(act: Act, division: str) -> Act:
    """
    The same act, done by the public of a division; its journal entries go the same way.

    Raises:
        Invalid: no unit here takes complaints from there.
    """
    units = [
        unit for unit in act.law.units.values() if unit.number_prefix and division.startswith(unit.division)
    ]
    if not units:
        told = "本系统不受理该地区的举报，请拨打 12345 或 12369"
        raise Invalid(flaws=[Flaw("/place/division", "not_served", told)])
    unit = max(units, key=lambda one: (len(one.division), str(one.id)))
    grant = Grant(_GRANT, Role.PUBLIC, unit.id, unit.division, act.law.areas(unit.division))
    return replace(act, actor=Actor(None, None, "公众", (grant,)))
