"""Query, messages and withdrawal by plain forms, and what is published, on pages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from models.operations.publishing import deciding
from models.tables.public import messages
from tests.api.public.conftest import Citizen
from tests.api.public.pages.browser import opened, send
from tests.api.public.pages.filling import (
    XSS,
    asked,
    code_in,
    stored,
    submitted,
)
from tests.api.public.test_not_fixed import ANSWER, As, Office
from tests.conftest import Clock
from tests.factories import World
from tests.operations.publishing.stories import WORDS as PUBLISHED
from tests.operations.publishing.stories import published

# — later —


def test_a_query_tells_and_offers(citizen: Citizen, clock: Clock) -> None:
    """The query form shows the state in plain words and forms for what can be said now; no code in any address."""
    number, code = code_in(submitted(citizen, clock))
    form = opened(citizen.client.get("/v1/public/complaints/query-form")).form("/query")
    answer = send(citizen.client, form, number=number.lower(), query_code=code.replace("-", " "))
    page = opened(answer)
    assert answer.status_code == 200
    assert "已收到，正在核对" in page.words
    assert {one.values["kind"][0] for one in page.forms if "kind" in one.values} == {
        "message",
        "supplement",
        "again",
    }
    assert not [had for _, had in page.seen if code[:5] in had.get("href", "") + had.get("action", "")]


def test_wrong_codes_get_the_form_back(citizen: Citizen, clock: Clock) -> None:
    """A mistyped group is named beside its field, a wrong code is one plain message; what was typed is still there."""
    number, code = code_in(submitted(citizen, clock))
    form = opened(citizen.client.get("/v1/public/complaints/query-form")).form("/query")
    typo = send(citizen.client, form, number=number, query_code=code[:-1])
    assert typo.status_code == 422
    assert opened(typo).form("/query").values["number"] == [number]
    other = code_in(submitted(citizen, clock, words="另一件不相干的事情"))[1]
    wrong = send(citizen.client, form, number=number, query_code=other)
    assert wrong.status_code == 404
    assert "编号或查询码不对" in opened(wrong).words


def test_messages_are_said_once(citizen: Citizen, clock: Clock, world: World) -> None:
    """A message by form is kept once however often it is tapped; an empty one comes back with the way out."""
    page = asked(citizen, submitted(citizen, clock))
    form = page.form("/messages", kind="message")
    empty = send(citizen.client, form)
    assert (empty.status_code, "请写下要说的话" in opened(empty).words) == (422, True)
    for _ in range(2):
        after = send(citizen.client, form, text=f"昨晚又来了{XSS}")
        assert after.status_code == 201
    assert f"昨晚又来了{XSS}" in opened(after).words
    other = send(citizen.client, form, text="不一样的话")
    assert other.status_code == 409
    assert opened(other).form("/messages", kind="message").values["text"] == ["不一样的话"]
    with world.engine.connect() as db:
        assert len(db.execute(select(messages)).all()) == 1


def test_again_is_one_tap(citizen: Citizen, clock: Clock, world: World) -> None:
    """“又发生了” needs one tap, counts once within ten minutes, and anew after that."""
    form = asked(citizen, submitted(citizen, clock)).form("/messages", kind="again")
    for _ in range(2):
        assert send(citizen.client, form).status_code == 201
    clock.now += timedelta(hours=1)
    assert send(citizen.client, form, occurrence__kind="化学味").status_code == 201
    (row,) = stored(world)
    assert [one["kind"] for one in row.occurrences] == ["其他现象", "化学味"]
    assert row.occurrences[0]["noticed_at"].startswith("2026-11-23T01:00")


def test_withdrawing_asks_once_more(citizen: Citizen, clock: Clock) -> None:
    """Withdrawal wants a tick; then the code opens nothing any more, and a repeat says the same."""
    receipt = submitted(citizen, clock)
    form = asked(citizen, receipt).form("/withdraw")
    refused = send(citizen.client, form, reason="算了")
    assert refused.status_code == 422
    assert opened(refused).form("/withdraw").values["reason"] == ["算了"]
    for _ in range(2):
        assert "已撤回" in opened(send(citizen.client, form, sure="true")).words
    assert send(citizen.client, receipt.form("/query")).status_code == 404


def test_after_the_answer_no_dead_end(citizen: Citizen, clock: Clock, world: World, as_: As) -> None:
    """The answered page shows answer, visit and the next doors, takes an opinion, and "not fixed" has its form."""
    receipt = submitted(citizen, clock, categories=["大气/恶臭异味"])
    kept = dict(zip(("number", "query_code"), code_in(receipt), strict=True))
    Office(citizen, kept, as_, world, clock).answer_it()
    page = asked(citizen, receipt)
    for told in (
        "已答复",
        ANSWER,
        "我们到现场看过：2026年11月23日（星期一）08:00",
        "行政复议",
        "市生态环境局",
    ):
        assert told in page.words
    assert "样例inspector" not in page.html
    opinion = page.form("/messages", kind="satisfaction")
    assert send(citizen.client, opinion).status_code == 422
    assert "您的评价：不满意" in opened(send(citizen.client, opinion, satisfaction="不满意")).words
    after = send(citizen.client, page.form("/messages", kind="not_fixed"), text="晚上还是臭")
    assert "没有经办过本件的人员复核" in opened(after).words


def test_what_is_published_can_be_read(citizen: Citizen, world: World) -> None:
    """What is published is read on a page, the words of what was taken back are not."""
    made, path = published(world), "/v1/public/publications/page"
    page = opened(citizen.client.get(path))
    assert PUBLISHED in page.words
    with world.act("supervisor") as act:
        deciding.retract(act, made, reason="内容有误，更正后重新公开", version=2)
    page = opened(citizen.client.get(path))
    assert (PUBLISHED in page.words, "内容有误" in page.words) == (False, True)
