"""Acknowledging and preview over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from models.tables.notices import notices
from tests.api.people.asking import code
from tests.api.reminders.asking import NOWHERE, As, flaws
from tests.conftest import Clock
from tests.factories import World
from tests.operations.reminders.stories import assigned_case, scan
from tests.operations.reminders.test_reminding import at

DUE = at(1, 22, year=2027)


@pytest.fixture
def told(world: World) -> list[UUID]:
    """Two cases whose last day was told; the clock of the API stands where it was."""
    made = [assigned_case(world) for _ in range(2)]
    scan(world, DUE)
    with world.engine.begin() as db:
        db.execute(update(notices).values(state="sent", sent_at=DUE))
    return made


def inbox(client: TestClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    return list(client.get("/v1/notices", headers=headers).json()["items"])


def test_acknowledge(client: TestClient, as_: As, clock: Clock, told: list[UUID]) -> None:
    """One click says that one has it; it is read then too, and a second click changes nothing."""
    headers = as_("inspector")
    first = inbox(client, headers)[0]
    assert (first["ack_due_at"], first["ack_at"]) == ("2027-01-25T09:00:00+08:00", None)
    for _ in range(2):
        assert client.post(f"/v1/notices/{first['id']}/ack", headers=headers).status_code == 204
        clock.now = clock.now.replace(second=30)
    again = {one["id"]: one for one in inbox(client, headers)}[first["id"]]
    assert (again["ack_due_at"], again["ack_at"]) == (None, "2026-11-23T09:00:00+08:00")
    assert again["read_at"] == again["ack_at"]
    assert [one["ack_due_at"] for one in inbox(client, as_("supervisor"))] == [None, None]


def test_nobody_acknowledges_for_another(client: TestClient, as_: As, told: list[UUID]) -> None:
    """Another one's notice is as if it were not there, for leaders and administrators as well."""
    one = inbox(client, as_("inspector"))[0]["id"]
    for who in ("inspector2", "supervisor", "admin", "stranger_supervisor"):
        assert code(client.post(f"/v1/notices/{one}/ack", headers=as_(who))) == "404 not_found"
    assert code(client.post(f"/v1/notices/{NOWHERE}/ack", headers=as_("inspector"))) == "404 not_found"


def test_preview(client: TestClient, as_: As, world: World) -> None:
    """The handler reads what he will be told; the leader reads of everybody, by part and number, without a name."""
    made = assigned_case(world)
    query = {"day": "2026-12-23"}
    (mine,) = client.get("/v1/notices/preview", params=query, headers=as_("inspector")).json()["items"]
    assert (mine["case_id"], mine["stage"]) == (str(made), "half")
    assert mine["at"] == "2026-12-23T09:00:00+08:00"
    assert mine["headline"] == "【示例数据】办结期限还有22个工作日"
    assert mine["told"] == [{"told_as": "handler", "people": 1}]
    everybody = query | {"all": "true"}
    answer = client.get("/v1/notices/preview", params=everybody, headers=as_("supervisor"))
    assert answer.json() == {"items": [mine], "next": None, "day": "2026-12-23"}
    assert "样例" not in answer.text.replace(mine["case_title"], "")
    empty = client.get("/v1/notices/preview", headers=as_("inspector")).json()
    assert empty == {"items": [], "next": None, "day": "2026-11-24"}
    refused = client.get("/v1/notices/preview", params=everybody, headers=as_("inspector"))
    assert code(refused) == "403 forbidden"


def test_pages_of_a_preview(client: TestClient, as_: As, world: World) -> None:
    """Each message once, page by page; a cursor belongs to one day and one reading."""
    made = {str(assigned_case(world)) for _ in range(3)}
    headers = as_("supervisor")
    query: dict[str, Any] = {"day": "2026-12-23", "all": "true", "limit": 2}
    first = client.get("/v1/notices/preview", params=query, headers=headers).json()
    more = query | {"cursor": first["next"]}
    second = client.get("/v1/notices/preview", params=more, headers=headers).json()
    assert [len(one["items"]) for one in (first, second)] == [2, 1]
    assert {item["case_id"] for one in (first, second) for item in one["items"]} == made
    other = client.get("/v1/notices/preview", params=more | {"day": "2026-12-22"}, headers=headers)
    assert code(other) == "422 bad_cursor"


@pytest.mark.parametrize("day", ["2026-11-22", "2027-01-25", "morgen", "9999-12-31", ""])
def test_bad_days(client: TestClient, as_: As, day: str) -> None:
    """A day that is over, too far away or none is refused by name."""
    answer = client.get("/v1/notices/preview", params={"day": day}, headers=as_("inspector"))
    assert [pointer for pointer, _ in flaws(answer)] == ["query:/day"]


ROUTES = (("GET", "/v1/notices/preview"), ("POST", f"/v1/notices/{NOWHERE}/ack"))


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_and_nobody_any_more(
    client: TestClient, as_: As, clock: Clock, method: str, path: str
) -> None:
    """Without a token or with an ended one both routes refuse."""
    headers = as_("inspector")
    assert code(client.request(method, path)) == "401 unauthenticated"
    clock.now = clock.now.replace(hour=3)
    assert code(client.request(method, path, headers=headers)) == "401 session_ended"
