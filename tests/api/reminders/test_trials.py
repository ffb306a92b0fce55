"""Trying a channel over HTTP."""

from __future__ import annotations

from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.tables.channels import dispatches
from models.tables.people import grants
from tests.api.people.asking import code
from tests.api.reminders.asking import NOWHERE, As, added
from tests.conftest import Clock
from tests.factories import World


def test_trying_a_channel(client: TestClient, as_: As, world: World) -> None:
    """The administrator tries what he is reached by himself; while one test waits there is no other."""
    made, admin = added(client, as_("admin"), kind="console", config={}), as_("admin")
    url = f"/v1/channels/{made['id']}/test"
    assert code(client.get(url, headers=admin)) == "404 not_found"
    assert code(client.post(url, headers=admin)) == "409 conflict"
    client.put("/v1/me/contacts", json={"items": [{"channel_id": made["id"]}]}, headers=admin)
    for _ in range(2):
        got = client.post(url, headers=admin)
        assert (got.status_code, got.json()["state"], got.json()["error"]) == (202, "waiting", None)
    assert client.get(url, headers=admin).json() == got.json()
    with world.engine.begin() as db:
        (one,) = db.execute(select(dispatches)).all()
        keeper = select(grants.c.account_id).where(grants.c.role == "admin")
        assert one.account_id == db.execute(keeper).scalar_one()
        db.execute(update(dispatches).values(state="sent", sent_at=one.created_at))
    assert client.get(url, headers=admin).json()["state"] == "sent"
    off = admin | {"If-Match": '"1"'}
    client.patch(f"/v1/channels/{made['id']}", json={"active": False}, headers=off)
    assert code(client.post(url, headers=admin)) == "409 conflict"
    for who, expected in (("supervisor", "403 forbidden"), ("auditor", "403 forbidden")):
        assert code(client.post(url, headers=as_(who))) == expected
    for method in ("GET", "POST"):
        nowhere = f"/v1/channels/{NOWHERE}/test"
        assert code(client.request(method, nowhere, headers=admin)) == "404 not_found"
        assert code(client.request(method, url)) == "401 unauthenticated"


def test_an_ended_session_tries_nothing(client: TestClient, as_: As, clock: Clock) -> None:
    """With a token that has ended both routes refuse."""
    headers, url = as_("admin"), f"/v1/channels/{NOWHERE}/test"
    clock.now = clock.now.replace(hour=3)
    for method in ("GET", "POST"):
        assert code(client.request(method, url, headers=headers)) == "401 session_ended"
