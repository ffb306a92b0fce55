"""Grants over HTTP: who gives what to whom, and that an end holds at once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from tests.api.people.asking import LATER, As, code, flaws, give, grants_of, login, new_account, signed
from tests.factories import COUNTY, OTHER_COUNTY, PASSWORD, World

ADMINS = ("admin", "security_admin", "audit_admin")


def test_a_given_grant_holds_at_the_next_request_and_its_end_too(
    client: TestClient, as_: As, world: World
) -> None:
    """Without a grant 403, with one 200, after its end 403 again, all on one token."""
    made = new_account(client, as_, world)
    token = signed(login(client, "newcomer", made["initial_password"]))
    assert code(client.get("/v1/cases", headers=token)) == "403 forbidden"
    given = give(client, as_("admin"), made["id"], "clerk")
    assert given.status_code == 201, given.text
    assert client.get("/v1/cases", headers=token).status_code == 200
    end = f"/v1/accounts/{made['id']}/grants/{given.json()['id']}/end"
    assert client.post(end, headers=as_("admin")).status_code == 204
    assert code(client.get("/v1/cases", headers=token)) == "403 forbidden"
    assert code(client.post(end, headers=as_("admin"))) == "409 conflict"
    assert [grant["standing"] for grant in grants_of(client, as_, made["id"])] == ["ended"]


def test_nobody_grants_himself_anything(client: TestClient, as_: As, world: World) -> None:
    """Neither a role nor the end of one, whoever asks."""
    for name, role in (("admin", "clerk"), ("security", "admin"), ("security", "security_admin")):
        assert code(give(client, as_(name), world.account(name), role)) == "403 forbidden"
    own = grants_of(client, as_, world.account("admin"))[0]["id"]
    url = f"/v1/accounts/{world.account('admin')}/grants/{own}/end"
    assert code(client.post(url, headers=as_("admin"))) == "403 forbidden"


def test_each_kind_of_role_has_its_giver(client: TestClient, as_: As, world: World) -> None:
    """Business roles come from the system administrator, administrations from the security administrator."""
    made = new_account(client, as_, world)
    for role in ADMINS:
        assert code(give(client, as_("admin"), made["id"], role)) == "403 forbidden"
    for role in ("clerk", "supervisor"):
        assert code(give(client, as_("security"), made["id"], role)) == "403 forbidden"
    assert give(client, as_("security"), made["id"], "security_admin").status_code == 201
    ask = {"login": "puppet", "name": "傀儡"}
    assert code(client.post("/v1/accounts", json=ask, headers=as_("security"))) == "403 forbidden"


@pytest.mark.parametrize("first", [*ADMINS, "clerk"])
@pytest.mark.parametrize("second", [*ADMINS, "clerk"])
def test_administrations_do_not_combine_in_any_order(
    client: TestClient, as_: As, world: World, first: str, second: str
) -> None:
    """One person holds one administration and nothing else, also when the first is only to begin."""
    made = new_account(client, as_, world)

    def ask(role: str, **more: str) -> int:
        giver = as_("security" if role in ADMINS else "admin")
        return give(client, giver, made["id"], role, **more).status_code

    assert ask(first, valid_from=LATER) == 201
    assert ask(second) == (201 if first == second else 409)


def test_a_grant_that_cannot_be_is_refused_by_field(client: TestClient, as_: As, world: World) -> None:
    """Unknown unit, an end before the beginning, an enterprise without or in the wrong role, no steps."""
    made = new_account(client, as_, world)
    admin = as_("admin")
    wrong = {
        "/unit_id": give(client, admin, made["id"], "clerk", unit_id=str(uuid4())),
        "/valid_to": give(client, admin, made["id"], "clerk", valid_from=LATER, valid_to=LATER),
        "/enterprise_id": give(client, admin, made["id"], "enterprise"),
        "/actions": give(client, admin, made["id"], "clerk", actions=[]),
    }
    for pointer, answer in wrong.items():
        assert flaws(answer)[0][0] == pointer, answer.text
    odd = give(client, admin, made["id"], "clerk", enterprise_id=str(uuid4()))
    assert flaws(odd) == [("/enterprise_id", "not_for_role")]
    nowhere = give(client, admin, made["id"], "enterprise", enterprise_id=str(uuid4()))
    assert flaws(nowhere) == [("/enterprise_id", "unknown_enterprise")]
    outside = give(client, admin, made["id"], "clerk", division=OTHER_COUNTY)
    assert code(outside) == "403 forbidden"


def test_the_same_key_gives_one_grant(client: TestClient, as_: As, world: World) -> None:
    """A retry gives the same grant; the key with another role is refused."""
    made = new_account(client, as_, world)
    keyed = {**as_("admin"), "Idempotency-Key": "grant-0001"}
    first, again = (give(client, keyed, made["id"], "clerk") for _ in range(2))
    assert first.json() == again.json()
    assert len(grants_of(client, as_, made["id"])) == 1
    assert code(give(client, keyed, made["id"], "inspector")) == "409 other_content"


def test_the_last_administrator_stays(client: TestClient, as_: As, world: World) -> None:
    """The last system administrator keeps his grant, his account and his post until another is named."""
    url = f"/v1/accounts/{world.account('admin')}"
    own = grants_of(client, as_, world.account("admin"))[0]["id"]
    security = as_("security")
    assert code(client.post(f"{url}/grants/{own}/end", headers=security)) == "409 conflict"
    etag = client.get(url, headers=security).headers["etag"]
    off = client.patch(url, json={"active": False}, headers={**security, "If-Match": etag})
    assert code(off) == "409 conflict"
    leave = client.post(f"{url}/leave", headers=security)
    assert [one["guard"] for one in leave.json()["unmet"]] == ["not_the_last"]
    heir = new_account(client, as_, world)
    assert give(client, security, heir["id"], "admin").status_code == 201
    assert client.post(f"{url}/grants/{own}/end", headers=security).status_code == 204


def test_a_deactivated_account_gets_no_grant(client: TestClient, as_: As, world: World) -> None:
    """Who is not active is given nothing."""
    made = new_account(client, as_, world)
    url = f"/v1/accounts/{made['id']}"
    client.patch(url, json={"active": False}, headers={**as_("admin"), "If-Match": '"1"'})
    assert code(give(client, as_("admin"), made["id"], "clerk")) == "409 conflict"


def test_an_administrator_names_a_deputy_for_who_cannot(client: TestClient, as_: As, world: World) -> None:
    """A deputy of a sick supervisor holds his role until the stated day; without a day or beyond him, none."""
    clerk, sick = world.account("clerk"), str(world.account("supervisor"))
    admin = as_("admin")
    endless = give(client, admin, clerk, "supervisor", principal_id=sick)
    assert ("/valid_to", "missing") in flaws(endless)
    beyond = give(client, admin, clerk, "deputy_head", principal_id=sick, valid_to=LATER)
    assert flaws(beyond) == [("/role", "beyond_principal")]
    himself = give(client, admin, sick, "supervisor", principal_id=sick, valid_to=LATER)
    assert ("/account_id", "self") in flaws(himself)
    assert give(client, admin, clerk, "supervisor", principal_id=sick, valid_to=LATER).status_code == 201
    held = client.get("/v1/me", headers=signed(login(client, "clerk", PASSWORD))).json()["grants"]
    assert [one["principal_id"] for one in held if one["role"] == "supervisor"] == [sick]
    assert COUNTY in {one["division"] for one in held}
