"""Objections at the desk over HTTP: nothing sealed in a list, every refusal that is declared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.tables.journal import journal
from models.tables.publications import objections
from tests.api.publishing.asking import As, code
from tests.factories import NOW, World
from tests.operations.publishing.stories import (
    CONTACT,
    NAME,
    SAID,
    objected,
    objection_on,
    published,
)

REASON = {"reason": "核对样例联系方式"}
ANSWER = {"upheld": True, "answer": "经核查，您反映的情况属实。"}


def test_an_objection_is_opened_and_answered(client: TestClient, as_: As, world: World) -> None:
    """A list tells number and date; opening tells text and contact; upholding starts the retraction."""
    made = published(world)
    objected(world, made)
    listed = client.get("/v1/objections", params={"publication_id": str(made)}, headers=as_("office"))
    (row,) = listed.json()["items"]
    assert (row["state"], row["due_on"], row["late"]) == ("open", "2026-12-07", False)
    assert not any(word in listed.text for word in (SAID, CONTACT, NAME))
    opened = client.post(f"/v1/objections/{row['id']}/view", json=REASON, headers=as_("clerk"))
    assert opened.json() == {"id": row["id"], "text": SAID, "contact": CONTACT, "name": NAME}
    answered = client.post(f"/v1/objections/{row['id']}/answer", json=ANSWER, headers=as_("deputy_head"))
    assert (answered.status_code, answered.json()["state"]) == (200, "upheld"), answered.text
    shown = client.get(f"/v1/publications/{made}", headers=as_("clerk")).json()
    assert shown["retract_by"] == "2026-11-26"
    again = client.post(f"/v1/objections/{row['id']}/answer", json=ANSWER, headers=as_("deputy_head"))
    assert code(again) == "409 conflict"


def test_pages(client: TestClient, as_: As, world: World) -> None:
    """The cursor goes on where the page ended; a strange one is refused; late ones are found."""
    made = published(world)
    for minute in range(2):
        objected(world, made, now=NOW + timedelta(minutes=minute))
    first = client.get("/v1/objections", params={"limit": 1}, headers=as_("clerk")).json()
    after = {"limit": 1, "cursor": first["next"]}
    second = client.get("/v1/objections", params=after, headers=as_("clerk")).json()
    assert len({row["id"] for row in first["items"] + second["items"]}) == 2
    assert second["next"] is None
    assert (
        code(client.get("/v1/objections", params={"cursor": "eHg"}, headers=as_("clerk"))) == "422 bad_cursor"
    )
    assert client.get("/v1/objections", params={"late": "true"}, headers=as_("clerk")).json()["items"] == []


def test_who_may_not(client: TestClient, as_: As, world: World) -> None:
    """Without a session 401, without the verb 403, outside 404, misshapen 422; a reach is put down."""
    made = published(world)
    objected(world, made)
    one = f"/v1/objections/{objection_on(world, made).id}"
    asked = (
        ("get", "/v1/objections", None),
        ("post", f"{one}/view", REASON),
        ("post", f"{one}/answer", ANSWER),
    )
    for method, path, sent in asked:
        more: dict[str, Any] = {"json": sent} if sent else {}
        assert code(client.request(method, path, **more)) == "401 unauthenticated"
        ended = {"Authorization": "Bearer " + "x" * 43}
        assert code(client.request(method, path, headers=ended, **more)) == "401 session_ended"
        assert code(client.request(method, path, headers=as_("inspector"), **more)) == "403 forbidden"
        if sent is not None:
            stranger = client.request(method, path, headers=as_("stranger_supervisor"), **more)
            assert code(stranger) == "404 not_found"
            wrong = client.request(method, path, headers=as_("supervisor"), json={"x": 1})
            assert code(wrong) == "422 invalid"
    assert code(client.post(f"{one}/answer", json=ANSWER, headers=as_("clerk"))) == "403 forbidden"
    with world.engine.connect() as db:
        payloads = list(db.execute(select(journal.c.payload)).scalars())
    assert any('"verb":"scope.refused"' in one and '"objection"' in one for one in payloads)


def test_the_writer_does_not_answer(client: TestClient, as_: As, world: World) -> None:
    """Four eyes over HTTP: 409 with the guard."""
    made = published(world, who="supervisor2")
    objected(world, made)
    path = f"/v1/objections/{objection_on(world, made).id}/answer"
    refused = client.post(path, json=ANSWER, headers=as_("supervisor2"))
    assert code(refused) == "409 guards_unmet"
    assert refused.json()["unmet"][0]["guard"] == "four_eyes"


def test_what_cannot_be_opened_says_so(client: TestClient, as_: As, world: World) -> None:
    """A seal without its key is 503, and no word of it is told."""
    made = published(world)
    objected(world, made)
    row = objection_on(world, made)
    with world.engine.begin() as db:
        db.execute(update(objections).where(objections.c.id == row.id).values(sealed_key=row.sealed_key[:-1]))
    refused = client.post(f"/v1/objections/{row.id}/view", json=REASON, headers=as_("clerk"))
    assert code(refused) == "503 unreadable"
