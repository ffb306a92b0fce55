"""The public face without JavaScript: pages that any browser shows, a form that loses nothing."""

from __future__ import annotations

import re

import pytest

from tests.api.public.conftest import Citizen
from tests.api.public.pages.browser import Page, opened, send
from tests.api.public.pages.filling import (
    FILLED,
    FORM,
    POSTED,
    XSS,
    code_in,
    form_of,
    picture,
    stored,
)
from tests.conftest import Clock
from tests.factories import COUNTY, TOWN, World

# — the pages —


@pytest.mark.parametrize("path", ["/v1/public/", FORM, "/v1/public/complaints/query-form"])
def test_pages_open_without_anything(citizen: Citizen, path: str) -> None:
    """Every page opens without cookie, script or another address, is in Chinese, names 12345, and goes back well."""
    answer = citizen.client.get(path)
    page = opened(answer)
    assert answer.status_code == 200
    assert "12345" in page.words
    assert ("html", {"lang": "zh-CN"}) in page.seen
    assert "no-store" not in answer.headers["cache-control"]
    assert "演示系统" in page.words


def test_the_form_asks_what_json_takes(citizen: Citizen, clock: Clock) -> None:
    """The form has the streets, a fresh key of 128 bits each time, a signed time, and a field nobody sees."""
    one, other = form_of(citizen, clock), form_of(citizen, clock)
    assert {
        "words",
        "place.division",
        "noticed_at",
        "wish",
        "reporter.phone",
        "photos",
        "website",
    } <= one.names
    assert {
        f"occurrence.{name}" for name in ("kind", "strength", "hour_from", "days", "weather")
    } <= one.names
    assert one.values["key"] != other.values["key"]
    assert len(one.values["key"][0]) == 22
    page = Page(citizen.client.get(FORM))
    assert TOWN in {had.get("value") for tag, had in page.seen if tag == "option"}
    hidden = next(had for tag, had in page.seen if had.get("name") == "website")
    assert (hidden["tabindex"], hidden["autocomplete"]) == ("-1", "off")


def test_the_front_page_leads_on(citizen: Citizen) -> None:
    """The front page links the form, the query and what is published."""
    page = opened(citizen.client.get("/v1/public/"))
    links = {had["href"] for tag, had in page.seen if tag == "a"}
    assert {FORM, "/v1/public/complaints/query-form", "/v1/public/publications/page", "tel:12345"} <= links


# — submitting —


