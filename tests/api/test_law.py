"""Calendar, rules, code lists, deadlines and phrases over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from tests.api.test_cases import case_json
from tests.factories import COUNTY, NOW, World
from tests.operations.law.rule_cells import local_rule
from tests.operations.law.story import Story
from tests.operations.law.test_moves import YEAR_2027

As = Callable[[str], dict[str, str]]
SOME = "0199f9fa-fe80-7000-8000-000000000001"
PHRASE = {"use": "reply", "title": "已查处", "text": "您反映的问题已查处。", "division": COUNTY}

ROUTES: tuple[tuple[str, str, dict[str, Any] | None, str], ...] = (
    ("GET", "/v1/deadlines", None, "admin"),
    ("GET", "/v1/deadlines/moves", None, "warden"),
    ("POST", "/v1/deadlines/moves", {"ids": [SOME]}, "clerk"),
    ("GET", f"/v1/deadlines/{SOME}", None, "enterprise"),
    ("GET", "/v1/calendar", None, ""),
    ("POST", "/v1/calendar/years", {"csv": YEAR_2027}, "supervisor"),
    ("GET", "/v1/rules", None, ""),
    ("POST", "/v1/rules", local_rule(), "deputy_head"),
    ("GET", "/v1/reference", None, ""),
    ("GET", "/v1/phrases", None, "auditor"),
    ("POST", "/v1/phrases", PHRASE, "inspector"),
    ("GET", f"/v1/phrases/{SOME}", None, "enterprise"),
    ("PATCH", f"/v1/phrases/{SOME}", {"title": "改"}, "warden"),
    ("POST", f"/v1/phrases/{SOME}/end", None, "liaison"),
)
"""Each route with a good body and a role that may not (empty: everybody may)."""


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(("method", "path", "body", "who"), ROUTES)
def test_refusals_of_every_route(
    client: TestClient, as_: As, method: str, path: str, body: dict[str, Any] | None, who: str
) -> None:
    """Without a token 401, with an unknown one 401, with a role that may not 403; a query nobody knows 422."""
    assert code(client.request(method, path, json=body)) == (401, "unauthenticated")
    unknown = {"Authorization": "Bearer " + "x" * 43}
    assert code(client.request(method, path, json=body, headers=unknown)) == (401, "session_ended")
    if who:
        assert code(client.request(method, path, json=body, headers=as_(who))) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/v1/deadlines", "/v1/deadlines/moves", "/v1/phrases"])
def test_foreign_cursors_are_refused(client: TestClient, as_: As, path: str) -> None:
    """A cursor that we did not make is refused; so are an unknown filter and a page too long."""
    headers = as_("supervisor")
    assert code(client.get(path, params={"cursor": "abc"}, headers=headers)) == (422, "bad_cursor")
    for wrong in ({"colour": "red"}, {"limit": "201"}):
        assert code(client.get(path, params=wrong, headers=headers)) == (422, "invalid")


def test_the_calendar_is_read_and_loaded(client: TestClient, world: World, as_: As) -> None:
    """A year is confirmed once loaded; the answer counts what would move, and a person then moves it."""
    story = Story(world).register().accept()
    this_year = client.get("/v1/calendar", headers=as_("enterprise")).json()
    assert (this_year["year"], this_year["confirmed"], len(this_year["days"])) == (2026, True, 39)
    assert "国办发明电〔2025〕7号" in this_year["notice"]
    ahead = "/v1/calendar?year=2027"
    assert client.get(ahead, headers=as_("clerk")).json()["confirmed"] is False
    loaded = client.post("/v1/calendar/years", json={"csv": YEAR_2027}, headers=as_("admin"))
    assert loaded.status_code == 200, loaded.text
    assert (loaded.json()["impact"]["count"], loaded.json()["moves"]) == (1, [])
    assert client.get(ahead, headers=as_("clerk")).json()["confirmed"] is True
    (move,) = client.get("/v1/deadlines/moves", headers=as_("supervisor")).json()["items"]
    assert (move["before"]["due_on"], move["after"]["due_on"]) == ("2027-01-22", "2027-01-25")
    assert "样例节" not in move["before"]["explanation"]
    body = {"ids": [move["id"], SOME]}
    done = client.post("/v1/deadlines/moves", json=body, headers=as_("supervisor")).json()["items"]
    assert [one["result"] for one in done] == ["moved", "not_found"]
    assert client.get("/v1/deadlines/moves", headers=as_("supervisor")).json() == {"items": [], "next": None}
    assert story.clock("RPT_CLOSE").version == 2


def test_a_flawed_calendar_is_refused(client: TestClient, as_: As) -> None:
    """Every bad line is named; nothing is loaded."""
    wrong = {"csv": YEAR_2027.replace(",0,元旦", ",7,元旦")}
    answer = client.post("/v1/calendar/years", json=wrong, headers=as_("admin"))
    assert code(answer) == (422, "invalid")
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/csv"}
    assert len(answer.json()["errors"]) == 3


def test_rules_are_listed_and_added(client: TestClient, as_: As) -> None:
    """Rules show confidence and basis; a local one is added once, an overlapping one is refused."""
    listed = client.get("/v1/rules", params={"rule_id": "HOTLINE_SIGN"}, headers=as_("liaison")).json()
    assert listed["next"] is None
    (sign,) = listed["items"]
    assert (sign["confidence"], sign["confidence_title"]) == ("?", "各地不一，须由本局确定")
    assert (sign["origin"], sign["basis"][0]["valid_to"]) == ("shipped", None)
    headers = as_("admin") | {"Idempotency-Key": "rule-2026-0001"}
    made = client.post("/v1/rules", json=local_rule(), headers=headers)
    assert made.status_code == 201, made.text
    assert (made.json()["rule"]["origin"], made.json()["impact"]["count"]) == ("local", 0)
    assert client.post("/v1/rules", json=local_rule(), headers=headers).json() == made.json()
    other = client.post("/v1/rules", json=local_rule(length=20), headers=headers)
    assert code(other) == (409, "other_content")
    again = client.post("/v1/rules", json=local_rule(valid_from="2026-12-01"), headers=as_("admin"))
    assert code(again) == (409, "rule_overlap")
    successor = local_rule(valid_from="2026-12-01", ends_previous=True)
    assert client.post("/v1/rules", json=successor, headers=as_("admin")).status_code == 201
    query = {"rule_id": "RPT_CLOSE", "scope": "beita", "on": "2026-11-30"}
    (before,) = client.get("/v1/rules", params=query, headers=as_("clerk")).json()["items"]
    assert before["valid_to"] == "2026-11-30"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [({"scope": "national"}, "/scope"), ({"unit": "X"}, "/unit"), ({"rule_id": "NO_SUCH"}, "/rule_id")],
)
def test_bad_rules_are_refused(client: TestClient, as_: As, changed: dict[str, Any], pointer: str) -> None:
    """A rule of the State, an unknown unit or an unknown rule is refused by field."""
    answer = client.post("/v1/rules", json=local_rule(**changed), headers=as_("admin"))
    assert code(answer) == (422, "invalid")
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]


def test_deadlines_are_listed_and_explained(client: TestClient, world: World, as_: As) -> None:
    """The list pages through the clocks, and one of them tells each limit it was chosen from."""
    Story(world).register().accept()
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/deadlines", params=params, headers=as_("office")).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["rule_id"] for one in seen] == ["RPT_ASSIGN_LOWER", "RPT_ACCEPT_TELL", "RPT_CLOSE"]
    assert seen[2]["title"] == "办结期限"
    assert client.get("/v1/deadlines?overdue=true", headers=as_("office")).json()["items"] == []
    one = client.get(f"/v1/deadlines/{seen[2]['id']}", headers=as_("inspector")).json()
    assert one["deadline"]["explanation"].startswith("《环保举报热线工作管理办法》第十一条：办结期限60日")
    assert [limit["confidence"] for limit in one["limits"]] == ["V"]
    assert (one["suspensions"], one["extensions"]) == ([], [])
    for wanted in (seen[2]["id"], SOME):
        path = f"/v1/deadlines/{wanted}"
        assert code(client.get(path, headers=as_("stranger_inspector"))) == (404, "not_found")
    assert code(client.get("/v1/deadlines/x", headers=as_("inspector"))) == (422, "invalid")


def test_phrases_live(client: TestClient, as_: As) -> None:
    """A phrase is added, read, changed under its ETag and ended; each refusal is told in its order."""
    made = client.post("/v1/phrases", json=PHRASE, headers=as_("clerk") | {"Idempotency-Key": "phrase-01"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"/v1/phrases/{made.json()['id']}"
    other = PHRASE | {"title": "另一条"}
    again = client.post("/v1/phrases", json=other, headers=as_("clerk") | {"Idempotency-Key": "phrase-01"})
    assert code(again) == (409, "other_content")
    listed = client.get("/v1/phrases", params={"use": "reply"}, headers=as_("warden")).json()
    assert [one["title"] for one in listed["items"]] == ["已查处"]
    change = {"title": "已查处并回访"}
    heads = as_("supervisor")
    assert code(client.patch(path, json=change, headers=as_("stranger_clerk"))) == (404, "not_found")
    assert code(client.patch(path, json={"title": ""}, headers=as_("stranger_clerk"))) == (404, "not_found")
    assert code(client.patch(path, json={"title": ""}, headers=heads)) == (422, "invalid")
    assert code(client.patch(path, json=change, headers=heads)) == (428, "version_missing")
    assert code(client.patch(path, json=change, headers=heads | {"If-Match": '"9"'})) == (
        412,
        "stale_version",
    )
    changed = client.patch(path, json=change, headers=heads | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert client.post(f"{path}/end", headers=heads | {"If-Match": '"2"'}).json()["ended_at"]
    assert code(client.post(f"{path}/end", headers=heads | {"If-Match": '"3"'})) == (409, "conflict")
    assert client.get(path, headers=heads).json()["title"] == "已查处并回访"
    assert client.get("/v1/phrases", headers=heads).json() == {"items": [], "next": None}


def test_phrases_page(client: TestClient, as_: As) -> None:
    """The list of phrases goes on where it ended."""
    for n in range(3):
        client.post("/v1/phrases", json=PHRASE | {"title": f"第{n}条"}, headers=as_("clerk"))
    first = client.get("/v1/phrases", params={"limit": "2"}, headers=as_("clerk")).json()
    rest = client.get("/v1/phrases", params={"cursor": first["next"]}, headers=as_("clerk")).json()
    titles = [one["title"] for one in first["items"] + rest["items"]]
    assert (sorted(titles), rest["next"]) == (["第0条", "第1条", "第2条"], None)


def test_code_lists(client: TestClient, as_: As) -> None:
    """Every list a form needs is there, codes with their titles."""
    lists = client.get("/v1/reference", headers=as_("warden")).json()
    assert {"code": "registered", "title": "登记"} in lists["states"]
    assert {"code": "大气/油烟", "title": "大气/油烟"} in lists["categories"]
    assert {"code": "死鱼", "title": "疑似水污染事件"} in lists["triage_words"]
    assert all(rows for rows in lists.values())


def test_categories_are_checked_at_the_door(client: TestClient, as_: As) -> None:
    """An unknown category is refused by its place, with the allowed ones named."""
    body = case_json(id=str(uuid7(NOW)), categories=["大气/烟粉尘", "大气/怪味"])
    answer = client.post("/v1/cases", json=body, headers=as_("inspector"))
    assert code(answer) == (422, "invalid")
    (flaw,) = answer.json()["errors"]
    assert flaw["pointer"] == "/categories/1"
    assert "大气/恶臭异味" in flaw["message"]
    assert "怪味" not in answer.text
