"""A citizen of the tests: solves challenges, knows what a complaint looks like."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from altcha import Challenge, Payload, solve_challenge
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import Face
from api.limits import Gate
from models.domain.public.limits import PublicLimits
from models.vault import Vault
from tests.conftest import Clock, serving
from tests.factories import KEYS, TOWN, World


@contextmanager
def public_face(
    world: World, clock: Clock, folder: Path, *, face: Face = "public", limits: PublicLimits | None = None
) -> Iterator[TestClient]:
    """A face on the database of a world, over HTTP, in process; with other limits if wanted."""
    with serving(world, clock, folder, face) as client:
        if limits is not None:
            client.app.state.gate = Gate(Vault(KEYS), limits)  # type: ignore[attr-defined]
        yield client


def solved(challenge: dict[str, Any]) -> str:
    """The payload of a solved challenge, as the widget sends it."""
    one = Challenge.from_dict(challenge)
    solution = solve_challenge(one)
    assert solution is not None
    return Payload(one, solution).to_base64()


def packed(payload: Any) -> str:
    """Anything as JSON in base64."""
    return base64.b64encode(json.dumps(payload).encode()).decode()


def unpacked(payload: str) -> Any:
    return json.loads(base64.b64decode(payload))


def told(**changed: Any) -> dict[str, Any]:
    """A complaint as a person sends it; anything can be changed."""
    body = {
        "words": "每天夜里十一点以后有刺鼻的塑料味，开不了窗。",
        "place": {"division": TOWN, "text": "青萍村小学东边的厂房"},
        "confidentiality": "匿名",
        "consent": {"privacy_version": "2026-11"},
    }
    return body | changed


def submit(client: TestClient, payload: str, *, key: str = "a-key-of-mine", **changed: Any) -> Response:
    """A submission with this solved challenge."""
    return client.post(
        "/v1/public/complaints", json=told(altcha=payload, **changed), headers={"Idempotency-Key": key}
    )


def a_ticket(client: TestClient) -> str:
    """A fresh challenge, solved."""
    return solved(client.get("/v1/public/challenge").json())
