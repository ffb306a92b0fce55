"""What everybody sees of publications, how he objects, and figures, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from api.routes.public.publications import FIGURES_KEPT
from models.operations.publishing import deciding
from models.tables.publications import objections
from tests.api.public.conftest import Citizen
from tests.conftest import Clock
from tests.factories import NOW, World
from tests.operations.publishing.stories import (
    CONTACT,
    NAME,
    SAID,
    TODAY,
    WORDS,
    concluded,
    drafted,
    objection_on,
    published,
)

LIST = "/v1/public/publications"
FIGURES = "/v1/public/figures"
OBJECTION = {"text": SAID, "contact": CONTACT, "name": NAME}


def code(answer: Response) -> str:
    return f"{answer.status_code} {answer.json()['code']}"


def retract(world: World, made: object) -> None:
    with world.act("supervisor") as act:
        deciding.retract(act, made, reason="事实有误", version=2)  # type: ignore[arg-type]


def test_only_what_runs_is_listed(citizen: Citizen, world: World, clock: Clock) -> None:
    """Drafts and what has not begun are not there; what runs is; what has ended is gone from the list."""
    drafted(world)
    later = published(world, first_day=TODAY + timedelta(days=3))
    made = published(world)
    (row,) = citizen.client.get(LIST).json()["items"]
    assert (row["id"], row["title"], row["showing"]) == (str(made), "砖厂烟尘问题办理情况", "current")
    assert citizen.client.get(f"{LIST}/{later}").status_code == 404
    clock.now = NOW + timedelta(days=3)
    assert len(citizen.client.get(LIST).json()["items"]) == 2
    assert citizen.client.get(LIST, params={"division": "430502"}).json()["items"] == []
    clock.now = NOW + timedelta(days=10)
    assert citizen.client.get(LIST).json()["items"] == []


def test_one_in_all_its_days(citizen: Citizen, world: World, clock: Clock) -> None:
    """Whole while it runs; after its last day only that it is over; nobody's name in any of it."""
    made = published(world)
    one = citizen.client.get(f"{LIST}/{made}").json()
    assert (one["text"], one["objections_open"]) == (WORDS, True)
    assert one["sample"] is True
    assert not any("样例clerk" in str(value) for value in one.values())
    clock.now = NOW + timedelta(days=10)
    over = citizen.client.get(f"{LIST}/{made}").json()
    assert (over["message"], over["title"], over["text"]) == ("公开期已满", None, None)
    assert over["objections_open"] is False


def test_what_was_retracted_is_gone(citizen: Citizen, world: World) -> None:
    """Of a retraction only its date and reason are told, in the list and by itself."""
    made = published(world)
    retract(world, made)
    listed, one = citizen.client.get(LIST), citizen.client.get(f"{LIST}/{made}")
    for told in (listed.json()["items"][0], one.json()):
        assert (told["message"], told["retracted_on"], told["retract_reason"]) == (
            *("已撤回", "2026-11-23", "事实有误"),
        )
        assert told["title"] is None
    assert not any(WORDS in answer.text or "砖厂" in answer.text for answer in (listed, one))


def test_absent_and_draft_are_alike(citizen: Citizen, world: World) -> None:
    """A draft is not there; a cursor of ours alone is read."""
    absent = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
    answers = [citizen.client.get(f"{LIST}/{one}") for one in (drafted(world), absent)]
    assert [code(answer) for answer in answers] == ["404 not_found"] * 2
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert code(citizen.client.get(LIST, params={"cursor": "eHg"})) == "422 bad_cursor"
    assert code(citizen.client.post(f"{LIST}/{absent}/objections", json=OBJECTION)) == "404 not_found"


def test_pages_follow_one_another(citizen: Citizen, world: World) -> None:
    """The cursor goes on where the page ended, the newest first."""
    made = [published(world, now=NOW + timedelta(seconds=second)) for second in range(3)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 1}
    while query.get("cursor", "") is not None:
        page = citizen.client.get(LIST, params=query).json()
        seen += [row["id"] for row in page["items"]]
        query["cursor"] = page["next"]
    assert seen == [str(one) for one in reversed(made)]


