"""The notice routes over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from models.tables.notices import notices
from models.tables.people import grants
from tests.conftest import Clock
from tests.factories import NOW, OTHER_COUNTY, World
from tests.operations.outgoing.hand import HALF, LEAVES, job, kill_off, tell
from tests.operations.reminders.stories import assigned_case, rows, scan
from tests.operations.reminders.test_reminding import at

As = Callable[[str], dict[str, str]]
LATE = at(1, 26, year=2027)
NOWHERE = "01a205ea-be80-7e71-b7ca-927d3e44f74c"


@pytest.fixture
def told(world: World, clock: Clock) -> list[UUID]:
    """Three overdue cases, told to handler, heads and deputy head; the clock of the API stands where it was."""
    ids = [assigned_case(world) for _ in range(3)]
    for _ in range(2):
        scan(world, LATE)
    deliver_all(world)
    return ids


def deliver_all(world: World) -> None:
    """Everything is in the inboxes."""
    with world.engine.begin() as db:
        db.execute(update(notices).where(notices.c.state == "waiting").values(state="sent", sent_at=LATE))


def inbox(client: TestClient, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    got = client.get("/v1/notices", params=query, headers=headers)
    assert got.status_code == 200, got.text
    body: dict[str, Any] = got.json()
    return body


def dead_letter(world: World) -> UUID:
    """One notice to the inspector that the channel has refused eight times."""
    assigned_case(world)
    scan(world, HALF)
    tell(world, HALF)
    kill_off(world, job(world).id, LEAVES)
    found: UUID = rows(world)[0].id
    return found


def test_my_inbox(client: TestClient, as_: As, told: list[UUID]) -> None:
    """A handler reads what he was told of his cases, newest first, page by page, and how much is unread."""
    first = inbox(client, as_("inspector"), limit=2)
    assert first["unread"] == {"count": 3, "capped": False}
    second = inbox(client, as_("inspector"), limit=2, cursor=first["next"])
    assert second["next"] is None
    got = [*first["items"], *second["items"]]
    assert {one["case_id"] for one in got} == {str(one) for one in told}
    assert {one["told_as"] for one in got} == {"handler"}
    assert got[0]["headline"] == "【示例数据】办结期限已逾期4日"
    assert got[0]["link"] == f"/v1/cases/{got[0]['case_id']}"
    assert client.get(got[0]["link"], headers=as_("inspector")).status_code == 200


def test_read_once(client: TestClient, as_: As, told: list[UUID]) -> None:
    """What is marked as read leaves the unread ones; marking it again changes nothing."""
    one = inbox(client, as_("inspector"))["items"][0]["id"]
    for _ in range(2):
        assert client.post(f"/v1/notices/{one}/read", headers=as_("inspector")).status_code == 204
    left = inbox(client, as_("inspector"), unread=True)
    assert left["unread"]["count"] == len(left["items"]) == 2
    assert one not in {item["id"] for item in left["items"]}


def test_nobody_reads_another_ones(client: TestClient, as_: As, told: list[UUID]) -> None:
    """An inbox holds nothing of others, and another one's notice is as if it were not there."""
    mine = inbox(client, as_("inspector"))["items"][0]["id"]
    for other in ("inspector2", "clerk", "admin", "stranger_supervisor"):
        assert inbox(client, as_(other))["unread"]["count"] == 0
        assert client.post(f"/v1/notices/{mine}/read", headers=as_(other)).status_code == 404
    assert client.post(f"/v1/notices/{NOWHERE}/read", headers=as_("inspector")).status_code == 404


def test_who_has_moved_away_sees_nothing(client: TestClient, as_: As, world: World, told: list[UUID]) -> None:
    """A notice of a case that its reader no longer sees is gone from his inbox, and from its count."""
    one = inbox(client, as_("deputy_head"))["items"][0]["id"]
    mine = grants.c.account_id == world.account("deputy_head")
    with world.engine.begin() as db:
        db.execute(update(grants).where(mine).values(division_code=OTHER_COUNTY))
    after = inbox(client, as_("deputy_head"))
    assert (after["items"], after["unread"]["count"]) == ([], 0)
    assert client.post(f"/v1/notices/{one}/read", headers=as_("deputy_head")).status_code == 404


