"""Officers over HTTP: certificates, their validity, their order."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from httpx2 import Response
from starlette.testclient import TestClient

from tests.api.people.asking import As, bureau, code, flaws
from tests.factories import OTHER_COUNTY, World


def add(client: TestClient, as_: As, world: World, **changed: Any) -> Response:
    """A new officer of the bureau, certified by the city."""
    body = {
        "name": "样例执法员",
        "unit_id": str(bureau(world)),
        "certificate_no": "样例证0001",
        "agency": "邵阳市司法局（样例）",
        "area": "4305",
        "valid_from": "2024-01-01",
        "valid_to": "2026-12-23",
    }
    return client.post("/v1/officers", json=body | changed, headers=as_("admin"))


def test_a_certificate_tells_how_long_it_holds(client: TestClient, as_: As, world: World) -> None:
    """Thirty days before the end it is told; a day more and it is not; ended and future ones say so."""
    for no, valid_from, valid_to, expected in (
        ("样例证0001", "2024-01-01", "2026-12-23", ("valid", True)),
        ("样例证0002", "2024-01-01", "2026-12-24", ("valid", False)),
        ("样例证0003", "2024-01-01", "2026-11-23", ("valid", True)),
        ("样例证0004", "2024-01-01", "2026-11-22", ("expired", False)),
        ("样例证0005", "2026-11-24", "2027-01-01", ("not_yet", False)),
    ):
        made = add(client, as_, world, certificate_no=no, valid_from=valid_from, valid_to=valid_to)
        assert made.status_code == 201, made.text
        assert (made.json()["validity"], made.json()["expires_soon"]) == expected


def test_the_list_begins_with_what_ends_first(client: TestClient, as_: As, world: World) -> None:
    """Pages by the end of validity, without gap or repetition; a unit narrows; other counties are absent."""
    for no in range(3):
        add(client, as_, world, certificate_no=f"样例证100{no}", valid_to=f"2026-12-2{no}")
    ends: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/officers", params=query, headers=as_("clerk")).json()
        ends += [f"{one['valid_to']} {one['id']}" for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert ends == sorted(set(ends))
    assert len(ends) == 6
    unit = {"unit": str(bureau(world))}
    assert len(client.get("/v1/officers", params=unit, headers=as_("clerk")).json()["items"]) == 6
    nowhere = {"unit": str(uuid4())}
    assert client.get("/v1/officers", params=nowhere, headers=as_("clerk")).json()["items"] == []
    assert (
        code(client.get("/v1/officers", params={"cursor": "eHh4"}, headers=as_("clerk"))) == "422 bad_cursor"
    )


def test_a_renewal_is_a_change_on_the_version_seen(client: TestClient, as_: As, world: World) -> None:
    """428 without If-Match, 412 on an old one, 404 from another county."""
    made = add(client, as_, world)
    url, admin = f"/v1/officers/{made.json()['id']}", as_("admin")
    longer = {"valid_to": "2031-12-31"}
    assert code(client.patch(url, json=longer, headers=admin)) == "428 version_missing"
    match = {**admin, "If-Match": made.headers["etag"]}
    done = client.patch(url, json=longer, headers=match)
    assert (done.json()["valid_to"], done.headers["etag"]) == ("2031-12-31", '"2"')
    assert client.get(url, headers=as_("clerk")).json() == done.json()
    assert code(client.patch(url, json=longer, headers=match)) == "412 stale_version"
    turned = client.patch(url, json={"valid_to": "2001-01-01"}, headers={**admin, "If-Match": '"2"'})
    assert flaws(turned) == [("/valid_to", "before_start")]
    assert code(client.get(url, headers=as_("stranger_clerk"))) == "404 not_found"
    missing = client.patch(f"/v1/officers/{uuid4()}", json=longer, headers=match)
    assert code(missing) == "404 not_found"


def test_a_certificate_and_an_account_are_registered_once(client: TestClient, as_: As, world: World) -> None:
    """A second officer with the same number or the same account is refused, by POST and by PATCH."""
    made = add(client, as_, world)
    assert code(add(client, as_, world)) == "409 duplicate"
    taken = add(client, as_, world, certificate_no="样例证0009", account_id=str(world.account("inspector")))
    assert code(taken) == "409 duplicate"
    match = {**as_("admin"), "If-Match": '"1"'}
    same = {"certificate_no": "样例证inspector"}
    assert (
        code(client.patch(f"/v1/officers/{made.json()['id']}", json=same, headers=match)) == "409 duplicate"
    )


def test_what_is_unknown_is_named(client: TestClient, as_: As, world: World) -> None:
    """Unit, area, account and a validity turned round, all at once."""
    answer = add(
        client,
        as_,
        world,
        unit_id=str(uuid4()),
        area="430599",
        account_id=str(world.account("stranger_clerk")),
        valid_to="2023-01-01",
    )
    assert [pointer for pointer, _ in flaws(answer)] == ["/unit_id", "/area", "/account_id", "/valid_to"]


def test_officers_of_another_county_are_its_own_affair(client: TestClient, as_: As, world: World) -> None:
    """An administrator registers nobody in a unit of another county, which is not there for him."""
    units = client.get("/v1/units", headers=as_("stranger_clerk")).json()["items"]
    other = next(one["id"] for one in units if one["division"] == OTHER_COUNTY)
    assert flaws(add(client, as_, world, unit_id=other)) == [("/unit_id", "unknown_unit")]
