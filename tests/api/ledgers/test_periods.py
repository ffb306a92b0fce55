"""A month of reporting over HTTP: every refusal that is declared, and what a whole month looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.testclient import TestClient

from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from tests.api.publishing.asking import As, at, code
from tests.conftest import Clock
from tests.factories import COUNTY, OTHER_COUNTY, World
from tests.operations.ledgers.stories import ledger, listed, rectifying
from tests.operations.periods.stories import AFTER, DECEMBER, corrected, filled, frozen, opened, reviewed

PERIODS = "/v1/ledgers/periods"
ABSENT = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
MONTH = {"month": "2026-11", "division": COUNTY}
ENTRY = {"this_month": "完成截污2处", "percent": 40, "invested_yuan": 1_250_500}
ACCEPT = {"accept": True}


def test_a_month_from_opening_to_freezing(client: TestClient, as_: As, world: World, clock: Clock) -> None:
    """Open, fill, return, fill, accept, freeze, correct: each answers with what it changed and its ETag."""
    case_id = rectifying(world)
    made = client.post(PERIODS, json=MONTH, headers=as_("office"))
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    one = f"{PERIODS}/{made.json()['id']}"
    item = f"{one}/items/{case_id}"
    assert client.get(item, headers=as_("liaison")).headers["etag"] == '"0"'
    first = client.put(item, json=ENTRY, headers=at(as_("liaison"), 0))
    assert (first.status_code, first.headers["etag"]) == (200, '"1"'), first.text
    back = client.post(
        f"{item}/review", json={"accept": False, "note": "写明哪两处"}, headers=at(as_("verifier"), 1)
    )
    assert back.json()["entry"]["state"] == "returned", back.text
    missing = client.get(f"{one}/missing", headers=as_("office")).json()
    assert [len(unit["items"]) for unit in missing] == [1]
    client.put(item, json=ENTRY, headers=at(as_("liaison"), 2))
    taken = client.post(f"{item}/review", json=ACCEPT, headers=at(as_("verifier"), 3))
    assert (taken.json()["entry"]["state"], taken.headers["etag"]) == ("reviewed", '"4"'), taken.text
    clock.now = AFTER
    office = later(world, "office", AFTER)
    done = client.post(f"{one}/freeze", json={}, headers=at(office, 1))
    assert (done.status_code, done.json()["state_title"], done.json()["intact"]) == (200, "已冻结", True)
    whole = done.json()["figures"]["whole"]
    assert (whole["total"], whole["words"]["达到序时进度"]) == (1, 1)
    assert {row["state"]: row["count"] for row in done.json()["reports"]}["reviewed"] == 1
    assert [row["id"] for row in client.get(PERIODS, headers=office).json()] == [made.json()["id"]]
    verifier = later(world, "verifier", AFTER)
    assert len(client.get(f"{one}/items", headers=verifier).json()["items"]) == 1


def test_corrections_over_http(client: TestClient, as_: As, world: World, clock: Clock) -> None:
    """Proposed by the office with a key that makes a retry free, approved by another, listed by number."""
    case_id = rectifying(world)
    period_id = opened(world)
    filled(world, period_id, case_id)
    frozen(world, period_id)
    path = f"{PERIODS}/{period_id}/corrections"
    body = {"case_id": str(case_id), "field": "percent", "after": 45, "reason": "录入有误"}
    headers = as_("office") | {"Idempotency-Key": "correct-001"}
    made = client.post(path, json=body, headers=headers)
    assert (made.status_code, made.json()["no"], made.json()["before"]) == (201, 1, 40), made.text
    assert client.post(path, json=body, headers=headers).json()["id"] == made.json()["id"]
    assert code(client.post(path, json=body | {"after": 46}, headers=headers)) == "409 other_content"
    decision = f"/v1/ledgers/corrections/{made.json()['id']}/decision"
    own = client.post(decision, json={"approve": True}, headers=at(as_("office"), 1))
    assert code(own) == "409 guards_unmet"
    assert code(client.post(decision, json={"approve": True}, headers=as_("supervisor"))) == (
        "428 version_missing"
    )
    late = client.post(decision, json={"approve": True}, headers=at(as_("supervisor"), 7))
    assert code(late) == "412 stale_version"
    done = client.post(decision, json={"approve": True}, headers=at(as_("supervisor"), 1))
    assert (done.json()["state"], done.json()["decided_by"]) == ("approved", "样例supervisor"), done.text
    again = client.post(decision, json={"approve": True}, headers=at(as_("office2"), 2))
    assert code(again) == "409 conflict"
    assert [row["no"] for row in client.get(path, headers=as_("liaison")).json()] == [1]


def later(world: World, name: str, now: datetime) -> dict[str, str]:
    """Headers of a person who signs in later: sessions of this morning have ended by then."""
    candidate = Candidate(world.account(name), None)
    with world.act(now=now) as act:
        pair = sessions.begin(act, candidate, login=name, network="test", device="测试机", good=True)
    return {"Authorization": f"Bearer {pair.access_token}"}


def asked(world: World) -> list[tuple[str, str, Any]]:
    """Every route of a period with a right body, on a frozen month with one correction."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    frozen(world, period_id)
    correction = corrected(world, period_id, case_id, "percent", 45)
    one = f"{PERIODS}/{period_id}"
    correct = {"case_id": str(case_id), "field": "percent", "after": 50, "reason": "录入有误"}
    return [
        ("get", one, None),
        ("patch", one, {"tolerance": 5}),
        ("get", f"{one}/items", None),
        ("get", f"{one}/items/{case_id}", None),
        ("put", f"{one}/items/{case_id}", ENTRY),
        ("post", f"{one}/items/{case_id}/review", ACCEPT),
        ("get", f"{one}/missing", None),
        ("post", f"{one}/freeze", {}),
        ("get", f"{one}/difference", None),
        ("get", f"{one}/table.xlsx", None),
        ("get", f"{one}/bulletin.docx", None),
        ("get", f"{one}/corrections", None),
        ("post", f"{one}/corrections", correct),
        ("post", f"/v1/ledgers/corrections/{correction}/decision", {"approve": True}),
    ]


