"""Enterprises and sites over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from models.tables.enterprises import enterprises
from tests.api.people.asking import As, code, flaws
from tests.factories import OTHER_COUNTY, TOWN, World

USCC = "91430511FAKE00013M"
"""Fictional, with right check digits."""


def enterprise(client: TestClient, headers: dict[str, str], **changed: Any) -> Response:
    """Register an enterprise."""
    body = {"name": "青萍坳新型墙材有限公司（样例）", "uscc": USCC}
    return client.post("/v1/enterprises", json=body | changed, headers=headers)


def site(client: TestClient, headers: dict[str, str], enterprise_id: object, **changed: Any) -> Response:
    """Register a site."""
    place = {"division": TOWN, "text": "青萍村1组", "lon": 111.411, "lat": 27.312, "datum": "GCJ-02"}
    body = {"enterprise_id": str(enterprise_id), "name": "一号窑", "place": place}
    return client.post("/v1/sites", json=body | changed, headers=headers)


@pytest.mark.parametrize(
    ("typed", "kept", "verified"),
    [
        ("９１４３０５１１ＦＡＫＥ０００１３Ｍ", USCC, True),
        (" 91430511 fake 00013m ", USCC, True),
        ("91430511FAKE000130", "91430511FAKE000130", False),
        (None, None, False),
    ],
)
def test_a_code_is_folded_and_its_check_marked(
    client: TestClient, as_: As, typed: str | None, kept: str | None, verified: bool
) -> None:
    """Full-width, spaces and lower case are one code; a wrong check digit is kept and marked."""
    made = enterprise(client, as_("inspector"), uscc=typed)
    assert made.status_code == 201, made.text
    found = client.get(f"/v1/enterprises/{made.json()['id']}", headers=as_("clerk"))
    assert (found.json()["uscc"], found.json()["uscc_verified"]) == (kept, verified)
    assert found.headers["etag"] == '"1"'


def test_one_code_is_one_enterprise(client: TestClient, as_: As) -> None:
    """The same code written otherwise is a duplicate; what is no code at all is named."""
    assert enterprise(client, as_("inspector")).status_code == 201
    assert code(enterprise(client, as_("clerk"), uscc="91430511-FAKE-00013m")) == "409 duplicate"
    assert flaws(enterprise(client, as_("clerk"), uscc="430511")) == [("/uscc", "not_uscc")]
    asked = client.get("/v1/enterprises", params={"uscc": "430511"}, headers=as_("clerk"))
    assert flaws(asked) == [("query:/uscc", "not_uscc")]


def test_a_retry_registers_once(client: TestClient, as_: As) -> None:
    """The same key gives the same enterprise and site; other content under it is refused."""
    keyed = {**as_("inspector"), "Idempotency-Key": "phone-000001"}
    first = enterprise(client, keyed).json()
    assert enterprise(client, keyed).json() == first
    assert code(enterprise(client, keyed, name="另一家")) == "409 other_content"
    placed = site(client, keyed, first["id"]).json()
    assert site(client, keyed, first["id"]).json() == placed
    assert code(site(client, keyed, first["id"], name="二号窑")) == "409 other_content"


def test_a_site_keeps_the_datum_it_was_given_in(client: TestClient, as_: As) -> None:
    """WGS-84 is stored beside the values as given; a position without its datum is refused."""
    owner = enterprise(client, as_("inspector")).json()["id"]
    made = site(client, as_("inspector"), owner, industry_code="0311", status="停产")
    assert made.status_code == 201, made.text
    found = client.get(f"/v1/sites/{made.json()['id']}", headers=as_("clerk"))
    place = found.json()["place"]
    assert (place["given_lon"], place["given_lat"], place["datum"]) == (111.411, 27.312, "GCJ-02")
    assert 0.001 < abs(place["lon"] - 111.411) < 0.01
    assert (found.json()["industry_code"], found.json()["status"]) == ("0311", "停产")
    bare = {"division": TOWN, "text": "某处", "lon": 111.4, "lat": 27.3}
    assert site(client, as_("inspector"), owner, place=bare).status_code == 422
    none = {"division": TOWN, "text": "某处"}
    assert site(client, as_("inspector"), owner, place=none).status_code == 201


def test_a_site_lies_in_ones_own_area(client: TestClient, as_: As) -> None:
    """Another county's division is refused, an unknown one and an unknown enterprise are named."""
    owner = enterprise(client, as_("inspector")).json()["id"]
    outside = site(client, as_("inspector"), owner, place={"division": OTHER_COUNTY, "text": "邻区"})
    assert code(outside) == "403 forbidden"
    nowhere = {"division": "430511999", "text": "某处"}
    assert flaws(site(client, as_("inspector"), uuid4(), place=nowhere)) == [
        ("/place/division", "unknown_division"),
        ("/enterprise_id", "unknown_enterprise"),
    ]
    assert code(site(client, as_("warden"), owner)) == "403 forbidden"


