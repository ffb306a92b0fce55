"""Every route of people administration and registers refuses nobody, a dead token and a wrong role."""

from __future__ import annotations

from typing import Final

from starlette.testclient import TestClient

from tests.api.people.asking import As, code

SOME: Final = "019d0000-0000-7000-8000-000000000001"
ROUTES: Final = [
    # method, path, a role that may not
    ("GET", "/v1/accounts", "liaison"),
    ("POST", "/v1/accounts", "security"),
    ("GET", f"/v1/accounts/{SOME}", "warden"),
    ("PATCH", f"/v1/accounts/{SOME}", "supervisor"),
    ("POST", f"/v1/accounts/{SOME}/password", "supervisor"),
    ("POST", f"/v1/accounts/{SOME}/leave", "deputy_head"),
    ("GET", f"/v1/accounts/{SOME}/hand-over", "inspector"),
    ("POST", f"/v1/accounts/{SOME}/sessions/end", "office"),
    ("POST", f"/v1/accounts/{SOME}/grants", "deputy_head"),
    ("POST", f"/v1/accounts/{SOME}/grants/{SOME}/end", "auditor"),
    ("GET", "/v1/me/deputies", "clerk"),
    ("POST", "/v1/me/deputies", "admin"),
    ("POST", f"/v1/me/deputies/{SOME}/end", "office"),
    ("GET", "/v1/units", "enterprise"),
    ("GET", f"/v1/units/{SOME}", "liaison"),
    ("POST", "/v1/units", "supervisor"),
    ("PATCH", f"/v1/units/{SOME}", "security"),
    ("POST", "/v1/divisions", "supervisor"),
    ("POST", "/v1/divisions/430511101/successor", "office"),
    ("GET", "/v1/officers", "verifier"),
    ("GET", f"/v1/officers/{SOME}", "warden"),
    ("POST", "/v1/officers", "deputy_head"),
    ("PATCH", f"/v1/officers/{SOME}", "inspector"),
    ("GET", "/v1/enterprises", "admin"),
    ("POST", "/v1/enterprises", "warden"),
    ("GET", f"/v1/enterprises/{SOME}", "verifier"),
    ("GET", "/v1/sites", "auditor"),
    ("POST", "/v1/sites", "office"),
    ("GET", f"/v1/sites/{SOME}", "admin"),
]
EVERYBODYS: Final = [("POST", "/v1/me/password"), ("GET", "/v1/divisions")]


def test_nobody_and_a_dead_token_are_401(client: TestClient) -> None:
    """Without a token "unauthenticated", with an unknown one "session ended", whatever the body."""
    dead = {"Authorization": f"Bearer hxa_{'x' * 40}"}
    for method, path in (*((one[0], one[1]) for one in ROUTES), *EVERYBODYS):
        assert code(client.request(method, path)) == "401 unauthenticated", path
        assert code(client.request(method, path, headers=dead)) == "401 session_ended", path


def test_a_wrong_role_is_403(client: TestClient, as_: As) -> None:
    """A role without the verb is refused before anything is said about the body."""
    for method, path, role in ROUTES:
        assert code(client.request(method, path, headers=as_(role))) == "403 forbidden", path
