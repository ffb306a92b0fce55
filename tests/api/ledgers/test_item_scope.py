"""Steps of an item by whoever sees it without the role; what its steps, counts and tables say of others' things."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from models.domain.access import Role
from models.domain.rectification.steps import RECTIFICATION
from models.domain.states import Action
from tests.api.ledgers.exchanged import As, one_row, sent
from tests.api.ledgers.materials_by_hand import Files, material
from tests.api.ledgers.walking import a_unit
from tests.api.walked import ABSENT, contents, told
from tests.api.walking import filled
from tests.documents.books import table
from tests.factories import HOUSING, OTHER_COUNTY, ROLES, World
from tests.operations.ledgers.stories import ledger, listed, plan

SEE_IT: Final = ("clerk", "inspector", "supervisor", "deputy_head", "office", "liaison", "verifier")
REASON: Final = {"reason": "材料不符"}
NOTE: Final = {"note": "照此办理"}
STEPS: Final[dict[Action, dict[str, Any]]] = {
    Action.SUBMIT_PLAN: {},
    Action.CONFIRM_PLAN: {},
    Action.RETURN_PLAN: REASON,
    Action.DESIGNATE: {"unit_id": ABSENT},
    Action.REQUEST_EXTENSION: {"until": "2027-04-30", **REASON},
    Action.GRANT_EXTENSION: {},
    Action.REFUSE_EXTENSION: REASON,
    Action.SELF_CHECK: {"finished_on": "2026-11-22", "checklist": [], "summary": "已按方案完成"},
    Action.REOPEN: REASON,
    Action.APPLY: {},
    Action.ACCEPT_MATERIALS: {},
    Action.RETURN_MATERIALS: {"reasons": ["材料不全"], **NOTE},
    Action.VERIFY: {"visited_on": "2026-11-22", "opinion": "达到标准", "members": [ABSENT, ABSENT]},
    Action.COUNTERSIGN: {},
    Action.FAIL_SITE: {"reasons": ["材料不全"], **NOTE},
    Action.PUBLISH: {},
    Action.UPHOLD_OBJECTION: NOTE,
    Action.APPROVE_WRITE_OFF: NOTE,
    Action.REFUSE_WRITE_OFF: {"reasons": ["材料不全"], **NOTE},
    Action.WRITE_OFF: {},
    Action.LOOK_BACK: {"visited_on": "2026-11-22", "finding": "未反弹"},
    Action.RELAPSE: {"ground": "回头看不合格", "finding": "又见黑水"},
    Action.ARCHIVE: {},
    Action.VOID: {"reason": "登记错误"},
}


def asked(
    client: TestClient, headers: dict[str, str], case_id: UUID | str, action: Action, **inputs: Any
) -> Response:
    """A step without the version, which is asked for only after everything else."""
    path = f"/v1/cases/{case_id}/steps"
    return client.post(path, json={"action": action.value, **inputs}, headers=headers)


def test_a_step_of_a_wrong_role_is_forbidden(client: TestClient, as_: As, world: World) -> None:
    """Whoever sees an item but holds no role of a step gets 403, before any condition is looked at."""
    case_id = listed(world)  # 陈家桥镇 is responsible, 区住建局 leads: their people see it
    inputs = STEPS | {Action.SUBMIT_PLAN: plan(world)}
    assert set(STEPS) == {row.action for row in RECTIFICATION} - {Action.LIST}
    for name in SEE_IT:
        assert client.get(f"/v1/cases/{case_id}", headers=as_(name)).status_code == 200, name
    before, refused = contents(world), 0
    for action, given in inputs.items():
        roles: frozenset[Role] = frozenset().union(
            *(row.roles for row in RECTIFICATION if row.action is action)
        )
        for name in SEE_IT:
            answer = asked(client, as_(name), case_id, action, **given)
            assert (answer.status_code == 403) == (ROLES[name][0] not in roles), (action, name, answer.text)
            assert answer.status_code != 403 or answer.json()["action"] == action.value
            refused += answer.status_code == 403
    assert contents(world) == before
    assert refused > 120


@pytest.mark.parametrize("field", ["responsible", "lead", "joint", "designate"])
def test_a_neighbours_unit_is_as_absent(client: TestClient, as_: As, world: World, field: str) -> None:
    """The office names no unit outside its book, in an item or as who accepts: 422 like for a unit there is not."""
    case_id = listed(world)
    book = str(ledger(world))
    neighbour = str(world.unit("邻区分局（样例）"))
    answers = []
    for unit in (neighbour, ABSENT):
        if field == "designate":
            answer = asked(client, as_("office"), case_id, Action.DESIGNATE, unit_id=unit)
        else:
            parts = {"responsible": [str(world.unit(HOUSING))]} | {field: unit if field == "lead" else [unit]}
            answer = client.post(f"/v1/ledgers/{book}/items", json=ITEM | parts, headers=as_("office"))
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == "unknown_unit"
        answers.append(told(answer))
    assert answers[0] == answers[1]


ITEM: Final = {
    "id": "01a205ea-be80-7e71-b7ca-927d3e44f74e",
    "problem_no": "样例-09",
    "title": "水塘黑臭",
    "text": "水塘发黑发臭。",
    "categories": ["水/黑臭水体"],
    "place": {"division": "430511101", "text": "样例村水塘"},
    "listed_on": "2026-11-20",
}


def test_a_neighbours_scan_is_as_absent(client: TestClient, as_: As, world: World) -> None:
    """A paper of another county's item proves no outside act: it is refused like one that is nowhere."""
    county = filled(world)
    case_id = listed(world)
    answers = []
    for scan in (county.own["material_id"], county.ids["material_id"], ABSENT):
        paper = {"agency": "市政府", "number": "示例〔2026〕1号", "dated_on": "2026-11-20", "scan": scan}
        answers.append(told(asked(client, as_("office"), case_id, Action.GRANT_EXTENSION, outside=paper)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422, answers


def test_a_neighbours_station_is_as_absent(client: TestClient, as_: As, world: World) -> None:
    """A photo names a station of its own item: one of another county is as little there as none."""
    county = filled(world)
    photo = material(kind="photo")
    files = Files(client, as_("stranger_liaison"), UUID(county.own["item_id"]))
    answers = []
    for station in (county.ids["station_id"], ABSENT):
        facts = {"phase": "before", "taken_on": "2026-11-01", "station_id": station}
        answers.append(told(files.put(photo | {"facts": facts})))
    assert answers[0] == answers[1]
    assert answers[0][1]["errors"][0]["code"] == "unknown_station"


def test_a_neighbours_material_gives_nothing_away(client: TestClient, as_: As, world: World) -> None:
    """An id that another county has given to a paper is refused as used, says nothing of the paper, and changes nothing."""
    county = filled(world)
    files = Files(client, as_("stranger_liaison"), UUID(county.own["item_id"]))
    before = contents(world)
    answer = files.put(material(), county.ids["material_id"])
    assert answer.status_code == 409, answer.text
    assert "界内" not in answer.text
    assert contents(world) == before


def test_a_unit_counts_its_own_items_only(client: TestClient, as_: As, world: World) -> None:
    """A ledger says to each reader how many of its items he sees: to the office both, to a liaison the one of his."""
    book = ledger(world)
    mine = listed(world, ledger_id=book)
    listed(world, ledger_id=book, problem_no="样例-02", responsible=(world.unit(HOUSING),))
    for name, count in (("office", 2), ("supervisor", 2), ("verifier", 2), ("liaison", 1)):
        headers = as_(name)
        one = client.get(f"/v1/ledgers/{book}", headers=headers).json()
        items = client.get(f"/v1/ledgers/{book}/items", headers=headers).json()["items"]
        rows = client.get("/v1/ledgers", headers=headers).json()["items"]
        counts = [row["item_count"] for row in rows if row["id"] == str(book)]
        assert [one["item_count"], len(items), *counts] == [count] * 3, name
    assert [row["case_id"] for row in items] == [str(mine)]


def test_a_table_learns_nothing_of_neighbours_units(client: TestClient, as_: As, world: World) -> None:
    """A unit of another county is as unknown in a table as one there is not, and makes no name of ours ambiguous."""
    book = ledger(world)
    a_unit(world, "邻区住建局", OTHER_COUNTY)
    told_of = []
    for name in ("邻区分局", "没有的局", "邻区住建局"):
        answer = sent(client, book, as_("office"), table([one_row(unit=name)]), preview=True)
        told_of.append(answer.text.replace(name, "-"))
        assert "unknown_unit" in answer.text, answer.text
    assert len({json.loads(one)["errors"][0]["message"] for one in told_of}) == 1
    fine = sent(client, book, as_("office"), table([one_row(unit="住建局")]), preview=True)
    assert fine.json()["errors"] == [], fine.text
