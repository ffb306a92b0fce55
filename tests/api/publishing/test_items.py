"""The publicity of a rectification item over HTTP: its period in the preview, and what is refused."""

from __future__ import annotations

from starlette.testclient import TestClient

from models.domain.access import Role
from tests.api.publishing.asking import As, at, body, code
from tests.factories import World
from tests.operations.ledgers.stories import rectifying
from tests.operations.publishing.item_stories import verified
from tests.operations.publishing.stories import grant

DAYS = {"first_day": "2026-11-24", "last_day": "2026-11-30"}


def test_the_preview_shows_both_dates(client: TestClient, as_: As, world: World) -> None:
    """Counting the first day or not: both ends are given, one of them applies, the words print both."""
    path = f"/v1/cases/{verified(world)}/publications/preview"
    answer = client.post(path, headers=as_("office"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["period"] == {
        "first_day": "2026-11-24",
        "last_day": "2026-11-30",
        "text": "5个工作日",
        "counts_start_day": True,
        "counting_first": "2026-11-30",
        "from_next": "2026-12-01",
    }
    words = answer.json()["text"]["text"]
    assert "公示期限：2026年11月24日至2026年11月30日" in words
    assert "至2026年12月1日" in words
    later = client.post(path, params={"first_day": "2026-12-07"}, headers=as_("office"))
    assert later.json()["period"]["last_day"] == "2026-12-11"
    strange = client.post(path, params={"first_day": "soon"}, headers=as_("office"))
    assert code(strange) == "422 invalid"


def test_an_item_is_published_long_enough_by_another(client: TestClient, as_: As, world: World) -> None:
    """Too short 422 with the earliest end; by who has a part in it 409 with every guard; by another 200."""
    case_id = verified(world)
    grant(world, "liaison", Role.OFFICE)
    short = body(case_id, **DAYS | {"last_day": "2026-11-27"})
    refused = client.post("/v1/publications", json=short, headers=as_("office"))
    assert code(refused) == "422 invalid"
    (flaw,) = refused.json()["errors"]
    assert (flaw["pointer"], flaw["code"]) == ("/last_day", "too_short")
    assert flaw["message"].endswith("2026-11-30")
    made = client.post("/v1/publications", json=body(case_id, **DAYS), headers=as_("office"))
    assert made.status_code == 201, made.text
    one = f"/v1/publications/{made.json()['id']}"
    shorter = client.patch(one, json={"last_day": "2026-11-27"}, headers=at(as_("office"), 1))
    assert code(shorter) == "422 invalid"
    own = client.post(f"{one}/approve", headers=at(as_("liaison"), 1))
    assert code(own) == "409 guards_unmet"
    assert [unmet["guard"] for unmet in own.json()["unmet"]] == ["not_applicant", "outside_family"]
    approved = client.post(f"{one}/approve", headers=at(as_("office2"), 1))
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text


def test_an_item_under_way_has_nothing_to_publish(client: TestClient, as_: As, world: World) -> None:
    """Before the acceptance preview and draft are refused with the way out."""
    case_id = rectifying(world)
    preview = client.post(f"/v1/cases/{case_id}/publications/preview", headers=as_("office"))
    assert code(preview) == "409 illegal_transition"
    draft = client.post("/v1/publications", json=body(case_id, **DAYS), headers=as_("office"))
    assert code(draft) == "409 illegal_transition"
    assert "验收通过" in draft.json()["detail"]
