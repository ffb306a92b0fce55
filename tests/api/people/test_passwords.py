"""One's own password, and the delays after wrong ones, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from models.domain.errors import BadCredentials
from tests.api.people.asking import As, code, flaws, login, signed
from tests.conftest import Clock
from tests.factories import PASSWORD

NEW = "青萍村 窑尾 2026 晨雾"


def change(client: TestClient, headers: dict[str, str], old: str, new: str) -> Response:
    """Ask for a new password."""
    return client.post("/v1/me/password", json={"old_password": old, "new_password": new}, headers=headers)


def test_a_new_password_ends_the_other_sessions(client: TestClient) -> None:
    """The phone that changed it stays in, the others are out; only the new one opens."""
    here, there = (signed(login(client, "clerk", PASSWORD)) for _ in range(2))
    assert change(client, here, PASSWORD, NEW).status_code == 204
    assert client.get("/v1/me", headers=here).status_code == 200
    assert code(client.get("/v1/me", headers=there)) == "401 session_ended"
    assert code(login(client, "clerk", PASSWORD)) == "401 bad_credentials"
    assert login(client, "clerk", NEW).status_code == 200


@pytest.mark.parametrize(
    ("new", "flaw"),
    [
        ("短口令", "too_short"),
        ("password1234", "too_common"),
        ("123456789012", "too_common"),
        ("aaaaaaaaaaaaaa", "too_common"),
        ("我是 Clerk 本人没错的", "contains_login"),
        (PASSWORD, "same_password"),
    ],
)
def test_a_weak_password_is_refused_without_an_echo(client: TestClient, as_: As, new: str, flaw: str) -> None:
    """Short, common, containing the login name, the old one again: named, never repeated."""
    answer = change(client, as_("clerk"), PASSWORD, new)
    assert flaws(answer) == [("/new_password", flaw)]
    assert new not in answer.text
    assert login(client, "clerk", PASSWORD).status_code == 200


def test_a_found_phone_cannot_guess_the_old_password(client: TestClient, as_: As, clock: Clock) -> None:
    """Wrong old passwords are refused, from the fourth on with a wait; the wait passes, the owner is not locked out."""
    for _ in range(4):
        assert flaws(change(client, as_("clerk"), "不是这个口令啊啊啊", NEW)) == [
            ("/old_password", "wrong_password")
        ]
    waiting = change(client, as_("clerk"), PASSWORD, NEW)
    assert code(waiting) == "429 too_many_requests"
    assert login(client, "clerk", PASSWORD).status_code == 200
    clock.now += timedelta(seconds=int(waiting.headers["retry-after"]))
    assert change(client, as_("clerk"), PASSWORD, NEW).status_code == 204


def elsewhere(client: TestClient) -> TestClient:
    """The same app, called from another network."""
    other = TestClient(client.app, client=("203.0.113.9", 50000), raise_server_exceptions=False)
    other.portal = client.portal
    return other


def test_wrong_logins_slow_one_network_for_one_name(client: TestClient, clock: Clock) -> None:
    """After the fourth failure this network waits for this name; other networks and names do not."""
    for _ in range(4):
        assert code(login(client, "clerk", "错的口令错的口令")) == "401 bad_credentials"
    waiting = login(client, "clerk", PASSWORD)
    assert code(waiting) == "429 too_many_requests"
    assert 1 <= int(waiting.headers["retry-after"]) <= 3
    assert login(client, "inspector", PASSWORD).status_code == 200
    assert login(elsewhere(client), "clerk", PASSWORD).status_code == 200
    clock.now += timedelta(seconds=int(waiting.headers["retry-after"]))
    assert login(client, "clerk", PASSWORD).status_code == 200


def test_the_wait_rises_and_has_an_end(client: TestClient, clock: Clock) -> None:
    """2, 4, 8 … seconds, at most 300; a right password starts anew."""
    waits: list[int] = []
    for _ in range(14):
        login(client, "clerk", "错的口令错的口令")
        waiting = login(client, "clerk", PASSWORD)
        if waiting.status_code == 429:
            waits.append(int(waiting.headers["retry-after"]))
            clock.now += timedelta(seconds=waits[-1])
        else:
            break
    assert waits == []
    for _ in range(12):
        answer = login(client, "clerk", "错的口令错的口令")
        while answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            clock.now += timedelta(seconds=waits[-1])
            answer = login(client, "clerk", "错的口令错的口令")
    assert waits == [3, 5, 9, 17, 33, 65, 129, 257]


def test_an_unknown_name_is_answered_like_a_known_one(client: TestClient) -> None:
    """Same status, code and words for a name that does not exist, and the same waits."""

    def told(name: str) -> list[Any]:
        answers = [login(client, name, "错的口令错的口令").json() for _ in range(5)]
        return [{key: one[key] for key in ("status", "code", "title", "detail")} for one in answers]

    assert told("clerk") == told("nobody-of-that-name")
    assert BadCredentials.title in str(told("inspector"))
