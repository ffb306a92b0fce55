"""Photo stations over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from models.domain.states import Action
from tests.api.ledgers.materials_by_hand import As, Files, material
from tests.factories import World
from tests.operations.ledgers import stories
from tests.operations.materials.stories import station

ABSENT = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
STATION: dict[str, Any] = {
    "no": 1,
    "text": "涵洞口下游10米",
    "lon": 111.4354,
    "lat": 27.2633,
    "datum": "GCJ-02",
    "heading": 90,
    "k_station": "K0+200",
}


@pytest.fixture
def case_id(world: World) -> UUID:
    return stories.listed(world)


@pytest.fixture
def mine(client: TestClient, as_: As, case_id: UUID) -> Files:
    return Files(client, as_("liaison"), case_id)


def add(files: Files, headers: dict[str, str] | None = None, **changed: Any) -> Response:
    sent = files.as_of_now() if headers is None else headers
    return files.client.post(f"{files.base}/stations", json=STATION | changed, headers=sent)


def change(
    files: Files, station_id: object, headers: dict[str, str] | None = None, **fields: Any
) -> Response:
    sent = files.as_of_now() if headers is None else headers
    return files.client.patch(f"{files.base}/stations/{station_id}", json=fields, headers=sent)


def test_a_station_is_set_and_listed(mine: Files) -> None:
    """A station keeps its given position beside WGS-84, its heading and stake; the item's version rises."""
    made = add(mine)
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"2"'
    listed = mine.client.get(f"{mine.base}/stations", headers=mine.headers).json()["items"]
    assert listed == [made.json()]
    assert (listed[0]["given_lon"], listed[0]["k_station"], listed[0]["heading"]) == (111.4354, "K0+200", 90)
    assert listed[0]["lon"] != 111.4354


def test_a_retry_under_the_same_key_is_the_same_station(mine: Files) -> None:
    """The same request again gives the same station; the key for other content is refused."""
    headers = mine.as_of_now() | {"Idempotency-Key": "station-1"}
    first, again = add(mine, headers), add(mine, headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = add(mine, headers, text="另一个地方")
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


def test_a_station_changes_until_its_first_photo(mine: Files) -> None:
    """Words and heading may change before a photo names the station, not after."""
    made = add(mine).json()
    changed = change(mine, made["id"], heading=95, text="涵洞口下游")
    assert (changed.status_code, changed.json()["heading"]) == (200, 95), changed.text
    facts = {"phase": "before", "station_id": made["id"], "taken_on": "2026-11-01"}
    assert mine.put(material(kind="photo", facts=facts)).status_code == 200
    late = change(mine, made["id"], heading=100)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert "另设一个机位" in late.json()["detail"]


def test_what_a_station_cannot_be(mine: Files) -> None:
    """A heading beyond the circle, half a position, a stake that is none, an empty change are refused by field."""
    assert add(mine, heading=360).json()["errors"][0]["pointer"] == "/heading"
    assert add(mine, datum=None).status_code == 422
    assert add(mine, k_station="200米").json()["errors"][0]["pointer"] == "/k_station"
    assert change(mine, ABSENT, heading=360).status_code == 422
    assert change(mine, ABSENT).status_code == 422


def test_who_may_not_set_stations(mine: Files, client: TestClient, as_: As, case_id: UUID) -> None:
    """Only the unit that rectifies sets stations; outside the county there is no such item."""
    at = add(mine).json()["id"]
    for name, status in {"office": 403, "inspector": 403, "clerk": 403, "stranger_inspector": 404}.items():
        headers = as_(name) | {"If-Match": '"2"'}
        other = Files(client, as_(name), case_id)
        assert add(other, headers, no=2).status_code == status, name
        assert change(other, at, headers, heading=1).status_code == status, name
        listing = client.get(f"{other.base}/stations", headers=as_(name))
        assert listing.status_code == (404 if status == 404 else 200), name
    assert client.get(f"{mine.base}/stations", headers=as_("admin")).status_code == 403
    assert client.get(f"{mine.base}/stations").status_code == 401
    assert client.get("/v1/reference/standards").status_code == 401


def test_versions_and_numbers_are_told_apart(mine: Files) -> None:
    """Without a version 428, with a stale one 412, a taken number 409, no such station 404."""
    at = add(mine).json()["id"]
    for refused in (add(mine, mine.headers, no=2), change(mine, at, mine.headers, heading=1)):
        assert (refused.status_code, refused.json()["code"]) == (428, "version_missing")
    stale = mine.headers | {"If-Match": '"1"'}
    for refused in (add(mine, stale, no=2), change(mine, at, stale, heading=1)):
        assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
    twin = add(mine)
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate")
    assert change(mine, ABSENT, heading=1).status_code == 404


def test_stations_stand_while_the_file_is_judged(mine: Files, world: World, case_id: UUID) -> None:
    """A void item takes no station and no change."""
    at = station(world, case_id)
    stories.step(world, case_id, "deputy_head", Action.VOID, reason="重复登记")
    for refused in (add(mine, no=2), change(mine, at, heading=1)):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text
