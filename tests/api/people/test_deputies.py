"""Deputies over HTTP: a head names who acts for him."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from httpx2 import Response
from starlette.testclient import TestClient

from tests.api.people.asking import LATER, As, code, flaws, give, new_account
from tests.factories import COUNTY, OTHER_COUNTY, TOWN, World


def appoint(client: TestClient, headers: dict[str, str], account_id: object, **changed: Any) -> Response:
    """Ask for a deputy of oneself."""
    body = {"account_id": str(account_id), "role": "supervisor", "division": COUNTY, "valid_to": LATER}
    return client.post("/v1/me/deputies", json=body | changed, headers=headers)


def test_a_deputy_acts_until_dismissed(client: TestClient, as_: As, world: World) -> None:
    """The deputy holds the role at once, is listed, and holds it no longer once dismissed."""
    made = appoint(client, as_("supervisor"), world.account("inspector2"))
    assert made.status_code == 201, made.text
    deputy = as_("inspector2")
    roles = {grant["role"] for grant in client.get("/v1/me", headers=deputy).json()["grants"]}
    assert roles == {"inspector", "supervisor"}
    listed = client.get("/v1/me/deputies", headers=as_("supervisor")).json()
    assert [(one["id"], one["name"]) for one in listed] == [(made.json()["id"], "样例inspector2")]
    url = f"/v1/me/deputies/{made.json()['id']}/end"
    assert code(client.post(url, headers=as_("supervisor2"))) == "404 not_found"
    assert client.post(url, headers=as_("supervisor")).status_code == 204
    assert code(client.post(url, headers=as_("supervisor"))) == "409 conflict"
    roles = {grant["role"] for grant in client.get("/v1/me", headers=deputy).json()["grants"]}
    assert roles == {"inspector"}
    assert client.get("/v1/me/deputies", headers=as_("supervisor")).json() == []


def test_windows_may_overlap_and_steps_may_be_few(client: TestClient, as_: As, world: World) -> None:
    """Two deputies at a time, one of them for one town and one action alone."""
    head = as_("supervisor")
    assert appoint(client, head, world.account("inspector")).status_code == 201
    small = appoint(client, head, world.account("clerk"), division=TOWN, actions=["assign"])
    assert small.status_code == 201, small.text
    listed = client.get("/v1/me/deputies", headers=head).json()
    assert {one["division"]: one["actions"] for one in listed} == {COUNTY: None, TOWN: ["assign"]}


def test_a_deputy_gets_no_more_than_the_head_has(client: TestClient, as_: As, world: World) -> None:
    """Not another role, not a wider area, not an administrator, not a stranger, not without end."""
    head, clerk = as_("supervisor"), world.account("clerk")
    assert code(appoint(client, head, clerk, role="deputy_head")) == "403 forbidden"
    assert flaws(appoint(client, head, clerk, division="4305")) == [("/role", "beyond_principal")]
    assert flaws(appoint(client, head, clerk, division=OTHER_COUNTY)) == [("/role", "beyond_principal")]
    assert flaws(appoint(client, head, world.account("stranger_clerk"))) == [
        ("/account_id", "unknown_account")
    ]
    assert flaws(appoint(client, head, uuid4())) == [("/account_id", "unknown_account")]
    assert code(appoint(client, head, world.account("admin"))) == "409 conflict"
    assert ("/account_id", "self") in flaws(appoint(client, head, world.account("supervisor")))
    assert flaws(appoint(client, head, clerk, valid_to=None))[0][0] == "/valid_to"
    past = appoint(client, head, clerk, valid_to="2026-11-01T00:00:00+08:00")
    assert flaws(past) == [("/valid_to", "before_start")]
    assert code(appoint(client, as_("clerk"), clerk)) == "403 forbidden"


def test_a_deputy_hands_nothing_on(client: TestClient, as_: As, world: World) -> None:
    """Who is supervisor only as a deputy names no deputy of his own."""
    appoint(client, as_("supervisor"), world.account("inspector2"))
    assert code(appoint(client, as_("inspector2"), world.account("clerk"))) == "403 forbidden"


def test_the_same_key_names_one_deputy(client: TestClient, as_: As, world: World) -> None:
    """A retry gives the same deputy; the key with other content is refused."""
    keyed = {**as_("supervisor"), "Idempotency-Key": "deputy-0001"}
    first = appoint(client, keyed, world.account("clerk"))
    assert appoint(client, keyed, world.account("clerk")).json() == first.json()
    assert code(appoint(client, keyed, world.account("inspector"))) == "409 other_content"


def test_a_deputy_falls_with_the_grant_he_stands_on(client: TestClient, as_: As, world: World) -> None:
    """When the head's own grant ends, or he leaves, his deputies act no more; another grant may carry them."""
    made = new_account(client, as_, world)
    own = [
        give(client, as_("admin"), made["id"], "supervisor", division=where).json()["id"]
        for where in (COUNTY, TOWN)
    ]
    deputies = [
        give(
            client,
            as_("admin"),
            world.account("clerk"),
            "supervisor",
            principal_id=made["id"],
            division=where,
            valid_to=LATER,
        )
        for where in (COUNTY, TOWN)
    ]
    assert [one.status_code for one in deputies] == [201, 201]
    client.post(f"/v1/accounts/{made['id']}/grants/{own[0]}/end", headers=as_("admin"))
    assert _acts_in(client, as_) == [TOWN]
    assert client.post(f"/v1/accounts/{made['id']}/leave", headers=as_("admin")).status_code == 200
    assert _acts_in(client, as_) == []


def _acts_in(client: TestClient, as_: As) -> list[str]:
    held = client.get("/v1/me", headers=as_("clerk")).json()["grants"]
    return [one["division"] for one in held if one["principal_id"] is not None]
