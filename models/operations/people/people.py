"""People: the reader himself (administration lives beside, in ``accounts``, ``units``, ``officers``)."""

from __future__ import annotations

from typing import Any, Final

from models.operations.act import Act

SAMPLE_NOTICE: Final = "示例数据：本系统为演示实例，其中的企业、人员和案件均为虚构"


def me(act: Act) -> dict[str, Any]:
    """Name, grants with the names of units and divisions, and whether this is sample data."""
    law = act.law
    return {
        "account_id": act.actor.account_id,
        "name": act.actor.name,
        "instance": "sample" if law.sample else "real",
        "notice": SAMPLE_NOTICE if law.sample else None,
        "grants": [
            {
                "id": grant.id,
                "role": grant.role,
                "unit_id": grant.unit_id,
                "unit": unit.name if grant.unit_id and (unit := law.units.get(grant.unit_id)) else None,
                "division": grant.division,
                "division_name": found.name if (found := law.divisions.get(grant.division)) else None,
                "principal_id": grant.principal_id,
            }
            for grant in act.actor.grants
        ],
    }