@pytest.mark.parametrize("enctype", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_form_makes_a_complaint(citizen: Citizen, clock: Clock, world: World, enctype: str) -> None:
    """Either kind of form stores one complaint, unproven, and shows number, code, receipt and picture to keep."""
    form = form_of(citizen, clock)
    form.enctype = enctype
    typed = FILLED | {"categories": ["大气/恶臭异味", "噪声"], "occurrence__strength": "4"}
    page = opened(send(citizen.client, form, **typed))
    number, code = code_in(page)
    assert re.fullmatch(r"\w{5}-\w{5}-\w", number)
    assert re.fullmatch(r"(\w{5}-){3}\w{5}", code)
    assert any(
        had.get("src", "").startswith("data:image/png;base64,") for tag, had in page.seen if tag == "img"
    )
    assert '"signature"' in page.words
    assert "2026年12月" in page.words
    (row,) = stored(world)
    assert (row.proven, row.unproven, row.marks) == (False, True, None)
    assert row.occurrences == [{"kind": "其他现象", "strength": 4, "weather": ""}]
    assert row.consents == {"privacy_version": "2026-11", "contact_on_site": False, "reward_claim": False}


def test_a_double_tap_is_one_complaint(citizen: Citizen, clock: Clock, world: World) -> None:
    """The same page sent twice is one complaint with the same number and code."""
    form = form_of(citizen, clock)
    one, two = (opened(send(citizen.client, form, **FILLED)) for _ in range(2))
    assert code_in(one) == code_in(two)
    assert len(stored(world)) == 1


def test_going_back_and_changing_asks_first(citizen: Citizen, clock: Clock, world: World) -> None:
    """The same page with other words is asked about, shows all that was typed, and the next tap makes another one."""
    form = form_of(citizen, clock)
    send(citizen.client, form, **FILLED)
    answer = send(citizen.client, form, **(FILLED | {"words": "另外还有噪声，吵得很"}))
    page = opened(answer)
    again = page.form("/complaints")
    assert answer.status_code == 409
    assert "在“查询进展”里补充" in page.words
    assert again.values["words"] == ["另外还有噪声，吵得很"]
    assert again.values["key"] != form.values["key"]
    assert send(citizen.client, again).status_code == 201
    assert len(stored(world)) == 2


def test_nothing_typed_is_lost(citizen: Citizen, clock: Clock, world: World) -> None:
    """A refused form comes back with everything in it and the messages beside the fields; mended, it goes through."""
    typed = FILLED | {
        "words": "臭",
        "categories": ["水/黑臭水体", "光污染"],
        "noticed_at": "昨天晚上",
        "occurrence__kind": "化学味",
        "occurrence__hour_from": "22:00",
        "wish": "  请夜里来查\n谢谢  ",
        "reporter__phone": "13800000201",
        "confidentiality": "可联系",
        "follows__number": "ABCDE",
        "consent__reward_claim": "true",
    }
    del typed["consent__privacy_version"]
    answer = send(citizen.client, form_of(citizen, clock), **typed, files=[("photos", ("a.jpg", picture()))])
    page = opened(answer)
    form = page.form("/complaints")
    assert answer.status_code == 422
    for name, value in typed.items():
        held = value if isinstance(value, list) else [value]
        assert form.values[name.replace("__", ".")] == held, name
    for name in ("words", "noticed_at", "follows.query_code", "consent.privacy_version"):
        assert f"wrong-{name}" in page.ids
    assert "至少5个字" in page.words
    assert "照片要重新选一次" in page.words
    mended = {"words": "臭得睡不着", "noticed_at": "2026-11-22T22:30", "follows__number": ""}
    assert send(citizen.client, form, **mended, consent__privacy_version="2026-11").status_code == 201
    assert len(stored(world)) == 1


def test_what_operations_refuse_stands_beside_its_field(citizen: Citizen, clock: Clock) -> None:
    """A refusal that only the operation can give is shown beside the field it is about."""
    typed = FILLED | {"reporter__name": "样例张三"}
    page = opened(send(citizen.client, form_of(citizen, clock), **typed))
    assert "wrong-reporter" in page.ids
    typed = FILLED | {"place__division": COUNTY[:4], "categories": ["外星人"]}
    page = opened(send(citizen.client, form_of(citizen, clock), **typed))
    assert "wrong-place.division" in page.ids


def test_odd_forms_are_marked_and_taken(citizen: Citizen, clock: Clock, world: World) -> None:
    """A filled trap, a form filled in no time, a missing or forged time mark the complaint; none is turned away."""
    form = opened(citizen.client.get(FORM)).form("/complaints")
    assert send(citizen.client, form, **FILLED, website="http://spam").status_code == 201
    forged = form_of(citizen, clock)
    assert send(citizen.client, forged, **FILLED, stamp="1." + "0" * 32).status_code == 201
    data = {name.replace("__", "."): value for name, value in FILLED.items()}
    assert citizen.client.post(POSTED, data=data).status_code == 201
    marked = [row.marks for row in stored(world)]
    assert sorted(marked) == [["honeypot", "too_fast"], ["no_timestamp"], ["no_timestamp"]]


def test_programs_get_json(citizen: Citizen, world: World) -> None:
    """A form sent by a program that asks for JSON is answered in JSON, refusals too."""
    data = {name.replace("__", "."): value for name, value in FILLED.items()}
    want = {"Accept": "application/json", "Idempotency-Key": "a-key-of-its-own"}
    made, again = (citizen.client.post(POSTED, data=data, headers=want) for _ in range(2))
    assert made.status_code == 201
    assert made.json() == again.json()
    refused = citizen.client.post(POSTED, data=data | {"words": ""}, headers=want)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/words")
    code = {name: made.json()[name] for name in ("number", "query_code")}
    assert citizen.client.post(f"{POSTED}/query", data=code, headers=want).json()["state"] == "received"
    wrong = citizen.client.post(f"{POSTED}/query", data=code | {"number": "x"}, headers=want)
    assert wrong.json()["code"] == "invalid"
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    "field", ["words", "place__text", "wish", "reporter__name", "noticed_at", "follows__number"]
)
def test_markup_is_only_text(citizen: Citizen, clock: Clock, field: str) -> None:
    """Markup in any field comes back as the text it is."""
    typed = FILLED | {field: XSS, "place__division": "", "key": XSS, "stamp": XSS}
    page = opened(send(citizen.client, form_of(citizen, clock), **typed))
    assert page.form("/complaints").values[field.replace("__", ".")] == [XSS]
    assert [tag for tag, _ in page.seen if tag == "script"] == []
