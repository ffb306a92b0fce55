"""Units and divisions over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from httpx2 import Response
from starlette.testclient import TestClient

from tests.api.people.asking import As, bureau, code, flaws
from tests.api.test_cases import case_json
from tests.factories import COUNTY, OTHER_COUNTY, TOWN, World

TODAY = "2026-11-23"


def add(client: TestClient, as_: As, **changed: Any) -> Response:
    """A new unit in the county."""
    body = {"name": "执法大队（样例）", "division": COUNTY, "valid_from": "2026-01-01"}
    return client.post("/v1/units", json=body | changed, headers=as_("admin"))


def test_the_tree_shows_parents_first(client: TestClient, as_: As, world: World) -> None:
    """A unit follows its parent, one level deeper; units of another county are not in it."""
    team = add(client, as_, parent_id=str(bureau(world)))
    assert team.status_code == 201, team.text
    group = add(client, as_, name="一中队（样例）", parent_id=team.json()["id"])
    tree = client.get("/v1/units", headers=as_("clerk")).json()["items"]
    shown = [(one["id"], one["depth"]) for one in tree]
    first = shown.index((str(bureau(world)), 0))
    assert shown[first : first + 3] == [
        (str(bureau(world)), 0),
        (team.json()["id"], 1),
        (group.json()["id"], 2),
    ]
    assert {one["division"][:6] for one in tree} == {"430511"}
    other = client.get(f"/v1/units/{bureau(world)}", headers=as_("stranger_clerk"))
    assert code(other) == "404 not_found"


def test_a_unit_changes_on_the_version_seen(client: TestClient, as_: As, world: World) -> None:
    """Name and place in the tree change with If-Match; 428 without, 412 on an old one, 404 outside."""
    unit = add(client, as_, parent_id=str(bureau(world)))
    url, admin = f"/v1/units/{unit.json()['id']}", as_("admin")
    assert code(client.patch(url, json={"name": "新名"}, headers=admin)) == "428 version_missing"
    match = {**admin, "If-Match": unit.headers["etag"]}
    done = client.patch(url, json={"name": "新名", "parent_id": None}, headers=match)
    assert (done.json()["name"], done.json()["parent_id"], done.headers["etag"]) == ("新名", None, '"2"')
    assert code(client.patch(url, json={"name": "旧名"}, headers=match)) == "412 stale_version"
    assert client.get(url, headers=admin).json() == done.json()
    assert code(client.patch(f"/v1/units/{uuid4()}", json={"name": "无"}, headers=match)) == "404 not_found"
    assert code(client.patch(url, json={"name": "某某"}, headers=as_("clerk"))) == "403 forbidden"


def test_the_tree_has_no_circle(client: TestClient, as_: As, world: World) -> None:
    """A unit is put neither under itself nor under one below it, nor under one that is not there."""
    top = add(client, as_).json()["id"]
    below = add(client, as_, parent_id=top).json()["id"]
    match = {**as_("admin"), "If-Match": '"1"'}
    for parent in (top, below):
        answer = client.patch(f"/v1/units/{top}", json={"parent_id": parent}, headers=match)
        assert flaws(answer) == [("/parent_id", "circle")]
    lost = client.patch(f"/v1/units/{top}", json={"parent_id": str(uuid4())}, headers=match)
    assert flaws(lost) == [("/parent_id", "unknown_unit")]
    assert flaws(add(client, as_, parent_id=str(uuid4()))) == [("/parent_id", "unknown_unit")]


def test_a_number_prefix_belongs_to_one_unit(client: TestClient, as_: As) -> None:
    """Two units never draw numbers under one prefix, and a prefix is letters."""
    assert code(add(client, as_, number_prefix="北环")) == "409 duplicate"
    unit = add(client, as_, number_prefix="北环执")
    assert unit.status_code == 201, unit.text
    match = {**as_("admin"), "If-Match": '"1"'}
    taken = client.patch(f"/v1/units/{unit.json()['id']}", json={"number_prefix": "邻环"}, headers=match)
    assert code(taken) == "409 duplicate"
    assert flaws(add(client, as_, number_prefix="北环1")) == [("/number_prefix", "not_letters")]


def test_units_are_made_in_ones_own_area(client: TestClient, as_: As) -> None:
    """An administrator of one county makes none in another; an unknown division is named."""
    assert code(add(client, as_, division=OTHER_COUNTY)) == "403 forbidden"
    assert flaws(add(client, as_, division="430511999")) == [("/division", "unknown_division")]


def test_divisions_are_listed_and_added_under_their_parent(client: TestClient, as_: As) -> None:
    """A new town is read by everybody, with the padded code; its county must be one's own and exist."""
    admin = as_("admin")
    body = {"code": "430511102", "name": "样例镇", "valid_from": TODAY}
    made = client.post("/v1/divisions", json=body, headers=admin)
    assert made.status_code == 201, made.text
    assert (made.json()["level"], made.json()["parent"]) == ("township", COUNTY)
    listed = client.get("/v1/divisions", headers=as_("warden")).json()["items"]
    shown = {one["code"]: one["display"] for one in listed}
    assert (shown["43"], shown[COUNTY], shown["430511102"]) == ("430000", COUNTY, "430511102")
    assert [one["code"] for one in listed] == sorted(shown)
    assert code(client.post("/v1/divisions", json=body, headers=admin)) == "409 duplicate"
    outside = {**body, "code": "430502101"}
    assert code(client.post("/v1/divisions", json=outside, headers=admin)) == "403 forbidden"
    orphan = client.post("/v1/divisions", json={**body, "code": "430511109001"}, headers=admin)
    assert flaws(orphan) == [("/code", "unknown_parent")]


