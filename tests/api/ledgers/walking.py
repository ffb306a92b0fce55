"""What the walk of scopes needs of ledgers: items with their files, a frozen month, and right bodies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from models.domain.acceptance.materials import MaterialKind
from models.domain.access import Role
from models.domain.drafts import Place
from models.domain.states import Action
from models.operations.ledgers import items
from models.operations.people import accounts, units
from models.operations.people.accounts import GrantDraft
from models.operations.periods import freezing, opening
from models.operations.periods.opening import PeriodDraft
from tests.factories import COUNTY, NOW, OTHER_COUNTY, QUICK, TOWN, World
from tests.operations.ledgers.stories import item_draft, ledger, listed, plan, step
from tests.operations.ledgers.test_suggesting import complained, owner, site, written_off
from tests.operations.materials.stories import arrive, draft, promise, put
from tests.operations.materials.stories import station as stood
from tests.operations.periods.stories import corrected, filled, frozen, opened

IN_CHARGE: Final = "ditch_liaison"
"""The liaison of a town office of its own: nobody whom the walk sends out has a part in its item."""

TOWN_OFFICE: Final = "陈家桥镇环保办（样例）"
NEIGHBOUR: Final = "邻区水务局（样例）"
MADE: Final = NOW - timedelta(days=300)

ITEM_OF: Final = "item_id"
"""Whose case the routes of items are walked with."""


def an_item(world: World) -> dict[str, str]:
    """An item being rectified, with tasks, a photo station and a paper with its file."""
    unit_id = _town_office(world)
    ledger_id = ledger(world, title="界内清单")
    case_id = listed(world, ledger_id=ledger_id, responsible=(unit_id,), lead=None, title="界内水渠黑臭")
    task = {"text": "界内截污3处", "unit_id": str(unit_id), "due_on": "2027-01-31"}
    step(world, case_id, IN_CHARGE, Action.SUBMIT_PLAN, **plan(world, tasks=[task]))
    step(world, case_id, "office", Action.CONFIRM_PLAN)
    station_id = stood(world, case_id, who=IN_CHARGE)
    paper = promise(world, case_id, IN_CHARGE, draft(MaterialKind.PROCESS, title="界内过程材料"))
    arrive(world, case_id, IN_CHARGE, paper)
    return {
        "ledger_id": str(ledger_id),
        ITEM_OF: str(case_id),
        "no": "1",
        "station_id": str(station_id),
        "material_id": str(paper),
    }


def a_relapse(world: World) -> None:
    """A complaint where an item was written off, neither of them of a unit that the walk sends out."""
    where = site(world, owner(world, "界内造纸厂"), "界内厂区")
    ours = {"responsible": (world.unit(TOWN_OFFICE),), "lead": None}
    written_off(world, where, on=date(2026, 9, 1), **ours)
    complained(world, where)


def a_month(world: World, case_id: UUID) -> dict[str, str]:
    """November of the county, frozen, with a correction to this item."""
    period_id = opened(world)
    filled(world, period_id, case_id, "office")
    frozen(world, period_id, now=NOW, reason="市局要求提前")
    return {
        "period_id": str(period_id),
        "correction_id": str(corrected(world, period_id, case_id, "percent", 45)),
    }


def of_neighbours(world: World) -> dict[str, str]:
    """What the neighbour county has of the same: an item of its own unit with a paper, and a frozen month."""
    unit_id = world.unit(NEIGHBOUR)
    ledger_id = ledger(world, who="stranger_office", title="邻区清单", division=OTHER_COUNTY)
    fields = {"responsible": (unit_id,), "lead": None, "place": Place(OTHER_COUNTY, "邻渠")}
    wanted = item_draft(world, ledger_id, **fields)
    with world.act("stranger_office") as act:
        case_id = items.enter(act, wanted, {"id": wanted.id})
    task = {"text": "截污1处", "unit_id": str(unit_id), "due_on": "2027-01-31"}
    step(world, case_id, "stranger_liaison", Action.SUBMIT_PLAN, **plan(world, tasks=[task]))
    step(world, case_id, "stranger_office", Action.CONFIRM_PLAN)
    with world.act("stranger_office") as act:
        period_id = opening.open_month(act, PeriodDraft(month="2026-11", division=OTHER_COUNTY), None)
    filled(world, period_id, case_id, "stranger_office")
    with world.act("stranger_office") as act:
        freezing.freeze(act, period_id, reason="市局要求提前", version=1)
    return {
        "ledger_id": str(ledger_id),
        ITEM_OF: str(case_id),
        "no": "1",
        "period_id": str(period_id),
        "station_id": str(stood(world, case_id, who="stranger_liaison")),
        "material_id": str(put(world, case_id, "stranger_liaison", MaterialKind.PROCESS)),
    }


def a_unit(world: World, name: str, division: str) -> UUID:
    """A unit as an administrator adds it."""
    with world.act(now=MADE) as act:
        fields = {"division": division, "parent_id": None, "number_prefix": None}
        return units.add_unit(act, name=name, valid_from=date(2021, 1, 1), **fields)  # type: ignore[arg-type]


def _town_office(world: World) -> UUID:
    """A unit of the town with a liaison."""
    unit_id, secret = a_unit(world, TOWN_OFFICE, TOWN), QUICK.hash("-")
    with world.act(now=MADE) as act:
        account = accounts.create(act, login=IN_CHARGE, name=IN_CHARGE, unit_id=unit_id, password_hash=secret)
        accounts.give(act, GrantDraft(account, Role.LIAISON, TOWN, unit_id=unit_id))
    return unit_id


_LEDGER: Final = {
    "title": "新的清单",
    "origin": "自查发现",
    "level": "区县",
    "year": 2026,
    "division": COUNTY,
}
_ITEM: Final = {
    "id": "01a205ea-be80-7e71-b7ca-927d3e44f74e",
    "problem_no": "样例-09",
    "title": "水塘黑臭",
    "text": "水塘发黑发臭。",
    "categories": ["水/黑臭水体"],
    "place": {"division": TOWN, "text": "样例村水塘"},
    "listed_on": "2026-11-20",
}


def body_of(operation: str, ids: Mapping[str, str]) -> Any:
    """A body of the right shape, of a route of ledgers."""
    return {
        "make_ledger": _LEDGER,
        "enter_item": _ITEM | {"responsible": [ids["unit_id"]]},
        "task_done": {"done_on": "2026-11-22"},
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
