"""What the walk of scopes needs of months of reporting: one frozen month with a correction, and right bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories import COUNTY, NOW, OFFICE, World
from tests.operations.ledgers.stories import listed
from tests.operations.periods.stories import corrected, filled, frozen, opened


def a_month(world: World) -> dict[str, str]:
    """November of the county, frozen, with a correction."""
    elsewhere = {"responsible": (world.unit(OFFICE),), "lead": None}  # of no unit that the walk sends out
    case_id, period_id = listed(world, **elsewhere), opened(world)
    filled(world, period_id, case_id, "office")
    frozen(world, period_id, now=NOW, reason="市局要求提前")
    return {
        "period_id": str(period_id),
        "correction_id": str(corrected(world, period_id, case_id, "percent", 45)),
    }


def body_of(operation: str, ids: Mapping[str, str]) -> Any:
    """A body of the right shape, of a route of months."""
    return {
        "open_period": {"month": "2026-12", "division": COUNTY},
        "change_period": {"tolerance": 5},
        "fill_period_item": {"this_month": "完成1处", "percent": 40, "invested_yuan": 0},
        "review_period_item": {"accept": True},
        "freeze_period": {},
        "propose_correction": {
            "case_id": ids["case_id"],
            "field": "percent",
            "after": 50,
            "reason": "录入有误",
        },
        "decide_correction": {"approve": True},
    }.get(operation)
