"""Looks at identities: who may, what they show, and what is left of each (``product.md`` §4.7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.domain.access import GRANTS, Role, Verb
from models.operations.identity.views import GONE
from models.tables.complaints import complaints
from models.tables.identities import identity_views
from tests.api.identity.people import (
    NAME,
    PHONE,
    REASON,
    SAID,
    WORDS,
    As,
    Told,
    journalled,
    later,
    look_up,
    refused_as,
    write_message,
)
from tests.conftest import Clock
from tests.factories import ROLES, World

INSIDE = {name: role for name, (role, _) in ROLES.items() if not name.startswith(("stranger", "town"))}
MAY = {name for name, role in INSIDE.items() if Verb.IDENTITY_VIEW in GRANTS[role]}
REACHES = (
    ("POST", "/identity-views", {"reason": REASON}, Verb.IDENTITY_VIEW),
    ("GET", "/identity-views", None, Verb.IDENTITY_REVIEW),
    ("POST", "/erasure", {"ground": "on_request", "note": "本人书面申请"}, Verb.IDENTITY_ERASE),
    ("GET", "/same-reporter", None, Verb.COMPLAINT_REGISTER),
)


def test_a_look_opens_everything_that_is_sealed(
    client: TestClient, as_: As, clock: Clock, world: World
) -> None:
    """Who, in which words, with which messages: all is shown to the clerk, messages in the order they came."""
    told = Told(client, as_, clock)
    for n in range(2):
        write_message(world, told.id, f"{SAID}{n}", clock.now + timedelta(minutes=n))
    seen = told.look("clerk").json()
    assert (seen["reporter"], seen["words"], seen["details"]) == ({"name": NAME, "phone": PHONE}, WORDS, None)
    assert [one["text"] for one in seen["messages"]] == [f"{SAID}0", f"{SAID}1"]
    assert {one["direction"] for one in seen["messages"]} == {"in"}


def test_details_are_opened_too(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """Wish and exact place, sealed beside the words, come with the look."""
    told = Told(client, as_, clock)
    with world.act() as act:
        row = act.db.execute(select(complaints)).one()
        data_key = act.vault.unwrap(row.sealed_key, aad=f"complaint:{row.id}:key")
        sealed = act.vault.seal(data_key, '{"wish": "夜里停炉"}', place=f"complaint:{row.id}:details")
        act.db.execute(update(complaints).values(sealed_details=sealed))
    assert told.look("supervisor").json()["details"] == {"wish": "夜里停炉"}


def test_who_looked_is_there_to_read(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """Name, post, what, when and why of every look, newest first, page by page; reading the list is put down too."""
    told = Told(client, as_, clock)
    for who in ("clerk", "deputy_head", "clerk"):
        clock.now += timedelta(minutes=1)
        assert told.look(who).status_code == 200
    first = told.views(limit=2).json()
    rest = told.views("deputy_head", limit=2, cursor=first["next"]).json()
    found = first["items"] + rest["items"]
    assert [one["role"] for one in found] == ["clerk", "deputy_head", "clerk"]
    assert {(one["name"], one["what"], one["reason"]) for one in found} == {
        ("样例clerk", "identity", REASON),
        ("样例deputy_head", "identity", REASON),
    }
    assert rest["next"] is None
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    assert len(journalled(world, "identity.review")) == 2
    assert not [one for one in journalled(world, "identity.view") if NAME in one]
    refused_as(told.views(cursor="abc"), 422, "bad_cursor")


def test_a_reason_is_sealed(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """A reason often names the person: its row holds a ciphertext that opens in no other row."""
    told = Told(client, as_, clock)
    told.look("clerk")
    told.look("supervisor")
    with world.engine.begin() as db:
        one, other = db.execute(select(identity_views).order_by(identity_views.c.at)).all()
        assert NAME.encode() not in bytes(one.sealed_reason)
        db.execute(
            update(identity_views)
            .where(identity_views.c.id == other.id)
            .values(sealed_reason=one.sealed_reason)
        )
    reasons = [row["reason"] for row in told.views().json()["items"]]
    assert reasons.count(REASON) == 1
    assert next(one for one in reasons if one != REASON).startswith("无法解密")


@pytest.mark.parametrize("reason", ["", "查", "   ", "x" * 301])
def test_no_look_without_a_reason(client: TestClient, as_: As, clock: Clock, reason: str) -> None:
    """No reason, an empty, too short or too long one: 422 names the field, and nothing is shown or put down as seen."""
    told = Told(client, as_, clock)
    for answer in (
        told.look("clerk", reason=reason),
        told.look("clerk", note=REASON),
        look_up(client, as_("clerk"), reason=reason),
    ):
        assert "/reason" in [one["pointer"] for one in refused_as(answer, 422, "invalid")["errors"]]
        assert NAME not in answer.text
    assert told.views().json()["items"] == []


def test_everyone_of_every_role_reaches_for_it(
    client: TestClient, as_: As, clock: Clock, world: World
) -> None:
    """Without the verb 403 and a journal row; with it from outside 404 and a row; the same whether it exists or not."""
    told = Told(client, as_, clock)
    absent = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
    for method, tail, body, verb in REACHES:
        for name, (role, _) in ROLES.items():
            may, inside = verb in GRANTS[role], name in INSIDE
            if may and inside:
                continue
            wanted = (404, "not_found") if may else (403, "forbidden")
            rows = len(journalled(world, "identity.refused")) + len(journalled(world, "scope.refused"))
            bodies: list[dict[str, str]] = [] if body is None else [{}]
            for sent in (body, *bodies):
                for complaint_id in (told.id, absent):
                    path = f"/v1/complaints/{complaint_id}{tail}"
                    answer = client.request(method, path, json=sent, headers=as_(name))
                    refused_as(answer, *wanted)
            new = len(journalled(world, "identity.refused")) + len(journalled(world, "scope.refused")) - rows
            watched = verb is not Verb.COMPLAINT_REGISTER or may
            assert new == (2 + 2 * len(bodies) if watched else 0), (name, tail)


def test_looking_up_needs_the_role(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """Everybody who may not look is refused a look-up of a phone, and that he tried is in the journal, not the phone."""
    Told(client, as_, clock)
    for name in sorted(set(INSIDE) - MAY):
        rows = len(journalled(world, "identity.refused"))
        refused_as(look_up(client, as_(name)), 403, "forbidden")
        fresh = journalled(world, "identity.refused")[rows:]
        assert len(fresh) == 1
        assert PHONE not in fresh[0]


def test_sealed_things_order_and_filter_nothing(client: TestClient, as_: As, clock: Clock) -> None:
    """No list knows a filter by anything sealed, and who is told apart only by what is sealed comes in equal rows."""
    one = Told(client, as_, clock)
    other = Told(client, as_, clock, reporter={"name": "样甲", "phone": "13900000499"}, words="烟")
    for name in ("name", "phone", "reporter", "words", "same_reporter", "phone_index", "sort", "order", "q"):
        answer = client.get("/v1/cases", params={name: PHONE}, headers=as_("clerk"))
        refused_as(answer, 422, "invalid")
    for who in ("inspector", "clerk", "supervisor"):
        listed = client.get("/v1/cases", headers=as_(who)).json()["items"]
        rows = {row["id"]: row for row in listed if row["id"] in {one.case, other.case}}
        assert len(rows) == 2
        varying = {name for name in rows[one.case] if rows[one.case][name] != rows[other.case][name]}
        assert varying <= {"id", "number", "received_at", "due_at", "changed_at", "created_at"}
        whole = client.get(f"/v1/cases/{one.case}", headers=as_(who)).text
        assert not [
            secret for secret in (NAME, PHONE, "phone_index", "sealed", "code_digest") if secret in whole
        ]


def test_reasons_go_with_the_person(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """After the erasure the list still tells who looked and when; why is gone with the person."""
    told = Told(client, as_, clock)
    told.look("clerk")
    told.refuse()
    later(world, told, 200)
    assert told.erase().status_code == 200
    (row,) = told.views().json()["items"]
    assert (row["name"], row["role"], row["reason"]) == ("样例clerk", "clerk", GONE)
    refused_as(told.look("clerk"), 409, "forgotten")


def test_roles_are_as_meant() -> None:
    """Looks: clerk, supervisor, deputy head; who looked and erasure: those who answer for the clerks."""
    held = {verb: {role for role in Role if verb in GRANTS[role]} for verb in Verb}
    lead = {Role.SUPERVISOR, Role.DEPUTY_HEAD}
    assert held[Verb.IDENTITY_VIEW] == lead | {Role.CLERK}
    assert held[Verb.IDENTITY_REVIEW] == held[Verb.IDENTITY_ERASE] == lead
