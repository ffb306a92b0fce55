"""A citizen on a bad link: submission, retries, query, messages, "not fixed", withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from models.domain.complaints import UNWRITTEN
from tests.api.public.conftest import WORDS, Citizen, complaint
from tests.conftest import Clock

As = Callable[[str], dict[str, str]]


def test_words_are_stored_and_numbered(citizen: Citizen) -> None:
    """One request: a number, a code with check characters, a receipt; the query knows it at once."""
    answer = citizen.submit()
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (len(made["number"].replace("-", "")), len(made["query_code"].replace("-", ""))) == (11, 20)
    told = citizen.query({name: made[name] for name in ("number", "query_code")}).json()
    assert (told["state"], told["state_words"]) == ("received", "已收到，正在核对")
    assert told["number"] == made["number"]


def test_a_lost_reply_is_answered_again(citizen: Citizen, clock: Clock) -> None:
    """The same ticket, key and content: the same number, code and receipt; after a day no code any more."""
    key, ticket = uuid4().hex, citizen.ticket()
    first = citizen.submit(key, ticket=ticket)
    again = [citizen.submit(key, ticket=ticket) for _ in range(3)]
    assert {one.status_code for one in again} == {201}
    assert all(one.json() == first.json() for one in again)
    other = citizen.submit(key, ticket=ticket, words=WORDS + "！")
    assert (other.status_code, other.json()["code"]) == (409, "other_content")
    second = citizen.submit(uuid4().hex, ticket=ticket)
    assert (second.status_code, second.json()["code"]) == (409, "other_content")
    clock.now += timedelta(hours=25)
    late = citizen.submit(key, ticket=ticket)
    assert (late.status_code, late.json()["query_code"]) == (201, None)
    assert late.json()["number"] == first.json()["number"]


def test_the_case_tells_nobody_who_complained(citizen: Citizen, as_: As) -> None:
    """Until a clerk has written the working text, the case shows street, category and coarse coordinates only."""
    citizen.kept()
    row = citizen.client.get("/v1/cases", headers=as_("clerk")).json()["items"][0]
    whole = citizen.client.get(f"/v1/cases/{row['id']}", headers=as_("clerk"))
    case = whole.json()
    assert case["working_text"] == UNWRITTEN
    assert (case["place"]["given_lon"], case["place"]["given_lat"]) == (111.452, 27.254)
    for secret in ("张三", "13800000201", "502", "刺鼻", "小区"):
        assert secret not in whole.text
    assert row["title"] == "公众举报：大气（陈家桥镇）"
    refused = citizen.client.post(
        f"/v1/cases/{row['id']}/steps",
        json={"action": "accept"},
        headers=as_("clerk") | {"If-Match": whole.headers["etag"]},
    )
    assert (refused.status_code, refused.json()["unmet"][0]["guard"]) == (409, "text_written")


def test_wrong_absent_and_withdrawn_are_one_answer(citizen: Citizen) -> None:
    """The same status and body, but for the request's own number."""
    kept, gone = citizen.kept(), citizen.kept()
    withdrawn = citizen.client.post(
        "/v1/public/complaints/withdraw", json=gone, headers={"Idempotency-Key": "withdraw-1"}
    )
    assert withdrawn.status_code == 200, withdrawn.text
    again = citizen.client.post(
        "/v1/public/complaints/withdraw", json=gone, headers={"Idempotency-Key": "withdraw-1"}
    )
    assert again.json() == withdrawn.json()
    wrong = kept | {"query_code": gone["query_code"]}
    absent = {"number": "00000-00000-0", "query_code": kept["query_code"]}
    answers = [citizen.query(one) for one in (wrong, absent, gone)]
    assert {one.status_code for one in answers} == {404}
    assert len({str({k: v for k, v in one.json().items() if k != "request_id"}) for one in answers}) == 1


def test_messages_go_both_ways(citizen: Citizen, as_: As, clock: Clock) -> None:
    """What the citizen writes puts the case into the clerk's queue; the answer takes it out and can be read."""
    kept = citizen.kept()
    key = uuid4().hex
    sent = [citizen.write(kept, key=key, text="夜里十一点最重") for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    queue = citizen.client.get("/v1/cases", params={"queue": "messages"}, headers=as_("clerk")).json()[
        "items"
    ]
    assert len(queue) == 1
    case = citizen.client.get(f"/v1/cases/{queue[0]['id']}", headers=as_("clerk")).json()
    clock.now += timedelta(minutes=5)
    answered = citizen.client.post(
        f"/v1/complaints/{case['complaints'][0]['id']}/messages",
        json={"text": "已安排夜间核查"},
        headers=as_("clerk") | {"Idempotency-Key": uuid4().hex},
    )
    assert answered.status_code == 201, answered.text
    told = citizen.query(kept).json()["messages"]
    assert [(one["from_bureau"], one["text"]) for one in told] == [
        (False, "夜里十一点最重"),
        (True, "已安排夜间核查"),
    ]
    left = citizen.client.get("/v1/cases", params={"queue": "messages"}, headers=as_("clerk")).json()["items"]
    assert left == []


def test_again_now_is_one_tap(citizen: Citizen, as_: As) -> None:
    """Another occurrence by code, without a word."""
    kept = citizen.kept()
    sent = citizen.write(kept, kind="again", occurrence={"kind": "化学味", "strength": 5})
    assert sent.status_code == 201, sent.text
    row = citizen.client.get("/v1/cases", headers=as_("clerk")).json()["items"][0]
    case = citizen.client.get(f"/v1/cases/{row['id']}", headers=as_("clerk")).json()
    assert [one["strength"] for one in case["complaints"][0]["occurrences"]] == [4, 5]


def test_not_fixed_needs_an_answer_first(citizen: Citizen) -> None:
    """Before the answer there is nothing to be dissatisfied with; the refusal says what to do instead."""
    refused = citizen.write(citizen.kept(), kind="not_fixed", text="还是臭")
    assert (refused.status_code, "留言" in refused.json()["detail"]) == (409, True)


def test_refusals_are_plain(citizen: Citizen) -> None:
    """Each wrong thing is named, with the way out, and nothing is echoed."""
    body = {"altcha": None}
    no_ticket = citizen.client.post(
        "/v1/public/complaints",
        json=complaint() | body,
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert (no_ticket.status_code, "/altcha" in no_ticket.text) == (422, True)
    no_key = citizen.client.post("/v1/public/complaints", json=complaint() | {"altcha": citizen.ticket()})
    assert (no_key.status_code, "Idempotency-Key" in no_key.text) == (422, True)
    named = citizen.submit(confidentiality="匿名")
    assert (named.status_code, "匿名" in named.text, "张三" in named.text) == (422, True, False)
    street = citizen.submit(place={"division": "110101001", "text": "某处"})
    assert (street.status_code, "/place/division" in street.text) == (422, True)
    typo = citizen.query({"number": "ABCDE-FGHJK-1", "query_code": "短"})
    assert typo.status_code == 422
