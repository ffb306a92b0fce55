"""The case routes over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from models.domain.ids import uuid7
from tests.factories import NOW, TOWN

As = Callable[[str], dict[str, str]]


def case_json(**changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": str(uuid7(NOW)),
        "title": "砖厂冒黑烟",
        "working_text": "下午矮烟道冒黄黑烟。",
        "categories": ["大气/烟粉尘"],
        "place": {"division": TOWN, "text": "青萍村", "lon": 111.411, "lat": 27.312, "datum": "GCJ-02"},
        "received_at": "2026-11-23T08:00:00+08:00",
    }
    return values | changed


def test_logs_a_case_and_reads_it_back(client: TestClient, as_: As) -> None:
    """A case logged by an inspector has a number, a clock and one point, and its place in WGS-84."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector"))
    assert made.status_code == 201, made.text
    assert made.json()["number"] == "北环举〔2026〕1号"
    got = client.get(f"/v1/cases/{made.json()['id']}", headers=as_("supervisor"))
    assert got.status_code == 200, got.text
    body = got.json()
    assert body["state"] == "registered"
    assert len(body["points"]) == 1
    assert body["deadlines"][0]["rule_id"] == "CASE_TRIAGE"
    assert body["place"]["given_lon"] == 111.411
    assert abs(body["place"]["lon"] - 111.411) > 0.001
    listed = client.get("/v1/cases", params={"queue": "triage"}, headers=as_("supervisor"))
    assert [row["id"] for row in listed.json()["items"]] == [body["id"]]
    counts = client.get("/v1/cases/queues", headers=as_("supervisor")).json()["items"]
    assert {"queue": "triage", "title": "待受理", "count": {"count": 1, "capped": False}}.items() <= next(
        row for row in counts if row["queue"] == "triage"
    ).items()


def test_a_case_is_not_found_tomorrow(client: TestClient, as_: As) -> None:
    """A case on the spot cannot have been received after today; one received long before any rule runs no clock."""
    ahead = case_json(received_at="2026-11-24T00:00:00+08:00")
    refused = client.post("/v1/cases", json=ahead, headers=as_("inspector"))
    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/received_at"]
    old = case_json(received_at="1999-01-01T00:00:00+08:00")
    made = client.post("/v1/cases", json=old, headers=as_("inspector"))
    assert (made.status_code, made.json()["due_at"]) == (201, None), made.text
