"""The complaint form, filled in: what most tests of the plain forms begin with."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select

from models.tables.cases import cases
from models.tables.complaints import complaints
from tests.api.public.conftest import Citizen
from tests.api.public.pages.browser import Form, Page, opened, send
from tests.conftest import Clock
from tests.factories import TOWN, World

FORM = "/v1/public/complaints/form"
POSTED = "/v1/public/complaints"
XSS = "</textarea></title>\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
FILLED: dict[str, Any] = {
    "words": "每天夜里十一点以后有刺鼻的塑料味\n开不了窗",
    "place__division": TOWN,
    "place__text": "青萍村小学东边的厂房",
    "confidentiality": "匿名",
    "consent__privacy_version": "2026-11",
}


def form_of(citizen: Citizen, clock: Clock) -> Form:
    """The complaint form, opened a minute ago."""
    made = opened(citizen.client.get(FORM)).form("/complaints")
    clock.now += timedelta(minutes=1)
    return made


def submitted(citizen: Citizen, clock: Clock, **typed: Any) -> Page:
    answer = send(citizen.client, form_of(citizen, clock), **(FILLED | typed))
    assert answer.status_code == 201, answer.text
    return opened(answer)


def asked(citizen: Citizen, receipt: Page) -> Page:
    """The page of the complaint, from the button on the receipt."""
    return opened(send(citizen.client, receipt.form("/query")))


def code_in(page: Page) -> tuple[str, str]:
    held = page.form("/query").values
    return held["number"][0], held["query_code"][0]


def stored(world: World) -> list[Any]:
    with world.engine.connect() as db:
        return list(db.execute(select(complaints, cases.c.unproven).join(cases)).all())


def picture(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()
