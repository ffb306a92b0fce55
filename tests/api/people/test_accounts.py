"""Accounts over HTTP: making, finding, changing, leaving."""

from __future__ import annotations

from uuid import uuid4

from starlette.testclient import TestClient

from models.domain.words.passwords import LEAST
from tests.api.people.asking import As, bureau, code, flaws, give, login, new_account, signed
from tests.api.test_cases import case_json
from tests.factories import PASSWORD, World


def test_the_initial_password_appears_once_and_opens(client: TestClient, as_: As, world: World) -> None:
    """A new account's password is in the answer that made it, nowhere else, and logs in."""
    made = new_account(client, as_, world)
    assert len(made["initial_password"]) >= LEAST
    shown = client.get(f"/v1/accounts/{made['id']}", headers=as_("admin"))
    assert shown.headers["etag"] == '"1"'
    assert made["initial_password"] not in shown.text
    assert "hash" not in shown.text
    assert login(client, "newcomer", made["initial_password"]).status_code == 200


def test_a_taken_login_and_an_unknown_unit_are_refused(client: TestClient, as_: As, world: World) -> None:
    """A login name is unique; a unit must exist in the administrator's area; a login has its letters."""
    new_account(client, as_, world)
    ask = {"login": "newcomer", "name": "另一人", "unit_id": str(bureau(world))}
    assert code(client.post("/v1/accounts", json=ask, headers=as_("admin"))) == "409 duplicate"
    unknown = client.post("/v1/accounts", json={**ask, "unit_id": str(uuid4())}, headers=as_("admin"))
    assert flaws(unknown) == [("/unit_id", "unknown_unit")]
    shouting = client.post("/v1/accounts", json={**ask, "login": "Ｎew Comer"}, headers=as_("admin"))
    assert flaws(shouting)[0][0] == "/login"