def _town(client: TestClient, as_: As, town: str) -> None:
    body = {"code": town, "name": "新镇（样例）", "valid_from": TODAY}
    assert client.post("/v1/divisions", json=body, headers=as_("admin")).status_code == 201


def _succeed(client: TestClient, as_: As, old: str, new: str, on: str = TODAY) -> Response:
    ask = {"successor": new, "on": on}
    return client.post(f"/v1/divisions/{old}/successor", json=ask, headers=as_("admin"))


def test_a_successor_takes_over_the_cases(client: TestClient, as_: As, world: World) -> None:
    """Who holds a grant on the successor sees the cases of the division that ended, from the next request on."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector")).json()
    town = as_("town_inspector")  # of 430511002; the case lies in 430511101
    assert code(client.get(f"/v1/cases/{made['id']}", headers=town)) == "404 not_found"
    done = _succeed(client, as_, TOWN, "430511002")
    assert done.status_code == 200, done.text
    assert (done.json()["successor"], done.json()["valid_to"]) == ("430511002", "2026-11-22")
    assert client.get(f"/v1/cases/{made['id']}", headers=town).status_code == 200
    fresh = client.post("/v1/cases", json=case_json(), headers=as_("inspector"))
    assert flaws(fresh) == [("/place/division", "unknown_division")]


def test_a_merger_that_cannot_be_is_refused(client: TestClient, as_: As) -> None:
    """Not to itself, to nowhere, to another level, ahead of its day, outside, twice, or of what is not there."""
    _town(client, as_, "430511102")
    assert ("/successor", "same_division") in flaws(_succeed(client, as_, TOWN, TOWN))
    assert flaws(_succeed(client, as_, TOWN, "430511999")) == [("/successor", "unknown_division")]
    assert flaws(_succeed(client, as_, TOWN, COUNTY)) == [("/successor", "other_level")]
    assert flaws(_succeed(client, as_, TOWN, "430511002", on="2026-12-01")) == [("/on", "in_future")]
    assert flaws(_succeed(client, as_, TOWN, "430511002", on="2020-01-01")) == [("/on", "before_start")]
    assert code(_succeed(client, as_, TOWN, "430502001")) == "403 forbidden"
    assert code(_succeed(client, as_, "430511777", TOWN)) == "404 not_found"
    assert flaws(_succeed(client, as_, "430511102", TOWN)) == [("/on", "before_start")]  # began today
    assert _succeed(client, as_, TOWN, "430511002").status_code == 200
    assert code(_succeed(client, as_, TOWN, "430511001")) == "409 conflict"
    back = _succeed(client, as_, "430511002", TOWN)
    assert flaws(back) == [("/successor", "unknown_division")]
