"""Publications over HTTP: every refusal that is declared, and what a whole life looks like."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from tests.api.publishing.asking import As, at, body, code
from tests.factories import World
from tests.operations.law.story import Story
from tests.operations.publishing.stories import concluded, drafted, objected, published

ABSENT = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
REASON = {"reason": "事实有误"}


def test_a_publication_from_preview_to_retraction(client: TestClient, as_: As, world: World) -> None:
    """Preview, draft, change, approve, must-retract, retract: each answers with the publication and its ETag."""
    case = concluded(world)
    preview = client.post(f"/v1/cases/{case}/publications/preview", headers=as_("clerk"))
    assert preview.status_code == 200, preview.text
    assert preview.json()["title"]["text"] == "砖厂烟囱旁铁烟道冒黑烟"
    words = preview.json()["text"]["text"]
    made = client.post("/v1/publications", json=body(case, text=words), headers=as_("clerk"))
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    one = f"/v1/publications/{made.json()['id']}"
    said = {"text": f"{words}联系人张女士", "last_day": "2026-11-30"}
    changed = client.patch(one, json=said, headers=at(as_("clerk"), 1))
    assert [hit["kind"] for hit in changed.json()["warnings"]] == ["name"], changed.text
    approved = client.post(f"{one}/approve", headers=at(as_("supervisor"), 2))
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text
    ordered = client.post(f"{one}/must-retract", json=REASON, headers=at(as_("office"), 3))
    assert ordered.json()["retract_by"] == "2026-11-26", ordered.text
    gone = client.post(f"{one}/retract", json=REASON, headers=at(as_("office"), 4))
    assert gone.json()["state_title"] == "已撤回", gone.text
    got = client.get(one, headers=as_("clerk"))
    assert got.headers["etag"] == '"5"'
    assert [step["action"] for step in sorted(got.json()["history"], key=lambda step: step["action"])] == [
        *("approve", "change", "must_retract", "prepare", "retract")
    ]
    listed = client.get("/v1/publications", params={"state": "retracted"}, headers=as_("clerk")).json()
    assert [row["id"] for row in listed["items"]] == [got.json()["id"]]


def test_pages_and_what_is_late(client: TestClient, as_: As, world: World) -> None:
    """The cursor goes on where the page ended; a strange one is refused; late ones are found."""
    made = [str(drafted(world)) for _ in range(2)]
    first = client.get("/v1/publications", params={"limit": 1}, headers=as_("office")).json()
    after = {"limit": 1, "cursor": first["next"]}
    second = client.get("/v1/publications", params=after, headers=as_("office")).json()
    assert sorted(row["id"] for row in first["items"] + second["items"]) == sorted(made)
    assert second["next"] is None
    strange = client.get("/v1/publications", params={"cursor": "eHg"}, headers=as_("office"))
    assert code(strange) == "422 bad_cursor"
    late = client.get("/v1/publications", params={"late": "true"}, headers=as_("office"))
    assert late.json()["items"] == []


def test_who_may_not(client: TestClient, as_: As, world: World) -> None:
    """Without a session 401, without the verb 403, outside or absent 404, misshapen 422 after them."""
    case, made = concluded(world), drafted(world)
    preview, one = f"/v1/cases/{case}/publications/preview", f"/v1/publications/{made}"
    asked = [
        ("post", preview, None),
        ("get", "/v1/publications", None),
        ("post", "/v1/publications", body(case)),
    ]
    asked += [("get", one, None), ("patch", one, {"title": "改过的标题"}), ("post", f"{one}/approve", None)]
    asked += [("post", f"{one}/{what}", REASON) for what in ("drop", "must-retract", "retract")]
    for method, path, sent in asked:
        more: dict[str, Any] = {"json": sent} if sent else {}
        assert code(client.request(method, path, **more)) == "401 unauthenticated"
        ended = {"Authorization": "Bearer " + "x" * 43}
        assert code(client.request(method, path, headers=ended, **more)) == "401 session_ended"
        assert code(client.request(method, path, headers=as_("warden"), **more)) == "403 forbidden", path
        if path != "/v1/publications" or method == "post":
            stranger = at(as_("stranger_supervisor"), 1)
            assert code(client.request(method, path, headers=stranger, **more)) == "404 not_found", path
            if sent is not None:
                wrong = client.request(method, path, headers=at(as_("supervisor"), 1), json={"x": 1})
                assert code(wrong) == "422 invalid", path
    for what in ("approve", "must-retract", "retract"):
        sent = None if what == "approve" else REASON
        clerk = client.post(f"{one}/{what}", json=sent, headers=at(as_("clerk"), 1))
        assert code(clerk) == "403 forbidden"
    absent = client.get(f"/v1/publications/{ABSENT}", headers=as_("clerk"))
    assert code(absent) == "404 not_found"


def test_what_the_state_forbids(client: TestClient, as_: As, world: World) -> None:
    """A case under way, a second draft, other content under one key, and whatever its state does not allow: 409."""
    story = Story(world).register()
    early = f"/v1/cases/{story.case_id}/publications/preview"
    assert code(client.post(early, headers=as_("clerk"))) == "409 illegal_transition"
    refused = client.post("/v1/publications", json=body(story.case_id), headers=as_("clerk"))
    assert code(refused) == "409 illegal_transition"
    case, key = concluded(world), {"Idempotency-Key": "publication-0001"}
    first = client.post("/v1/publications", json=body(case), headers=as_("clerk") | key)
    again = client.post("/v1/publications", json=body(case), headers=as_("clerk") | key)
    assert first.json() == again.json()
    other = client.post("/v1/publications", json=body(case, title="别的标题"), headers=as_("clerk") | key)
    assert code(other) == "409 other_content"
    assert code(client.post("/v1/publications", json=body(case), headers=as_("clerk"))) == "409 conflict"
    one = f"/v1/publications/{first.json()['id']}"
    for what in ("must-retract", "retract"):
        answer = client.post(f"{one}/{what}", json=REASON, headers=at(as_("supervisor"), 1))
        assert code(answer) == "409 conflict"
    assert client.post(f"{one}/drop", json=REASON, headers=at(as_("clerk"), 1)).status_code == 200
    dropped = at(as_("supervisor"), 2)
    assert code(client.post(f"{one}/drop", json=REASON, headers=dropped)) == "409 conflict"
    assert code(client.post(f"{one}/approve", headers=dropped)) == "409 conflict"
    assert code(client.patch(one, json={"title": "改过的标题"}, headers=dropped)) == "409 conflict"


def test_the_writer_does_not_approve(client: TestClient, as_: As, world: World) -> None:
    """Four eyes over HTTP: 409 with the guard and the way out."""
    made = drafted(world, who="supervisor")
    refused = client.post(f"/v1/publications/{made}/approve", headers=at(as_("supervisor"), 1))
    assert code(refused) == "409 guards_unmet"
    assert refused.json()["unmet"][0]["guard"] == "four_eyes"


def test_every_change_takes_the_version_read(client: TestClient, as_: As, world: World) -> None:
    """Without If-Match 428, with another version 412."""
    one = f"/v1/publications/{drafted(world)}"
    asked = [("patch", one, {"title": "改过的标题"}), ("post", f"{one}/approve", None)]
    asked += [("post", f"{one}/{what}", REASON) for what in ("drop", "must-retract", "retract")]
    for method, path, sent in asked:
        more: dict[str, Any] = {"json": sent} if sent else {}
        missing = client.request(method, path, headers=as_("supervisor"), **more)
        assert code(missing) == "428 version_missing", path
        stale = client.request(method, path, headers=at(as_("supervisor"), 7), **more)
        assert code(stale) == "412 stale_version", path


def test_days_out_of_order_are_refused(client: TestClient, as_: As, world: World) -> None:
    """A period that ends before it begins points at its last day."""
    wrong = body(concluded(world), last_day="2026-11-22")
    refused = client.post("/v1/publications", json=wrong, headers=as_("clerk"))
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/last_day"]
    assert code(client.get(f"/v1/publications/{uuid4()}", headers=as_("clerk"))) == "404 not_found"


def test_open_objections_are_counted(client: TestClient, as_: As, world: World) -> None:
    """The list says how many objections wait."""
    made = published(world)
    objected(world, made)
    (row,) = client.get("/v1/publications", headers=as_("clerk")).json()["items"]
    assert (row["open_objections"], row["late_objections"], row["retract_late"]) == (1, 0, False)
