"""A citizen with a phone: the public face over HTTP, tickets solved, and the one complaint most tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from altcha import Challenge, Payload, solve_challenge
from starlette.testclient import TestClient

from tests.conftest import Clock, serving
from tests.factories import World

WORDS = "样例化工厂每天夜里排放刺鼻气味，我家在状元洲小区3栋502室，电话13800000201，叫样例张三"


class Citizen:
    """What a phone does; ``client`` reaches the public and the staff face alike."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def ticket(self) -> str:
        """A challenge, solved as the widget solves it."""
        challenge = Challenge.from_dict(self.client.get("/v1/public/challenge").json())
        solution = solve_challenge(challenge)
        assert solution is not None
        return Payload(challenge, solution).to_base64()

    def submit(self, key: str | None = None, *, ticket: str | None = None, **changed: Any) -> Any:
        """The answer to a submission."""
        body = complaint(**changed) | {"altcha": ticket or self.ticket()}
        return self.client.post(
            "/v1/public/complaints", json=body, headers={"Idempotency-Key": key or uuid4().hex}
        )

    def kept(self, **changed: Any) -> dict[str, Any]:
        """Number and code of a new complaint, as a query takes them."""
        answer = self.submit(**changed)
        assert answer.status_code == 201, answer.text
        return {name: answer.json()[name] for name in ("number", "query_code")}

    def query(self, kept: dict[str, Any]) -> Any:
        return self.client.post("/v1/public/complaints/query", json=kept)

    def write(self, kept: dict[str, Any], *, key: str | None = None, **said: Any) -> Any:
        return self.client.post(
            "/v1/public/complaints/messages",
            json=kept | said,
            headers={"Idempotency-Key": key or uuid4().hex},
        )


def complaint(**changed: Any) -> dict[str, Any]:
    """A body of ``POST /v1/public/complaints`` without its ticket."""
    return {
        "words": WORDS,
        "place": {
            "division": "430511101",
            "text": "状元洲小区3栋502室",
            "lon": 111.452345,
            "lat": 27.254321,
            "datum": "GCJ-02",
        },
        "categories": ["大气/恶臭异味"],
        "occurrences": [{"kind": "化学味", "strength": 4, "hour_from": "22:00", "hour_to": "02:00"}],
        "wish": "希望夜里来查",
        "confidentiality": "要求保密",
        "reporter": {"name": "样例张三", "phone": "13800000201", "address": "状元洲小区3栋502室"},
        "consent": {"privacy_version": "2026-11"},
    } | changed


@pytest.fixture
def citizen(world: World, clock: Clock, tmp_path: Path) -> Iterator[Citizen]:
    """A citizen; the same application serves the staff, so that a test can answer him."""
    with serving(world, clock, tmp_path, face="all") as client:
        yield Citizen(client)
