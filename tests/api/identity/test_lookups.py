"""Look-ups by phone: exact, within scope, without identity, each put down."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from models.operations.identity import lookups
from tests.api.identity.people import NAME, PHONE, REASON, As, Told, journalled, look_up, refused_as
from tests.conftest import Clock
from tests.factories import OTHER_COUNTY, World


def elsewhere(client: TestClient, as_: As, clock: Clock) -> Told:
    """The same person complains in the neighbour county."""
    return Told(client, as_, clock, "stranger_clerk", place={"division": OTHER_COUNTY, "text": "邻街"})


@pytest.mark.parametrize("written", [PHONE, f"+86 {PHONE}", "139-0000-0417", "１３９０００００４１７"])
def test_a_phone_is_found_however_it_is_written(
    client: TestClient, as_: As, clock: Clock, written: str
) -> None:
    """The same subscriber, whatever the spelling: ids, number, date and case, and nothing that is sealed."""
    told = Told(client, as_, clock)
    answer = look_up(client, as_("clerk"), written)
    (row,) = answer.json()["items"]
    assert set(row) == {"id", "case_id", "public_number", "received_at"}
    assert (row["id"], row["case_id"], row["public_number"]) == (
        told.id,
        told.case,
        told.made["public_number"],
    )
    assert NAME not in answer.text


def test_only_the_whole_number_is_found(client: TestClient, as_: As, clock: Clock) -> None:
    """Another number finds nothing; a part of one, a short code or words are refused by name."""
    Told(client, as_, clock)
    assert look_up(client, as_("clerk"), "13900000418").json()["items"] == []
    for text in (PHONE[-4:], PHONE[:7], "12345", "欧阳"):
        errors = refused_as(look_up(client, as_("clerk"), text), 422, "invalid")["errors"]
        assert [one["pointer"] for one in errors] == ["/phone"]


def test_a_look_up_ends_at_the_border(client: TestClient, as_: As, clock: Clock) -> None:
    """What the person said in the neighbour county is neither found nor counted here, and the reverse."""
    ours, theirs = Told(client, as_, clock), elsewhere(client, as_, clock)
    assert ours.made["same_reporter"] == theirs.made["same_reporter"] == 0
    for who, told in (("clerk", ours), ("supervisor", ours), ("stranger_clerk", theirs)):
        assert [row["id"] for row in look_up(client, as_(who)).json()["items"]] == [told.id]
    for who, told in (("clerk", ours), ("stranger_clerk", theirs)):
        assert client.get(f"{told.path}/same-reporter", headers=as_(who)).json() == {"count": 0}
    refused_as(client.get(f"{theirs.path}/same-reporter", headers=as_("clerk")), 404, "not_found")


def test_a_look_up_is_put_down(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """One row for the look-up, and each complaint found is a look at it; phone and reason are in neither."""
    told = Told(client, as_, clock)
    look_up(client, as_("clerk"))
    look_up(client, as_("clerk"), "13900000418")
    rows = journalled(world, "identity.lookup")
    assert len(rows) == 2
    assert len(journalled(world, "identity.view")) == 1
    for payload in (*rows, *journalled(world, "identity.view")):
        assert str(world.account("clerk")) in payload
        assert not [secret for secret in (PHONE, REASON, NAME) if secret in payload]
    (seen,) = told.views().json()["items"]
    assert (seen["what"], seen["reason"], seen["name"]) == ("lookup", REASON, "样例clerk")


def test_same_reporter_is_a_number(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """The clerk sees how many others came from the same phone; anonymous ones without a phone are never counted."""
    one = Told(client, as_, clock)
    for n in range(2):
        assert Told(client, as_, clock).made["same_reporter"] == n + 1
    nobody = [Told(client, as_, clock, reporter={}, confidentiality="匿名") for _ in range(2)]
    ask = client.get(f"{one.path}/same-reporter", headers=as_("clerk"))
    assert (ask.status_code, ask.json()) == (200, {"count": 2})
    assert client.get(f"{nobody[0].path}/same-reporter", headers=as_("clerk")).json() == {"count": 0}


def test_same_reporter_fills_no_journal(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """A form may ask as often as it likes: one row per account, Shanghai day and complaint."""
    one, other = Told(client, as_, clock), Told(client, as_, clock)
    for _ in range(3):
        for told in (one, other):
            client.get(f"{told.path}/same-reporter", headers=as_("clerk"))
    assert len(journalled(world, "identity.same_reporter")) == 2
    clock.now += timedelta(minutes=10)
    client.get(f"{one.path}/same-reporter", headers=as_("clerk"))
    assert len(journalled(world, "identity.same_reporter")) == 2
    with world.act("clerk", now=clock.now + timedelta(days=1)) as act:
        lookups.same_reporter(act, UUID(one.id))
    assert len(journalled(world, "identity.same_reporter")) == 3


def test_only_clerks_count(client: TestClient, as_: As, clock: Clock) -> None:
    """Counting is part of registering: others are refused."""
    told = Told(client, as_, clock)
    for who in ("inspector", "supervisor", "deputy_head", "office", "warden", "admin", "auditor"):
        refused_as(client.get(f"{told.path}/same-reporter", headers=as_(who)), 403, "forbidden")
