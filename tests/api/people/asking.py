"""Short hands for the tests of people administration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from models.tables.people import units
from tests.factories import COUNTY, World

As = Callable[[str], dict[str, str]]
LATER = "2026-12-24T09:00:00+08:00"


def code(answer: Response) -> str:
    """The stable code of a refusal."""
    return f"{answer.status_code} {answer.json()['code']}"


def flaws(answer: Response) -> list[tuple[str, str]]:
    """Where and what is wrong."""
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def bureau(world: World) -> UUID:
    """The unit of the county's bureau."""
    with world.engine.connect() as db:
        found = db.execute(select(units.c.id).where(units.c.number_prefix == "北环")).scalar_one()
        return UUID(str(found))


def new_account(client: TestClient, as_: As, world: World, login: str = "newcomer") -> dict[str, Any]:
    """An account the administrator made."""
    body = {"login": login, "name": "样例新人", "unit_id": str(bureau(world))}
    made = client.post("/v1/accounts", json=body, headers=as_("admin"))
    assert made.status_code == 201, made.text
    return dict(made.json())


def give(client: TestClient, headers: dict[str, str], account_id: object, role: str, **more: Any) -> Response:
    """Ask for a grant."""
    body = {"role": role, "division": COUNTY, **more}
    return client.post(f"/v1/accounts/{account_id}/grants", json=body, headers=headers)


def login(client: TestClient, name: str, password: str) -> Response:
    """Log in by password."""
    return client.post("/v1/auth/login", json={"login": name, "password": password})


def signed(answer: Response) -> dict[str, str]:
    """The headers of who just logged in."""
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def grants_of(client: TestClient, as_: As, account_id: object) -> list[dict[str, Any]]:
    """The grants of an account as the administrator sees them."""
    found = client.get(f"/v1/accounts/{account_id}", headers=as_("admin"))
    assert found.status_code == 200, found.text
    return list(found.json()["grants"])
