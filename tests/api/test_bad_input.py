"""Rubbish at the edge and in every field: a 4xx as problem+json in Chinese, never a 500, never an echo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from starlette.testclient import TestClient

from models.domain.ids import uuid7
from tests.api.test_cases import case_json
from tests.api.test_idempotency import complaint_json
from tests.factories import NOW

As = Callable[[str], dict[str, str]]
JSON = {"Content-Type": "application/json"}
MARK = "回声探针"


def refused(answer: Any, *statuses: int) -> dict[str, Any]:
    """It is a problem document of one of these statuses, in Chinese, and echoes nothing."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "private, no-store"
    body: dict[str, Any] = answer.json()
    assert body["type"].startswith("urn:huanxun:problem:")
    assert body["status"] == answer.status_code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["title"])
    assert MARK not in answer.text
    return body


UNREADABLE_BODIES: list[Any] = [
    (b"", (422,)),
    (b"{", (422,)),
    (b"null", (422,)),
    (b"[]", (422,)),
    (b'"text"', (422,)),
    (b"\xff\xfe\x00", (400, 422)),
    (b'{"a":' * 100_000, (400, 422)),
    (b"[" * 100_000 + b"]" * 100_000, (400, 422)),
    (b'{"title": "\\ud800"}', (422,)),
    (b'{"id": NaN}', (422,)),
    (b'{"id": 1e999}', (422,)),
    (b'{"id": ' + b"9" * 5000 + b"}", (400, 422)),
    (b"{" + b'"k":1,' * 20_000 + b'"z":1}', (422,)),
]


def test_unreadable_bodies(client: TestClient, as_: As) -> None:
    """Broken, empty, deeply nested or odd JSON is refused with a reason."""
    for raw, statuses in UNREADABLE_BODIES:
        refused(client.post("/v1/cases", content=raw, headers=as_("inspector") | JSON), *statuses)


def test_a_body_over_the_limit(client: TestClient, as_: As) -> None:
    """50 MB in one piece is refused with the limit in the message."""
    answer = client.post("/v1/cases", content=b"x" * 50_000_000, headers=as_("inspector") | JSON)
    assert "1024 KiB" in refused(answer, 413)["detail"]


def test_an_endless_chunked_body(client: TestClient, as_: As) -> None:
    """A chunked body without end is cut off at the limit."""
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(5000):
            sent += 10_000
            yield b" " * 10_000

    refused(client.post("/v1/cases", content=chunks(), headers=as_("inspector") | JSON), 413)


OTHER_CONTENT_TYPES: list[Any] = [
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "",
    "application/json;;=",
]


def test_other_content_types(client: TestClient, as_: As) -> None:
    """What does not call itself JSON is not read as JSON."""
    for kind in OTHER_CONTENT_TYPES:
        headers = as_("inspector") | ({"Content-Type": kind} if kind else {})
        body = json.dumps(case_json()).encode()
        answer = client.post("/v1/cases", content=body, headers=headers)
        if kind.startswith("application/json"):
            assert answer.status_code in (201, 422)
        else:
            refused(answer, 415, 422)


BAD: dict[str, list[Any]] = {
    "id": [
        "",
        "x",
        1,
        None,
        [],
        {},
        "00000000-0000-0000-0000-000000000000",
        "01a205ea-be80-404f-9d2a-1e319d955b63",
    ],
    "title": ["", " ", "短", "长" * 121, 1, None, [], {}, "有\x00空", "残\ud800缺", "\x1b[31m"],
    "working_text": ["", None, 5, "字" * 5001, "\ud83d"],
    "categories": ["大气", [""], [None], [1], ["x" * 41], ["大气/油烟"] * 13, {}],
    "place": [None, {}, [], "青萍村", {"division": "430511"}, {"division": "x", "text": "y"}],
    "received_at": [
        "",
        "昨天",
        "2026-11-23",
        "2026-11-23T08:00:00",
        None,
        10**30,
        "99999-01-01T00:00:00Z",
        [],
    ],
    "points": ["x", [""], [None], ["点" * 1001], ["点"] * 31],
    "urgent": ["maybe", 7, [], None],
    "site_id": ["x", 1, "00000000-0000-0000-0000-000000000000"],
    "channel": ["传真", 1, None, MARK],
    "track": ["其他", {}, None],
    "unknown": [1],
}


def test_each_field_is_checked(client: TestClient, as_: As) -> None:
    """Every field refuses wrong types, lengths, characters and zones, and names itself."""
    for field, values in BAD.items():
        for value in values:
            raw = json.dumps(case_json(**{field: value})).encode()
            body = refused(client.post("/v1/cases", content=raw, headers=as_("inspector") | JSON), 422)
            assert any(f"/{field}" in one["pointer"] for one in body["errors"]), (field, value, body)


COORDINATES_ARE_FINITE_AND_IN_RANGE: list[Any] = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "181",
    "-181",
    '"x"',
    "null",
    "[]",
]


