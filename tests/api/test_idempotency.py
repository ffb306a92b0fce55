"""A retry is free: the same id or key with the same content gives the same row, however parallel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from models.tables.cases import cases, steps
from models.tables.complaints import complaints
from models.tables.journal import idempotency, journal
from tests.api.test_cases import case_json
from tests.conftest import Clock, serving
from tests.factories import NOW, TOWN, World

As = Callable[[str], dict[str, str]]
COPIES = 20


@pytest.fixture
def second(world: World, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    """Another application on the same database (SQLite: the busy time-out lets both write)."""
    with serving(world, clock, tmp_path) as client:
        yield client


def complaint_json(**changed: Any) -> dict[str, Any]:
    values = case_json(
        channel="12345工单",
        words="我叫样丙，电话13800000202，砖厂天天冒黑烟。",
        confidentiality="要求保密",
        reporter={"name": "孙样丙", "phone": "13800000202"},
        external_number=f"样例-{uuid7(NOW).hex[-8:]}",
    )
    return values | changed


def count(world: World, table: Any) -> int:
    with world.engine.connect() as db:
        return int(db.execute(select(func.count()).select_from(table)).scalar_one())


def shuffled(body: dict[str, Any]) -> str:
    """The same content with its keys the other way round and other white space."""
    return json.dumps(dict(reversed(list(body.items()))), indent=3, ensure_ascii=False)


def test_twenty_identical_creates_make_one_row(
    client: TestClient, second: TestClient, as_: As, world: World
) -> None:
    """Twenty parallel identical creates over two applications: one row, one journal row, twenty equal answers."""
    body, headers = case_json(), as_("inspector")
    before = count(world, journal)
    with ThreadPoolExecutor(COPIES) as pool:
        answers = list(
            pool.map(
                lambda i: (client, second)[i % 2].post("/v1/cases", json=body, headers=headers), range(COPIES)
            )
        )
    assert {answer.status_code for answer in answers} == {201}, {answer.text for answer in answers}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert count(world, cases) == 1
    assert count(world, journal) == before + 1


def test_key_order_is_no_other_content_but_a_value_is(client: TestClient, as_: As, world: World) -> None:
    """Other key order gives the same answer; one changed value gives 409 that says what to do."""
    body = case_json()
    headers = as_("inspector") | {"Content-Type": "application/json"}
    first = client.post("/v1/cases", json=body, headers=headers)
    again = client.post("/v1/cases", content=shuffled(body), headers=headers)
    assert (first.status_code, first.text) == (again.status_code, again.text)
    other = client.post("/v1/cases", json=body | {"title": "另一个标题"}, headers=headers)
    assert other.status_code == 409
    assert other.json()["code"] == "other_content"
    assert "换一个新的编号" in other.json()["detail"]
    assert count(world, cases) == 1


def test_complaints_are_registered_once(
    client: TestClient, second: TestClient, as_: As, world: World
) -> None:
    """Twenty parallel identical registrations: one complaint, one public number, the same everywhere."""
    body, headers = complaint_json(), as_("clerk") | {"Idempotency-Key": "first-desk-0001"}
    with ThreadPoolExecutor(COPIES) as pool:
        answers = list(
            pool.map(
                lambda i: (client, second)[i % 2].post("/v1/complaints", json=body, headers=headers),
                range(COPIES),
            )
        )
    assert {answer.status_code for answer in answers} == {201}, {answer.text for answer in answers}
    assert len({answer.json()["public_number"] for answer in answers}) == 1
    assert count(world, complaints) == 1


def test_the_idempotency_row_keeps_no_body(client: TestClient, as_: As, world: World) -> None:
    """What a retry is compared by is a digest: no word of the complaint lies in the table."""
    client.post("/v1/complaints", json=complaint_json(), headers=as_("clerk"))
    with world.engine.connect() as db:
        row = db.execute(select(idempotency).where(idempotency.c.created_at >= NOW)).one()
    assert all(not isinstance(value, str) or len(value) <= 4 for value in row)
    assert {"scope", "key_hash", "fingerprint", "status", "resource_id", "created_at", "keep"} == set(
        row._mapping
    )


def test_a_step_is_taken_once_per_key(client: TestClient, as_: As, world: World) -> None:
    """A step repeated under its key is answered without a second step; without the key its version is stale."""
    made = client.post("/v1/complaints", json=complaint_json(), headers=as_("clerk")).json()
    path = f"/v1/cases/{made['case']['id']}/steps"
    headers = as_("clerk") | {"If-Match": '"1"', "Idempotency-Key": "accept-0001"}
    first = client.post(path, json={"action": "accept"}, headers=headers)
    assert first.status_code == 200, first.text
    again = client.post(path, json={"action": "accept"}, headers=headers)
    assert again.status_code == 200
    assert again.json()["version"] == first.json()["version"] == 2
    assert count(world, steps) == 2
    other = client.post(path, json={"action": "accept", "note": "别的"}, headers=headers)
    assert other.status_code == 409
    bare = client.post(path, json={"action": "accept"}, headers=as_("clerk") | {"If-Match": '"1"'})
    assert bare.status_code == 412
    assert bare.json()["current"] == 2
    assert bare.json()["changes"][0]["action"] == "accept"


def test_a_failed_create_frees_its_key(client: TestClient, as_: As) -> None:
    """A create that was refused leaves no trace: mended, the same id goes through."""
    body = case_json(place={"division": "430511999", "text": "不存在"})
    refused = client.post("/v1/cases", json=body, headers=as_("inspector"))
    assert refused.status_code == 422
    mended = client.post(
        "/v1/cases", json=body | {"place": {"division": TOWN, "text": "青萍村"}}, headers=as_("inspector")
    )
    assert mended.status_code == 201, mended.text
    assert mended.json()["number"] == "北环举〔2026〕1号"


def test_another_persons_id_is_not_taken_over(client: TestClient, as_: As) -> None:
    """The same id from another account is refused and tells nothing of the case behind it."""
    body = case_json()
    assert client.post("/v1/cases", json=body, headers=as_("inspector")).status_code == 201
    other = client.post("/v1/cases", json=body, headers=as_("inspector2"))
    assert other.status_code == 409
    assert "number" not in other.json()


def test_a_key_belongs_to_its_route(client: TestClient, as_: As, world: World) -> None:
    """A key that named a registration names a step as well, and both are done."""
    headers = as_("clerk") | {"Idempotency-Key": "one-key-for-two"}
    made = client.post("/v1/complaints", json=complaint_json(), headers=headers).json()
    path = f"/v1/cases/{made['case']['id']}/steps"
    step = client.post(path, json={"action": "accept"}, headers=headers | {"If-Match": '"1"'})
    assert step.status_code == 200, step.text
    assert count(world, steps) == 2


@pytest.mark.parametrize("key", ["short", "x" * 129, "with space here", "中文键中文键中文"])
def test_a_malformed_key_is_refused(client: TestClient, as_: As, key: str) -> None:
    """A key that is too short, too long or not visible ASCII is named in the refusal."""
    headers = {name.encode(): value.encode() for name, value in as_("clerk").items()}
    answer = client.post(
        "/v1/complaints", json=complaint_json(), headers=headers | {b"Idempotency-Key": key.encode()}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "header:/Idempotency-Key"