def test_who_may_not(client: TestClient, as_: As, world: World) -> None:
    """Without a session 401, without the verb 403, outside or absent 404, misshapen 422 after them."""
    routes = [*asked(world), ("get", PERIODS, None), ("post", PERIODS, MONTH)]
    for method, path, sent in routes:
        more: dict[str, Any] = {} if sent is None else {"json": sent}
        ended = {"Authorization": "Bearer " + "x" * 43}
        assert code(client.request(method, path, **more)) == "401 unauthenticated"
        assert code(client.request(method, path, headers=ended, **more)) == "401 session_ended"
        assert code(client.request(method, path, headers=as_("warden"), **more)) == "403 forbidden", path
    for who in ("stranger_inspector", "stranger_supervisor"):
        for method, path, sent in routes[:-2]:
            more = {} if sent is None else {"json": sent}
            answer = client.request(method, path, headers=at(as_(who), 1), **more)
            assert code(answer) in ("404 not_found", "403 forbidden"), path
            assert (answer.status_code == 404) or method != "get", path
    for method, path, sent in routes[:-2]:
        if sent is not None:
            wrong = client.request(method, path, json={"nonsense": 1}, headers=at(as_("office"), 1))
            assert wrong.status_code == 422, (path, wrong.text)
    assert client.get(PERIODS, headers=as_("stranger_supervisor")).json() == []


