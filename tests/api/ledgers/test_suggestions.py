"""Suspected relapses and similar problems over HTTP: the answers, and every refusal that is declared."""

from __future__ import annotations

from uuid import UUID

from starlette.testclient import TestClient

from tests.api.publishing.asking import As, code
from tests.factories import NOW, World
from tests.operations.ledgers.stories import ledger, listed
from tests.operations.ledgers.test_suggesting import complained, owner, site, written_off

PATH = "/v1/ledgers/relapse-suggestions"
ABSENT = "01a205ea-be80-7e71-b7ca-927d3e44f74d"


def test_the_office_is_told_what_may_be_back(client: TestClient, as_: As, world: World) -> None:
    """Each suggestion has both cases and why; pages go on where they ended; a strange cursor is refused."""
    where = site(world, owner(world))
    item = written_off(world, where)
    made = [complained(world, where, now=NOW).case_id for _ in range(2)]
    first = client.get(PATH, params={"limit": 1}, headers=as_("office"))
    assert first.status_code == 200, first.text
    second = client.get(
        PATH, params={"limit": 1, "cursor": first.json()["next"]}, headers=as_("office")
    ).json()
    assert second["next"] is None
    rows = first.json()["items"] + second["items"]
    assert {UUID(one["complaint"]["id"]) for one in rows} == set(made)
    (former,) = rows[0]["former"]
    assert (former["item"]["id"], former["item"]["state_title"]) == (str(item), "回头看")
    assert former["why"].startswith("同一场所，同类问题")
    strange = client.get(PATH, params={"cursor": "eHg"}, headers=as_("office"))
    assert code(strange) == "422 bad_cursor"


def test_who_may_not_ask_for_suggestions(client: TestClient, as_: As) -> None:
    """Without a session 401, without the verb 403."""
    assert code(client.get(PATH)) == "401 unauthenticated"
    ended = {"Authorization": "Bearer " + "x" * 43}
    assert code(client.get(PATH, headers=ended)) == "401 session_ended"
    for who in ("warden", "liaison", "inspector"):
        assert code(client.get(PATH, headers=as_(who))) == "403 forbidden", who


def test_similar_problems_of_an_item(client: TestClient, as_: As, world: World) -> None:
    """Open problems of its kind, each with a code and words; outside and absent are the same 404."""
    book = ledger(world)
    one, other = (
        listed(world, ledger_id=book, problem_no=no, problem_type="农村黑臭水体") for no in ("1", "2")
    )
    path = f"/v1/cases/{one}/similar"
    answer = client.get(path, headers=as_("liaison"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    (row,) = answer.json()["items"]
    assert (row["case"]["id"], row["code"]) == (str(other), "same_type")
    assert code(client.get(path)) == "401 unauthenticated"
    ended = {"Authorization": "Bearer " + "x" * 43}
    assert code(client.get(path, headers=ended)) == "401 session_ended"
    assert code(client.get(path, headers=as_("warden"))) == "403 forbidden"
    assert code(client.get(path, headers=as_("stranger_supervisor"))) == "404 not_found"
    assert code(client.get(f"/v1/cases/{ABSENT}/similar", headers=as_("office"))) == "404 not_found"
