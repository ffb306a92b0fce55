"""The bureau's own acceptance standards: added as data, in force from the next request on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.ledgers.materials_by_hand import As, Files
from tests.factories import World
from tests.operations.ledgers import stories

PATH = "/v1/reference/standards"
OWN = """
[[standard]]
type = "农村黑臭水体"
title = "本区农村黑臭水体验收标准（样例）"
scope = "beita"
confidence = "M"
source = "样例文件"
valid_from = 2025-01-01
conditions = ["样例条件"]
papers = [{ kind = "return_visit", due = "apply", confidence = "M" }]
"""


def add(client: TestClient, headers: dict[str, str], toml: str = OWN, **more: str) -> Any:
    return client.post(PATH, json={"toml": toml}, headers=headers | more)


def test_a_bureau_settles_its_own_numbers(client: TestClient, as_: As, world: World) -> None:
    """A local standard goes before the shipped one for items handed over since, and leaves the shipped one there."""
    case_id = stories.listed(world, problem_type="农村黑臭水体", listed_on=date(2026, 11, 20))
    mine = Files(client, as_("liaison"), case_id)
    assert "监测报告" in mine.dossier()["missing"]
    made = add(client, as_("admin"))
    assert (made.status_code, made.json()["local"]) == (201, True), made.text
    found = mine.dossier()
    assert found["standard"] == "本区农村黑臭水体验收标准（样例）"
    assert "媒体、群众回访" in found["missing"]
    assert {"整改方案", "自查报告"} <= set(found["missing"])
    assert "监测报告" not in found["missing"]
    listed = [
        one for one in client.get(PATH, headers=as_("clerk")).json()["items"] if one["type"] == "农村黑臭水体"
    ]
    assert [one["local"] for one in listed] == [False, True]


def test_the_same_again_is_the_same_standard(client: TestClient, as_: As) -> None:
    """A retry under its key is the same standard; without one it is a duplicate; other content is refused."""
    key = {"Idempotency-Key": "standard-1"}
    first, again = add(client, as_("admin"), **key), add(client, as_("admin"), **key)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    twin = add(client, as_("admin"))
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate")
    other = add(client, as_("admin"), OWN.replace("样例条件", "别的条件"), **key)
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('scope = "beita"', 'scope = "national"', "/standard/0/scope"),
        ('confidence = "M"\nsource', 'confidence = "X"\nsource', "/standard/0/confidence"),
        ("valid_from = 2025-01-01", "valid_from = 1", "/standard/0/valid_from"),
        ('type = "农村黑臭水体"', f'type = "{"长" * 41}"', "/standard/0/type"),
        ("[[standard]]", OWN + OWN.replace("2025", "2024") + "[[standard]]", "/standard/2/type"),
        ("[[standard]]", "[[", ""),
    ],
)
def test_a_flawed_standard_is_refused_with_its_place(
    client: TestClient, as_: As, old: str, new: str, pointer: str
) -> None:
    """Each mistake is named with its place, and nothing is added."""
    refused = add(client, as_("admin"), OWN.replace(old, new, 1))
    assert refused.status_code == 422, refused.text
    assert pointer in {one["pointer"] for one in refused.json()["errors"]}
    assert not any(one["local"] for one in client.get(PATH, headers=as_("clerk")).json()["items"])


def test_two_at_once_are_refused(client: TestClient, as_: As) -> None:
    """One standard at a time: which of two failed would be hard to tell."""
    refused = add(client, as_("admin"), OWN + OWN.replace("2025", "2024"))
    assert refused.json()["errors"][0]["code"] == "not_one"


def test_who_keeps_the_standards(client: TestClient, as_: As) -> None:
    """Only who keeps the reference data adds standards."""
    assert add(client, {}).status_code == 401
    assert add(client, {"Authorization": "Bearer " + "x" * 43}).json()["code"] == "session_ended"
    assert {add(client, as_(name)).status_code for name in ("office", "supervisor", "liaison")} == {403}
