"""Which refusal comes first when several would be right."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from tests.api.test_bad_input import refused
from tests.api.test_idempotency import complaint_json

As = Callable[[str], dict[str, str]]


def test_order_of_refusals(client: TestClient, as_: As) -> None:
    """404 before 403 before 422 before 428 before 412 before 409."""
    made = client.post("/v1/complaints", json=complaint_json(), headers=as_("clerk")).json()
    path = f"/v1/cases/{made['case']['id']}/steps"
    nonsense = {"action": "accept", "note": 5}
    match = {"If-Match": '"7"'}
    refused(client.post(path, json=nonsense, headers=as_("stranger_clerk")), 404)
    refused(client.post(path, json=nonsense, headers=as_("admin")), 403, 404)
    refused(client.post(path, json=nonsense, headers=as_("clerk")), 422)
    refused(client.post(path, json={"action": "approve", "note": "同意"}, headers=as_("clerk")), 403)
    refused(client.post(path, json={"action": "tell", "way": "电话"}, headers=as_("clerk")), 428)
    refused(client.post(path, json={"action": "tell", "way": "电话"}, headers=as_("clerk") | match), 412)
    current = {"If-Match": '"1"'}
    refused(client.post(path, json={"action": "tell", "way": "电话"}, headers=as_("clerk") | current), 409)