def test_what_a_frozen_month_refuses(client: TestClient, as_: As, world: World) -> None:
    """Nothing of it is changed any more, in the order 428, 412, 409."""
    frozen_ = [
        one for one in asked(world) if one[0] in ("put", "patch") or one[1].endswith(("review", "freeze"))
    ]
    for method, path, sent in frozen_:
        who = "verifier" if path.endswith("review") else "office"
        assert code(client.request(method, path, json=sent, headers=as_(who))) == "428 version_missing", path
        stale = client.request(method, path, json=sent, headers=at(as_(who), 9))
        assert code(stale) == "412 stale_version", path
        version = 1 if "/items/" in path else 2
        done = client.request(method, path, json=sent, headers=at(as_(who), version))
        assert code(done) == "409 conflict", (path, done.text)


def test_opening_refused(client: TestClient, as_: As, world: World) -> None:
    """Another's county, a street, a month twice, an earlier one, a key for another month, times the wrong way."""
    key = as_("office") | {"Idempotency-Key": "open-2026-11"}
    foreign = client.post(PERIODS, json=MONTH | {"division": OTHER_COUNTY}, headers=as_("office"))
    assert code(foreign) == "403 forbidden"
    for wrong in (
        {"division": "430511101"},
        {"month": "2026-13"},
        {"cut_off_at": "2026-11-01T08:00:00+08:00"},
    ):
        assert code(client.post(PERIODS, json=MONTH | wrong, headers=as_("office"))) == "422 invalid", wrong
    made = client.post(PERIODS, json=MONTH, headers=key)
    assert client.post(PERIODS, json=MONTH, headers=key).json()["id"] == made.json()["id"]
    other = client.post(PERIODS, json=MONTH | {"month": "2026-12"}, headers=key)
    assert code(other) == "409 other_content"
    assert code(client.post(PERIODS, json=MONTH, headers=as_("office"))) == "409 duplicate"
    earlier = client.post(PERIODS, json=MONTH | {"month": "2026-10"}, headers=as_("office"))
    assert code(earlier) == "409 conflict"
    one = f"{PERIODS}/{made.json()['id']}"
    moved = client.patch(one, json={"cut_off_at": "2026-11-27T17:30:00+08:00"}, headers=at(as_("office"), 1))
    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"'), moved.text
    before = client.patch(one, json={"cut_off_at": "2026-11-01T17:30:00+08:00"}, headers=at(as_("office"), 2))
    assert code(before) == "422 invalid"


def test_reporting_refused(client: TestClient, as_: As, world: World, clock: Clock) -> None:
    """A unit that is not responsible, words nobody writes by hand, and one's own review."""
    case_id, period_id = rectifying(world), opened(world)
    item = f"{PERIODS}/{period_id}/items/{case_id}"
    computed = client.put(item, json=ENTRY | {"progress": "未启动"}, headers=at(as_("office"), 0))
    assert code(computed) == "422 invalid"
    nothing = client.put(item, json=ENTRY | {"this_month": None}, headers=at(as_("office"), 0))
    assert nothing.json()["errors"][0]["pointer"] == "/this_month"
    assert client.put(item, json=ENTRY, headers=at(as_("office"), 0)).status_code == 200
    own = client.post(f"{item}/review", json=ACCEPT, headers=at(as_("office"), 1))
    assert code(own) == "409 guards_unmet"
    no_note = client.post(f"{item}/review", json={"accept": False}, headers=at(as_("verifier"), 1))
    assert no_note.json()["errors"][0]["pointer"] == "/note"
    clock.now = AFTER
    late = client.put(item, json=ENTRY, headers=at(later(world, "office", AFTER), 1))
    assert code(late) == "409 conflict"


def test_a_part_of_the_division_sees_its_part(client: TestClient, as_: As, world: World) -> None:
    """A unit reads the items it has a part in; what is printed for the whole is not made from a part."""
    responsible = rectifying(world)
    period_id = frozen(world, opened(world))
    one = f"{PERIODS}/{period_id}"
    for who, seen in (("liaison", 1), ("verifier", 1), ("town_inspector", 0), ("office", 1)):
        rows = client.get(f"{one}/items", headers=as_(who)).json()["items"]
        assert len(rows) == seen, who
        total = client.get(one, headers=as_(who)).json()["figures"]["whole"]["total"]
        assert total == seen, who
    for who in ("liaison", "town_inspector"):
        for what in ("table.xlsx", "bulletin.docx"):
            assert code(client.get(f"{one}/{what}", headers=as_(who))) == "403 forbidden"
    hidden = client.get(f"{one}/items/{responsible}", headers=as_("town_inspector"))
    assert code(hidden) == "404 not_found"


