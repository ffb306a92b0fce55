"""What each face shows, and how: nothing of the staff on the public one, no cookie, no address in a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

from api.app import Face
from api.contract import documents
from models.domain.errors import TooManyRequests, Unavailable
from tests.api.public.asking import public_face
from tests.api.test_routes import routes
from tests.conftest import Clock
from tests.factories import COUNTY, TOWN, World

STAFF_ROUTES: Final = sorted(
    (method, re.sub(r"{\w+}", "00000000-0000-7000-8000-000000000000", route.path))
    for route in routes("staff")
    for method in route.methods or ()
    if route.path != "/v1/health/live"
)
CSP: Final = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


@pytest.fixture
def public(world: World, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    with public_face(world, clock, tmp_path) as client:
        yield client


# — what is there —


def test_nothing_of_the_staff_is_there(public: TestClient) -> None:
    """Every path of the staff face answers 404 on the public one, with any method, signed in or not."""
    assert len(STAFF_ROUTES) > 60
    for method, path in STAFF_ROUTES:
        answer = public.request(method, path, headers={"Authorization": "Bearer hxa_" + "x" * 40}, json={})
        assert answer.status_code == 404, (method, path)
        assert answer.json()["code"] == "not_found"


def test_the_public_face_is_public_paths_and_live(public: TestClient) -> None:
    """Its routes are those below /v1/public and the one that tells that the process is up."""
    shown = {route.path for route in routes("public")}
    assert {path for path in shown if not path.startswith("/v1/public/")} == {"/v1/health/live"}
    assert public.get("/v1/health/live").json() == {"status": "ok"}
    assert public.get("/").status_code == 404


@pytest.mark.parametrize(("face", "staff", "open_"), [("staff", 401, 404), ("all", 401, 200)])
def test_faces_are_what_they_say(
    world: World, clock: Clock, tmp_path: Path, face: Face, staff: int, open_: int
) -> None:
    """``staff`` shows nothing of the public face, ``all`` shows both."""
    with public_face(world, clock, tmp_path, face=face) as client:
        assert client.get("/v1/cases").status_code == staff
        assert client.get("/v1/public/challenge").status_code == open_


# — how —


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/public/challenge"),
        ("GET", "/v1/public/reference"),
        ("GET", "/v1/public/nothing"),
        ("DELETE", "/v1/public/challenge"),
        ("POST", "/v1/public/complaints"),
        ("GET", "/v1/health/live"),
        ("GET", "/docs"),
    ],
)
def test_every_answer_is_locked_down(public: TestClient, method: str, path: str) -> None:
    """Successes and refusals alike: no script, no frame, no referrer, no sniffing, no sharing, no cookie."""
    headers = public.request(method, path).headers
    assert set(headers["content-security-policy"].split("; ")) == CSP
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers
    assert "cache-control" in headers


def test_a_cookie_is_never_set(world: World, clock: Clock, tmp_path: Path) -> None:
    """Even what asks for a cookie gets none out; a page may bring a policy of its own, once."""
    with public_face(world, clock, tmp_path) as client:
        inner = client.app.app  # type: ignore[attr-defined]

        async def careless(scope: object, receive: object, send: object) -> None:
            headers = [(b"set-cookie", b"a=b"), (b"content-security-policy", b"default-src 'self'")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
            await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

        client.app.app = careless  # type: ignore[attr-defined]
        answer = client.get("/v1/public/reference")
        client.app.app = inner  # type: ignore[attr-defined]
    assert "set-cookie" not in answer.headers
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


def test_the_page_of_the_staff_keeps_its_own_policy(world: World, clock: Clock, tmp_path: Path) -> None:
    """The API page on the staff side goes on working: its scripts are allowed there and nowhere else."""
    with public_face(world, clock, tmp_path, face="all") as client:
        page = client.get("/docs")
        assert page.status_code == 200
        assert page.headers.get_list("content-security-policy") == [page.headers["content-security-policy"]]
        assert "script-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
        assert "content-security-policy" not in client.get("/v1/cases").headers


# — what is told —


def test_a_challenge_is_never_cached(public: TestClient) -> None:
    """Two askers get two challenges, with two hours to use them."""
    first, second = public.get("/v1/public/challenge"), public.get("/v1/public/challenge")
    assert first.headers["cache-control"] == "no-store"
    assert first.json()["parameters"]["nonce"] != second.json()["parameters"]["nonce"]


def test_the_forms_are_told_what_to_offer(public: TestClient) -> None:
    """Categories, words, streets of each county, the notice with its version, phone and limits."""
    offered = public.get("/v1/public/reference").json()
    area = next(one for one in offered["areas"] if one["code"] == COUNTY)
    assert TOWN in {street["code"] for street in area["streets"]}
    assert "大气/恶臭异味" in {kind for one in offered["categories"] for kind in one["kinds"]}
    assert [one["level"] for one in offered["strengths"]] == [0, 1, 2, 3, 4, 5]
    assert offered["privacy"]["version"]
    assert any("匿名" in point for point in offered["privacy"]["points"])
    assert offered["contact"]["hotline"] == "12345"
    assert offered["limits"] == {"files": 9, "bytes": 60_000_000, "ticket_minutes": 120}
    assert offered["sample"] is True


def test_the_reference_is_cached_by_its_content(public: TestClient) -> None:
    """It may be kept for an hour; asked with its ETag it is 304 without a body, with another one it is sent."""
    first = public.get("/v1/public/reference")
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = public.get("/v1/public/reference", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = public.get("/v1/public/reference", headers={"If-None-Match": '"0000000000000000"'})
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize(
    ("error", "status"), [(TooManyRequests("满了", retry_after_seconds=60), 429), (Unavailable(), 503)]
)
def test_who_must_come_again_is_told_another_way(
    world: World, clock: Clock, tmp_path: Path, error: Exception, status: int
) -> None:
    """Every 429 and 503 of the public face names the phone and the office hours, and says when to try again."""
    with public_face(world, clock, tmp_path) as client:

        def busy() -> None:
            raise error

        client.app.state.house.clock = busy  # type: ignore[attr-defined]
        answer = client.get("/v1/public/challenge")
    assert answer.status_code == status
    assert "12345" in answer.json()["detail"]
    assert "上班时间" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0


def test_our_own_failure_names_the_phone_too(world: World, clock: Clock, tmp_path: Path) -> None:
    """When we break, the citizen still learns whom to call; nothing of the failure is told."""
    with public_face(world, clock, tmp_path) as client:
        client.app.state.house.clock = None  # type: ignore[attr-defined]
        answer = client.get("/v1/public/challenge")
    assert answer.status_code == 500
    assert "12345" in answer.json()["detail"]
    assert "NoneType" not in answer.text


def test_the_contract_of_the_public_face_names_its_limits() -> None:
    """The public document describes challenge and reference with their Chinese summaries."""
    paths = json.loads(documents()["openapi/public.json"])["paths"]
    assert paths["/v1/public/challenge"]["get"]["summary"] == "取一道验证题"
    assert paths["/v1/public/reference"]["get"]["summary"] == "表单选项"
