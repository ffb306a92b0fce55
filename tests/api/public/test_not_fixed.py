""" "Not fixed" 未解决 has force: another person reviews, on a clock, with another answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.api.public.conftest import Citizen
from tests.conftest import Clock
from tests.factories import World

As = Callable[[str], dict[str, str]]
ANSWER = "经现场核查，未发现超标排放，企业治理设施正常运行，我局将继续加强日常监管。"
FRESH = "11月25日夜间23时再次到厂界下风向核查，确有异味，已责令关闭喷漆车间侧窗并限期改造收集管道。"


class Office:
    """Staff who work on the one case there is."""

    def __init__(self, citizen: Citizen, kept: dict[str, Any], as_: As, world: World, clock: Clock) -> None:
        self.client, self.as_, self.world, self.clock = citizen.client, as_, world, clock
        self.kept = kept
        self.seen_before: Any = None  # what the citizen was told just before the case was concluded
        self.path = f"/v1/cases/{self.client.get('/v1/cases', headers=as_('clerk')).json()['items'][0]['id']}"

    def case(self) -> Any:
        return self.client.get(self.path, headers=self.as_("supervisor"))

    def step(self, who: str, action: str, **inputs: Any) -> Any:
        self.clock.now += timedelta(minutes=1)
        return self.client.post(
            f"{self.path}/steps",
            json={"action": action} | inputs,
            headers=self.as_(who) | {"If-Match": self.case().headers["etag"]},
        )

    def done(self, who: str, action: str, **inputs: Any) -> None:
        answer = self.step(who, action, **inputs)
        assert answer.status_code == 200, (action, answer.text)

    def answer_it(self) -> None:
        """From registration to the reply."""
        written = {"title": "某化工厂夜间异味", "working_text": "群众反映夜间有化学气味。"}
        head = self.as_("clerk") | {"If-Match": self.case().headers["etag"]}
        assert self.client.patch(self.path, json=written, headers=head).status_code == 200
        handler = str(self.world.account("inspector"))
        self.done("clerk", "accept")
        self.done("clerk", "tell", way="查询码留言")
        self.done("supervisor", "assign", handlers=[handler], lead=handler)
        self.done("inspector", "investigate")
        self.propose()
        self.seen_before = self.seen()
        self.done("supervisor", "approve", note="同意")
        self.done("clerk", "reply", way="查询码留言", text=ANSWER, proof="网页答复")

    def seen(self) -> Any:
        """What the holder of the code is told."""
        return self.client.post("/v1/public/complaints/query", json=self.kept).json()

    def propose(self) -> None:
        found = {
            "point_id": self.case().json()["points"][0]["id"],
            "verdict": "不属实",
            "finding": "现场未闻到异味",
            "measure": "无需处理",
            "visited_at": "2026-11-23T08:00:00+08:00",
        }
        self.done("inspector", "propose", findings=[found], conclusion="未发现问题")


@pytest.fixture
def kept(citizen: Citizen) -> dict[str, Any]:
    return citizen.kept(confidentiality="匿名", reporter={})


@pytest.fixture
def office(kept: dict[str, Any], citizen: Citizen, as_: As, world: World, clock: Clock) -> Office:
    """The case of ``kept``, answered."""
    office = Office(citizen, kept, as_, world, clock)
    office.answer_it()
    return office


def test_the_answer_is_told_with_the_visit_and_the_next_doors(
    citizen: Citizen, kept: dict[str, Any], office: Office
) -> None:
    """Who holds the code reads answer, time of the visit and where else to turn; nobody's name."""
    told = citizen.query(kept)
    body = told.json()
    assert (body["state"], body["answers"][0]["text"]) == ("answered", ANSWER)
    assert body["visited_at"] == ["2026-11-23T08:00:00+08:00"]
    assert office.seen_before["visited_at"] == [], "no visit is told before the answer"
    assert "not_fixed" in body["may"]
    assert any("复议" in door for door in body["next_doors"])
    account = office.client.get("/v1/me", headers=office.as_("inspector")).json()
    assert account["name"] not in told.text