def test_statistics_of_a_ledger(client: TestClient, as_: As, world: World) -> None:
    """Counts per status word and unit that add up, of the ledger as it stands now."""
    case_id = listed(world)
    ledger_id = client.get("/v1/ledgers", headers=as_("office")).json()["items"][0]["id"]
    path = f"/v1/ledgers/{ledger_id}/statistics"
    told = client.get(path, headers=as_("office")).json()
    assert (told["whole"]["total"], told["whole"]["words"]["未启动"]) == (1, 1)
    assert [row["name"] for row in told["by_unit"]] == ["陈家桥镇人民政府（样例）"]
    assert str(case_id) not in str(told)
    assert code(client.get(path)) == "401 unauthenticated"
    ended = {"Authorization": "Bearer " + "x" * 43}
    assert code(client.get(path, headers=ended)) == "401 session_ended"
    assert code(client.get(path, headers=as_("warden"))) == "403 forbidden"
    assert code(client.get(path, headers=as_("stranger_supervisor"))) == "404 not_found"
    assert code(client.get(f"/v1/ledgers/{ABSENT}/statistics", headers=as_("office"))) == "404 not_found"


def test_the_difference_names_what_changed(client: TestClient, as_: As, world: World, clock: Clock) -> None:
    """A problem that moved from 未启动 is named with both words; the first month is compared with nothing."""
    case_id: UUID = rectifying(world)
    november = frozen(world, opened(world))
    first = client.get(f"{PERIODS}/{november}/difference", headers=as_("office")).json()
    assert (first["before_month"], first["before"], first["unexplained"]) == (None, None, [])
    december = opened(world, "2026-12", now=DECEMBER)
    filled(world, december, case_id, now=DECEMBER, percent=1)
    reviewed(world, december, case_id, now=DECEMBER)
    clock.now = DECEMBER
    office = later(world, "office", DECEMBER)
    told = client.get(f"{PERIODS}/{december}/difference", headers=office).json()
    assert (told["before_month"], told["before"]["whole"]["total"]) == ("2026-11", 1)
    assert [(row["word_before"], row["word_after"]) for row in told["moved_word"]] == [
        ("达到序时进度", "滞后")
    ]
    assert (told["new"], told["gone"], told["unexplained"]) == ([], [], [])


def test_items_page_by_page(client: TestClient, as_: As, world: World) -> None:
    """The cursor goes on where the page ended, filters narrow, and a strange or outlived cursor is refused."""
    book = ledger(world)
    first = rectifying(world, ledger_id=book)
    listed(world, ledger_id=book, problem_no="样例-02")
    period_id = opened(world)
    filled(world, period_id, first)
    path = f"{PERIODS}/{period_id}/items"
    head = client.get(path, params={"limit": 1}, headers=as_("office")).json()
    rest = client.get(path, params={"limit": 1, "cursor": head["next"]}, headers=as_("office")).json()
    assert [row["problem_no"] for row in head["items"] + rest["items"]] == ["样例-01", "样例-02"]
    assert rest["next"] is None
    for narrowed, number in (({"word": "未启动"}, "样例-02"), ({"report": "filled"}, "样例-01")):
        found = client.get(path, params=narrowed, headers=as_("office")).json()["items"]
        assert [row["problem_no"] for row in found] == [number]
    gone = {"cursor": head["next"], "word": "未启动"}
    for wrong in ({"cursor": "eHg"}, gone):
        assert code(client.get(path, params=wrong, headers=as_("office"))) == "422 bad_cursor"