def test_the_list_is_paged_and_filtered(client: TestClient, as_: As, world: World) -> None:
    """Pages join without gap or repetition; unit, role and active narrow; other counties' people are absent."""
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": "5"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/accounts", params=query, headers=as_("clerk")).json()
        seen += [row["login"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert {"clerk", "admin", "enterprise"} <= set(seen)
    assert not any(login.startswith("stranger") for login in seen)
    inspectors = client.get("/v1/accounts", params={"role": "inspector"}, headers=as_("clerk")).json()
    assert {row["login"] for row in inspectors["items"]} == {"inspector", "inspector2", "town_inspector"}
    at_home = client.get("/v1/accounts", params={"unit": str(bureau(world))}, headers=as_("clerk")).json()
    assert "enterprise" not in {row["login"] for row in at_home["items"]}
    gone = client.get("/v1/accounts", params={"active": "false"}, headers=as_("clerk")).json()
    assert gone["items"] == []
    assert (
        code(client.get("/v1/accounts", params={"cursor": "eHh4"}, headers=as_("clerk"))) == "422 bad_cursor"
    )


def test_people_of_another_county_are_not_there(client: TestClient, as_: As, world: World) -> None:
    """An account outside one's county is 404 for reading and for every change."""
    other = world.account("stranger_clerk")
    admin = as_("admin")
    asked = [
        client.get(f"/v1/accounts/{other}", headers=admin),
        client.get(f"/v1/accounts/{other}/hand-over", headers=admin),
        client.patch(f"/v1/accounts/{other}", json={"name": "他"}, headers={**admin, "If-Match": '"1"'}),
        client.patch(f"/v1/accounts/{other}", json={"name": 7}, headers={**admin, "If-Match": '"1"'}),
        client.post(f"/v1/accounts/{other}/password", headers=admin),
        client.post(f"/v1/accounts/{other}/leave", headers=admin),
        client.post(f"/v1/accounts/{other}/sessions/end", headers=admin),
        give(client, admin, other, "clerk"),
        client.post(f"/v1/accounts/{other}/grants/{uuid4()}/end", headers=admin),
        client.get(f"/v1/accounts/{uuid4()}", headers=admin),
    ]
    assert {code(answer) for answer in asked} == {"404 not_found"}


def test_a_change_names_the_version_it_was_made_on(client: TestClient, as_: As, world: World) -> None:
    """Without If-Match 428; on an old version 412 with the present one; on the right one it changes."""
    made = new_account(client, as_, world)
    url, admin = f"/v1/accounts/{made['id']}", as_("admin")
    assert code(client.patch(url, json={"name": "新名"}, headers=admin)) == "428 version_missing"
    done = client.patch(url, json={"name": "新名"}, headers={**admin, "If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert (done.json()["name"], done.headers["etag"]) == ("新名", '"2"')
    late = client.patch(url, json={"name": "旧名"}, headers={**admin, "If-Match": '"1"'})
    assert code(late) == "412 stale_version"
    assert (late.json()["current"], late.json()["now"]["name"]) == (2, "新名")
    for empty in ({}, {"name": None}, {"active": None}, {"login": "other"}):
        assert client.patch(url, json=empty, headers={**admin, "If-Match": '"2"'}).status_code == 422


def test_deactivation_holds_at_the_very_next_request(client: TestClient, as_: As, world: World) -> None:
    """The token of a deactivated person is dead at once, and so is his login; activation lets him in again."""
    clerk = signed(login(client, "clerk", PASSWORD))
    assert client.get("/v1/me", headers=clerk).status_code == 200
    url = f"/v1/accounts/{world.account('clerk')}"
    etag = client.get(url, headers=as_("admin")).headers["etag"]
    off = client.patch(url, json={"active": False}, headers={**as_("admin"), "If-Match": etag})
    assert off.status_code == 200, off.text
    assert code(client.get("/v1/me", headers=clerk)) == "401 session_ended"
    assert code(login(client, "clerk", PASSWORD)) == "401 bad_credentials"
    assert code(client.post(f"{url}/password", headers=as_("admin"))) == "409 conflict"
    again = {**as_("admin"), "If-Match": off.headers["etag"]}
    assert client.patch(url, json={"active": True}, headers=again).status_code == 200
    assert code(client.get("/v1/me", headers=clerk)) == "401 session_ended"
    assert login(client, "clerk", PASSWORD).status_code == 200


def test_nobody_administers_himself_nor_an_administrator(client: TestClient, as_: As, world: World) -> None:
    """The system administrator touches neither his own account nor those of security and audit."""
    admin = as_("admin")
    for name in ("admin", "security", "auditor"):
        url = f"/v1/accounts/{world.account(name)}"
        asked = [
            client.patch(url, json={"name": "某"}, headers={**admin, "If-Match": '"2"'}),
            client.post(f"{url}/password", headers=admin),
            client.post(f"{url}/leave", headers=admin),
            client.post(f"{url}/sessions/end", headers=admin),
        ]
        assert {code(answer) for answer in asked} == {"403 forbidden"}, name
    reset = client.post(f"/v1/accounts/{world.account('auditor')}/password", headers=as_("security"))
    assert login(client, "auditor", reset.json()["new_password"]).status_code == 200


def test_a_new_password_ends_every_session(client: TestClient, as_: As, world: World) -> None:
    """After a reset the old password and every token are dead; the new password, shown once, opens."""
    warden = signed(login(client, "warden", PASSWORD))
    reset = client.post(f"/v1/accounts/{world.account('warden')}/password", headers=as_("admin"))
    assert reset.status_code == 200, reset.text
    assert code(client.get("/v1/me", headers=warden)) == "401 session_ended"
    assert code(login(client, "warden", PASSWORD)) == "401 bad_credentials"
    assert login(client, "warden", reset.json()["new_password"]).status_code == 200


def test_a_supervisor_ends_the_sessions_of_a_lost_phone(client: TestClient, as_: As, world: World) -> None:
    """Whoever is reached at night ends them; the person logs in again with his password."""
    phone = signed(login(client, "inspector", PASSWORD))
    url = f"/v1/accounts/{world.account('inspector')}/sessions/end"
    ended = client.post(url, headers=as_("supervisor"))
    assert ended.json() == {"ended": 1}
    assert code(client.get("/v1/me", headers=phone)) == "401 session_ended"
    assert code(client.post(url, headers=as_("clerk"))) == "403 forbidden"
    assert login(client, "inspector", PASSWORD).status_code == 200


def _assigned(client: TestClient, as_: As, world: World, to: str) -> dict[str, str]:
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector2")).json()
    url = f"/v1/cases/{made['id']}/steps"
    took = client.post(url, json={"action": "accept"}, headers={**as_("clerk"), "If-Match": '"1"'})
    assert took.status_code in {200, 201}, took.text
    handler = str(world.account(to))
    body = {"action": "assign", "handlers": [handler], "lead": handler}
    given = client.post(url, json=body, headers={**as_("supervisor"), "If-Match": took.headers["etag"]})
    assert given.status_code in {200, 201}, given.text
    return {"id": made["id"], "number": made["number"], "etag": given.headers["etag"]}


def test_who_leaves_hands_over_first(client: TestClient, as_: As, world: World) -> None:
    """Open work refuses the leave and says how much; reassigned, the person goes and all he had ends."""
    case = _assigned(client, as_, world, "inspector")
    url = f"/v1/accounts/{world.account('inspector')}"
    phone = signed(login(client, "inspector", PASSWORD))
    refused = client.post(f"{url}/leave", headers=as_("admin"))
    assert code(refused) == "409 guards_unmet"
    assert [one["guard"] for one in refused.json()["unmet"]] == ["work_handed_over"]
    assert case["number"] not in refused.text
    other = str(world.account("inspector2"))
    move = {
        "from_account": str(world.account("inspector")),
        "handlers": [other],
        "lead": other,
        "reason": "离岗移交",
    }
    moved = client.post("/v1/cases/reassignments", json=move, headers=as_("supervisor"))
    assert [one["ok"] for one in moved.json()["items"]] == [True], moved.text
    left = client.post(f"{url}/leave", headers=as_("admin"))
    assert left.status_code == 200, left.text
    assert (left.json()["active"], left.json()["left_at"] is not None) == (False, True)
    assert {grant["standing"] for grant in left.json()["grants"]} == {"ended"}
    assert code(client.get("/v1/me", headers=phone)) == "401 session_ended"
    assert code(client.post(f"{url}/leave", headers=as_("admin"))) == "409 conflict"
    back = {**as_("admin"), "If-Match": f'"{left.json()["version"]}"'}
    assert code(client.patch(url, json={"active": True}, headers=back)) == "409 conflict"


def test_the_hand_over_list_shows_cases_to_heads_alone(client: TestClient, as_: As, world: World) -> None:
    """A head sees number, title, state and end of each case; the administrator sees how many."""
    case = _assigned(client, as_, world, "inspector")
    url = f"/v1/accounts/{world.account('inspector')}/hand-over"
    head = client.get(url, headers=as_("supervisor")).json()
    assert [(one["number"], one["state"]) for one in head["cases"]] == [(case["number"], "assigned")]
    assert set(head["cases"][0]) == {"id", "number", "title", "state", "state_title", "due_at"}
    admin = client.get(url, headers=as_("admin")).json()
    assert admin["cases"] is None
    counts = {one["kind"]: (one["count"], one["blocks"]) for one in admin["counts"]}
    assert counts["handling"] == (1, True)
    assert counts["certificates"] == (1, False)
    assert case["number"] not in client.get(url, headers=as_("admin")).text
    assert code(client.get(url, headers=as_("clerk"))) == "403 forbidden"