def test_not_fixed_is_reviewed_by_another_person(
    citizen: Citizen, kept: dict[str, Any], office: Office, clock: Clock
) -> None:
    """It starts a clock of 5 working days, the handler cannot judge it, the same answer is refused."""
    assert citizen.write(kept, kind="not_fixed", text="晚上还是臭").status_code == 201
    case = office.case().json()
    assert case["state"] == "not_fixed_review"
    clocks = {one["rule_id"]: one for one in case["deadlines"] if one["state"] == "running"}
    assert set(clocks) == {"REVIEW_NOT_FIXED"}
    assert clocks["REVIEW_NOT_FIXED"]["legal_due_on"] == "2026-11-30"
    assert citizen.query(kept).json()["state"] == "reviewing"
    waiting = office.client.get(
        "/v1/cases", params={"queue": "not_fixed"}, headers=office.as_("deputy_head")
    ).json()["items"]
    assert [one["id"] for one in waiting] == [case["id"]]
    office.done("deputy_head", "uphold", note="夜间再次核查")
    repeated = office.step("clerk", "reply", way="查询码留言", text=ANSWER + "。", proof="网页答复")
    assert (repeated.status_code, repeated.json()["errors"][0]["code"]) == (422, "reply_repeated")
    office.done("clerk", "reply", way="查询码留言", text=FRESH, proof="网页答复")
    assert [one["text"] for one in citizen.query(kept).json()["answers"]] == [ANSWER, FRESH]


def test_a_review_can_send_it_back(citizen: Citizen, kept: dict[str, Any], office: Office) -> None:
    """The reviewer finds the reporter right: handled anew, everything owed anew."""
    assert citizen.write(kept, kind="not_fixed", text="晚上还是臭").status_code == 201
    office.done("deputy_head", "return", reasons=["时段不符"], note="须在夜间核查")
    case = office.case().json()
    assert (case["state"], case["points"][0]["verdict"]) == ("returned", None)
    assert {one["rule_id"] for one in case["deadlines"] if one["state"] == "running"} == {"RPT_REDO"}


def test_a_code_tells_how_satisfied_a_person_is(
    citizen: Citizen, kept: dict[str, Any], office: Office
) -> None:
    """Satisfaction from a code counts, also of an anonymous person."""
    assert citizen.write(kept, kind="satisfaction", satisfaction="不满意").status_code == 201
    assert citizen.query(kept).json()["satisfaction"] == "不满意"
    assert office.case().json()["complaints"][0]["satisfaction"] == "不满意"


def test_a_lost_code_is_given_anew_after_a_call(citizen: Citizen, as_: As) -> None:
    """Only to a person who left a phone and was called back on it; the old code ends."""
    kept = citizen.kept()
    row = citizen.client.get("/v1/cases", headers=as_("clerk")).json()["items"][0]
    case = citizen.client.get(f"/v1/cases/{row['id']}", headers=as_("clerk"))
    path = f"/v1/complaints/{case.json()['complaints'][0]['id']}"
    early = citizen.client.post(f"{path}/query-code", headers=as_("clerk"))
    assert (early.status_code, "回拨" in early.json()["detail"]) == (409, True)
    called = citizen.client.post(
        f"{path}/contacts",
        json={"way": "电话", "outcome": "已联系上"},
        headers=as_("clerk") | {"If-Match": case.headers["etag"]},
    )
    assert called.status_code == 201, called.text
    fresh = citizen.client.post(f"{path}/query-code", headers=as_("clerk"))
    assert fresh.status_code == 201, fresh.text
    assert citizen.query(kept).status_code == 404
    assert citizen.query(fresh.json()).status_code == 200


def test_without_a_phone_the_receipt_links(citizen: Citizen, as_: As) -> None:
    """Who left nothing submits again with his receipt; a changed receipt links nothing."""
    first = citizen.submit(confidentiality="匿名", reporter={}).json()
    row = citizen.client.get("/v1/cases", headers=as_("clerk")).json()["items"][0]
    case = citizen.client.get(f"/v1/cases/{row['id']}", headers=as_("clerk")).json()
    path = f"/v1/complaints/{case['complaints'][0]['id']}/query-code"
    assert citizen.client.post(path, headers=as_("clerk")).status_code == 409
    again = citizen.submit(follows_receipt=first["receipt"], confidentiality="匿名", reporter={})
    assert again.status_code == 201, again.text
    forged = first["receipt"] | {"payload": first["receipt"]["payload"].replace("2026", "2025")}
    refused = citizen.submit(follows_receipt=forged)
    assert (refused.status_code, "/follows_receipt" in refused.text) == (422, True)


def test_what_goes_on_is_a_new_fact(citizen: Citizen, kept: dict[str, Any], office: Office) -> None:
    """A complaint that follows an earlier one cannot be refused for "the same facts"."""
    citizen.kept(follows=kept, confidentiality="匿名", reporter={})
    rows = office.client.get("/v1/cases", params={"queue": "triage"}, headers=office.as_("clerk")).json()
    office.path = f"/v1/cases/{rows['items'][0]['id']}"
    refused = office.step("clerk", "refuse", reason="不服答复同一事实理由", note="已经答复过")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "new_fact")
    assert citizen.submit(follows=kept | {"number": "00000-00000-0"}).status_code == 404