@pytest.mark.parametrize(("path", "seconds"), [(LIST, 60), ("one", 60), (f"{FIGURES}?year=2026", 3600)])
def test_answers_may_be_kept(citizen: Citizen, world: World, clock: Clock, path: str, seconds: int) -> None:
    """A strong ETag that stays while nothing changes, 304 for who has it, another one after a change."""
    made = published(world)
    path = f"{LIST}/{made}" if path == "one" else path
    first = citizen.client.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == f"public, max-age={seconds}"
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        kept = citizen.client.get(path, headers={"If-None-Match": asked})
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", tag)
        assert kept.headers["cache-control"] == f"public, max-age={seconds}"
    assert citizen.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    for _ in range(3):
        concluded(world)
    retract(world, made)
    clock.now = NOW + timedelta(minutes=6)
    assert citizen.client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_objection_is_received(citizen: Citizen, world: World) -> None:
    """With a solved challenge it gets number and date; the same again gives the same, other words are refused."""
    made = published(world)
    path, ticket = f"{LIST}/{made}/objections", citizen.ticket()
    first = citizen.client.post(path, json=OBJECTION | {"altcha": ticket})
    assert (first.status_code, first.json()["due_on"]) == (201, "2026-12-07"), first.text
    assert first.json()["number"].replace("-", "") == objection_on(world, made).number
    again = citizen.client.post(path, json=OBJECTION | {"altcha": ticket})
    assert again.json() == first.json()
    other = citizen.client.post(path, json=OBJECTION | {"altcha": ticket, "text": "另外的理由和事实"})
    assert code(other) == "409 other_content"
    for junk in ("eHg=", ticket[:-8] + "AAAAAAA="):
        refused = citizen.client.post(path, json=OBJECTION | {"altcha": junk})
        assert code(refused) == "422 bad_ticket", refused.text
    assert counted(world) == 1


def test_a_plain_form_objects_too(citizen: Citizen, world: World) -> None:
    """Without JavaScript as well, so many an hour from one network; a double tap under one key is one objection."""
    made = published(world)
    path, key = f"{LIST}/{made}/objections", {"Idempotency-Key": "objection-0001"}
    answers = [citizen.client.post(path, data=OBJECTION, headers=key) for _ in range(2)]
    assert answers[0].status_code == 201, answers[0].text
    assert answers[0].json() == answers[1].json()
    changed = citizen.client.post(path, data=OBJECTION | {"text": "另外的理由和事实"}, headers=key)
    assert code(changed) == "409 other_content"
    while (answer := citizen.client.post(path, data=OBJECTION)).status_code == 201:
        assert counted(world) < 60
    assert code(answer) == "429 too_many_requests"
    assert "12345" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert citizen.client.post(path, json=OBJECTION | {"altcha": citizen.ticket()}).status_code == 201


def counted(world: World) -> int:
    with world.engine.connect() as db:
        return int(db.execute(select(func.count()).select_from(objections)).scalar_one())


def test_it_is_over_when_the_period_is(citizen: Citizen, world: World, clock: Clock) -> None:
    """After the last day an objection is refused with the way out; what is misshapen is told by field."""
    made = published(world)
    path = f"{LIST}/{made}/objections"
    wrong = citizen.client.post(path, json={"text": "短", "contact": CONTACT})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/text"]
    clock.now = NOW + timedelta(days=10)
    over = citizen.client.post(path, json=OBJECTION)
    assert code(over) == "409 conflict"
    assert "12345" in over.json()["detail"]


def test_figures_leave_out_what_is_small(citizen: Citizen, world: World, clock: Clock) -> None:
    """Two cases are not told, three are, a few minutes later; a year must be named."""
    for count, told in ((2, None), (1, 3)):
        for _ in range(count):
            concluded(world)
        clock.now += FIGURES_KEPT
        answer = citizen.client.get(FIGURES, params={"year": 2026}).json()
        assert {line["received"] for line in answer["by_category"]} == {told}
        assert {line["concluded"] for line in answer["by_street"]} == {told}
    concluded(world)
    again = citizen.client.get(FIGURES, params={"year": 2026}).json()
    assert again == answer, "made anew within minutes"
    assert code(citizen.client.get(FIGURES)) == "422 invalid"
    assert code(citizen.client.get(FIGURES, params={"year": "1999"})) == "422 invalid"