def test_not_before_it_is_delivered(client: TestClient, as_: As, world: World) -> None:
    """A planned notice is not in the inbox until its hour has come."""
    assigned_case(world)
    scan(world, at(12, 23, 23))
    assert inbox(client, as_("inspector"))["items"] == []


def test_dead_letters_and_resend(client: TestClient, as_: As, world: World) -> None:
    """A leader sees what did not get through and why, and sends it again; a second time there is nothing to send."""
    notice_id = dead_letter(world)
    got = client.get("/v1/notices/dead", headers=as_("supervisor")).json()["items"]
    assert [(one["id"], one["error"], one["tries"]) for one in got] == [(str(notice_id), "渠道停用", 8)]
    assert got[0]["number"].startswith("北环举")
    sent = client.post(f"/v1/notices/{notice_id}/resend", headers=as_("supervisor"))
    assert sent.status_code == 204, sent.text
    again = client.post(f"/v1/notices/{notice_id}/resend", headers=as_("supervisor"))
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert client.get("/v1/notices/dead", headers=as_("supervisor")).json() == {"items": [], "next": None}


def test_the_administrator_sees_no_case(client: TestClient, as_: As, world: World) -> None:
    """Who mends the channel sees that something is stuck, but not which case it is about."""
    notice_id = dead_letter(world)
    got = client.get("/v1/notices/dead", headers=as_("admin")).json()["items"]
    assert [(one["id"], one["case_id"], one["number"]) for one in got] == [(str(notice_id), None, None)]
    assert client.post(f"/v1/notices/{notice_id}/resend", headers=as_("admin")).status_code == 204


def test_dead_letters_of_others(client: TestClient, as_: As, world: World) -> None:
    """Another county's leader sees no dead letter of ours and cannot send it; an inspector may not even ask."""
    notice_id = dead_letter(world)
    stranger = as_("stranger_supervisor")
    assert client.get("/v1/notices/dead", headers=stranger).json()["items"] == []
    assert client.post(f"/v1/notices/{notice_id}/resend", headers=stranger).status_code == 404
    assert client.post(f"/v1/notices/{NOWHERE}/resend", headers=stranger).status_code == 404
    assert client.get("/v1/notices/dead", headers=as_("inspector")).status_code == 403
    assert client.post(f"/v1/notices/{notice_id}/resend", headers=as_("inspector")).status_code == 403


ROUTES = (
    ("GET", "/v1/notices"),
    ("GET", "/v1/notices/dead"),
    ("POST", f"/v1/notices/{NOWHERE}/read"),
    ("POST", f"/v1/notices/{NOWHERE}/resend"),
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_and_nobody_any_more(
    client: TestClient, as_: As, world: World, clock: Clock, method: str, path: str
) -> None:
    """Without a token or with an ended one every route refuses; without any grant only one's own is left."""
    assert client.request(method, path).json()["code"] == "unauthenticated"
    headers = as_("supervisor")
    with world.engine.begin() as db:
        db.execute(update(grants).values(valid_to=NOW - timedelta(days=1)))
    left = client.request(method, path, headers=headers)
    assert left.status_code in (403, 404) or left.json()["items"] == []
    clock.now = NOW + timedelta(minutes=16)
    assert client.request(method, path, headers=headers).json()["code"] == "session_ended"


@pytest.mark.parametrize("path", ["/v1/notices", "/v1/notices/dead"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"cursor": "bm9uc2Vuc2U"}, "bad_cursor"),
        ({"limit": "201"}, "invalid"),
        ({"limit": "viele"}, "invalid"),
        ({"foo": "1"}, "invalid"),
    ],
)
def test_bad_queries(client: TestClient, as_: As, path: str, query: dict[str, str], code: str) -> None:
    """A cursor that we did not make, a limit beyond the bounds or an unknown parameter is refused by name."""
    got = client.get(path, params=query, headers=as_("supervisor"))
    assert (got.status_code, got.json()["code"]) == (422, code)


def test_a_cursor_of_another_list(client: TestClient, as_: As, told: list[UUID]) -> None:
    """A cursor of the inbox opens no other list."""
    cursor = inbox(client, as_("inspector"), limit=1)["next"]
    got = client.get("/v1/notices/dead", params={"cursor": cursor}, headers=as_("supervisor"))
    assert got.json()["code"] == "bad_cursor"