def test_a_field_is_named_as_the_body_names_it(client: TestClient, as_: As) -> None:
    """The action that chooses the shape of a step is no part of the path to a field; choices are listed in Chinese."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector")).json()
    path, wrong = f"/v1/cases/{made['id']}/steps", {"action": "verify", "members": ["x"]}
    body = refused(client.post(path, json=wrong, headers=as_("supervisor")), 422)
    pointers = {one["pointer"] for one in body["errors"]}
    assert {"/visited_on", "/opinion"} <= pointers
    assert not [one for one in pointers if one.startswith("/verify")]
    body = refused(client.post(path, json={"action": "x"}, headers=as_("supervisor")), 422)
    assert "'" not in body["errors"][0]["message"]


def test_coordinates_are_finite_and_in_range(client: TestClient, as_: As) -> None:
    """No coordinate is infinite, out of range, or half given."""
    for number in COORDINATES_ARE_FINITE_AND_IN_RANGE:
        text = json.dumps(case_json()).replace("111.411", number)
        refused(client.post("/v1/cases", content=text.encode(), headers=as_("inspector") | JSON), 422)


COMPLAINTS_ARE_CHECKED: list[Any] = [
    ({"confidentiality": "公开"}, "/confidentiality"),
    ({"reporter": {"name": "x", "id_card": "430511"}}, "/reporter/id_card"),
    ({"words": ""}, "/words"),
    ({"occurrences": [{"kind": "恶臭", "strength": 9}]}, "/occurrences/0/strength"),
    ({"occurrences": [{"kind": "恶臭", "hour_from": "25:00"}]}, "/occurrences/0/hour_from"),
    ({"external_number": None, "sign_by": "2026-11-24T08:00:00+08:00"}, ""),
    ({"confidentiality": "匿名", "reporter": {"name": "样丙"}}, "/reporter"),
    ({"received_at": "2026-11-25T08:00:00+08:00"}, "/received_at"),
    (
        {"dispatched_at": "2026-11-23T08:00:00+08:00", "external_due_at": "2026-11-22T08:00:00+08:00"},
        "/external_due_at",
    ),
]


def test_complaints_are_checked(client: TestClient, as_: As) -> None:
    """A complaint that contradicts itself is refused, naming the field."""
    for changed, pointer in COMPLAINTS_ARE_CHECKED:
        body = refused(
            client.post("/v1/complaints", json=complaint_json(**changed), headers=as_("clerk")), 422
        )
        assert any(one["pointer"] == pointer for one in body["errors"]), body


QUERIES_ARE_CHECKED: list[Any] = [
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=99999999999999999999",
    "state=closed",
    "division=43051",
    "division=%00",
    "channel=x",
    "assignee=1",
    "due_before=2026",
    "changed_since=2026-11-23T08:00:00",
    "unknown=1",
    "cursor=x",
    "cursor=" + "A" * 201,
    "cursor=%F0%9F%98%80",
    "queue=nothing",
    "queue=%ED%A0%80",
]


def test_queries_are_checked(client: TestClient, as_: As) -> None:
    """Every query parameter is refused by name when it is wrong."""
    for query in QUERIES_ARE_CHECKED:
        refused(client.get(f"/v1/cases?{query}", headers=as_("supervisor")), 422, 404)


def test_a_cursor_cannot_be_made_or_changed(client: TestClient, as_: As) -> None:
    """A cursor with one changed character is refused; the real one goes on where the page ended."""
    for _ in range(3):
        assert client.post("/v1/cases", json=case_json(), headers=as_("inspector")).status_code == 201
    page = client.get("/v1/cases?limit=2", headers=as_("supervisor")).json()
    assert len(page["items"]) == 2
    cursor = page["next"]
    rest = client.get("/v1/cases", params={"cursor": cursor}, headers=as_("supervisor")).json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    assert rest["items"][0]["id"] not in {row["id"] for row in page["items"]}
    for at in range(0, len(cursor), 7):
        forged = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        answer = client.get("/v1/cases", params={"cursor": forged}, headers=as_("supervisor"))
        assert refused(answer, 422)["code"] == "bad_cursor"


IF_MATCH_IS_ONE_OF_OUR_ETAGS: list[Any] = ["1", '"x"', 'W/"1"', '""', "*", '"1","2"', '"99999999999"', '"-1"']


def test_if_match_is_one_of_our_etags(client: TestClient, as_: As) -> None:
    """Anything but an ETag of ours is refused before the lifecycle is asked."""
    for etag in IF_MATCH_IS_ONE_OF_OUR_ETAGS:
        made = client.post("/v1/complaints", json=complaint_json(), headers=as_("clerk")).json()
        path = f"/v1/cases/{made['case']['id']}/steps"
        body = refused(
            client.post(path, json={"action": "accept"}, headers=as_("clerk") | {"If-Match": etag}), 422
        )
        assert body["errors"][0]["pointer"] == "header:/If-Match"


TOKENS_THAT_ARE_NONE: list[Any] = [
    "",
    "Bearer",
    "Bearer x",
    "Basic abc",
    "Bearer " + "a" * 300,
    "Bearer hxa_" + "b" * 43,
]


def test_tokens_that_are_none(client: TestClient) -> None:
    """Without a good token every shape of request is refused as 401, before anything else."""
    for token in TOKENS_THAT_ARE_NONE:
        headers = {"Authorization": token} if token else {}
        for answer in (
            client.get("/v1/cases", headers=headers),
            client.get("/v1/cases?limit=x", headers=headers),
            client.post("/v1/cases", content=b"{", headers=headers | JSON),
            client.post(f"/v1/cases/{uuid7(NOW)}/steps", json={"action": "?"}, headers=headers),
        ):
            assert refused(answer, 401)["status"] == 401
            assert answer.headers["www-authenticate"] == "Bearer"


UNKNOWN_ADDRESSES: list[Any] = [
    "/",
    "/v1",
    "/v2/cases",
    "/v1/cases/x",
    "/v1/cases/1/steps",
    "/v1/nothing",
    "/.git/config",
]


def test_unknown_addresses(client: TestClient, as_: As) -> None:
    """An address that is not there is a problem document too."""
    for path in UNKNOWN_ADDRESSES:
        refused(client.get(path, headers=as_("clerk")), 404, 405)


def test_wrong_method(client: TestClient, as_: As) -> None:
    """A method an address does not know is refused with the ones it knows."""
    answer = client.put("/v1/cases", json={}, headers=as_("clerk"))
    refused(answer, 405)
    assert answer.headers["allow"]