def test_another_county_finds_neither_site_nor_enterprise(client: TestClient, as_: As) -> None:
    """A site and its enterprise are 404 and absent elsewhere; the exact code alone finds the enterprise."""
    owner = enterprise(client, as_("inspector")).json()["id"]
    placed = site(client, as_("inspector"), owner).json()["id"]
    stranger = as_("stranger_inspector")
    assert code(client.get(f"/v1/sites/{placed}", headers=stranger)) == "404 not_found"
    assert code(client.get(f"/v1/enterprises/{owner}", headers=stranger)) == "404 not_found"
    assert client.get("/v1/sites", headers=stranger).json()["items"] == []
    listed = client.get("/v1/enterprises", headers=stranger).json()["items"]
    assert owner not in {one["id"] for one in listed}
    exact = client.get("/v1/enterprises", params={"uscc": USCC}, headers=stranger).json()["items"]
    assert [one["id"] for one in exact] == [owner]
    second = site(client, stranger, owner, place={"division": OTHER_COUNTY, "text": "邻区分厂"})
    assert second.status_code == 201, second.text
    seen = client.get(f"/v1/enterprises/{owner}", headers=stranger).json()["sites"]
    assert [one["id"] for one in seen] == [second.json()["id"]]


def test_an_enterprise_sees_its_own_alone(client: TestClient, as_: As, world: World) -> None:
    """An enterprise account lists and reads its own file and sites, nobody else's, not by the code either."""
    with world.engine.connect() as db:
        own = db.execute(select(enterprises.c.id).where(enterprises.c.name == "样例企业")).scalar_one()
    mine = site(client, as_("inspector"), own).json()["id"]
    other = enterprise(client, as_("inspector")).json()["id"]
    theirs = site(client, as_("inspector"), other).json()["id"]
    me = as_("enterprise")
    assert [one["id"] for one in client.get("/v1/sites", headers=me).json()["items"]] == [mine]
    assert [one["id"] for one in client.get("/v1/enterprises", headers=me).json()["items"]] == [str(own)]
    assert client.get(f"/v1/sites/{mine}", headers=me).status_code == 200
    assert code(client.get(f"/v1/sites/{theirs}", headers=me)) == "404 not_found"
    assert code(client.get(f"/v1/enterprises/{other}", headers=me)) == "404 not_found"
    assert client.get("/v1/enterprises", params={"uscc": USCC}, headers=me).json()["items"] == []
    assert code(enterprise(client, me, uscc=None)) == "403 forbidden"


def test_lists_are_paged_and_filtered(client: TestClient, as_: As) -> None:
    """Pages join without gap or repetition; name, division and enterprise narrow; a made-up cursor is refused."""
    inspector = as_("inspector")
    made = [enterprise(client, inspector, uscc=None, name=f"样例厂{i}").json()["id"] for i in range(3)]
    placed = [site(client, inspector, one).json()["id"] for one in made]
    for path, expected in (("/v1/enterprises", {*made}), ("/v1/sites", {*placed})):
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
            page = client.get(path, params=query, headers=inspector).json()
            seen += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen))
        assert expected <= set(seen)
        assert code(client.get(path, params={"cursor": "eHh4"}, headers=inspector)) == "422 bad_cursor"
    named = client.get("/v1/enterprises", params={"name": "厂1"}, headers=inspector).json()["items"]
    assert [one["id"] for one in named] == [made[1]]
    assert client.get("/v1/enterprises", params={"name": "%"}, headers=inspector).json()["items"] == []
    there = client.get("/v1/sites", params={"division": TOWN}, headers=inspector).json()["items"]
    assert len(there) == 3
    one = client.get("/v1/sites", params={"enterprise": made[2]}, headers=inspector).json()["items"]
    assert [row["id"] for row in one] == [placed[2]]
