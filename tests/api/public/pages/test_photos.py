"""Photos with a plain form, and forms that cannot be taken now: the words are never lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select

from api.limits import Gate
from models.domain.errors import Unavailable
from models.domain.public.limits import PublicLimits
from models.tables.public import evidence
from models.vault import Vault
from tests.api.public.conftest import Citizen
from tests.api.public.pages.browser import opened, send
from tests.api.public.pages.filling import (
    FILLED,
    POSTED,
    XSS,
    form_of,
    picture,
    stored,
    submitted,
)
from tests.conftest import Clock
from tests.factories import KEYS, World

# — photos —


def test_a_failing_photo_harms_nothing(citizen: Citizen, clock: Clock, world: World) -> None:
    """Words and good photos are kept; each that was not taken is named with its reason; a repeat doubles none."""
    form = form_of(citizen, clock)
    files = [
        ("photos", ("好.jpg", picture())),
        ("photos", (f"{XSS}.jpg", b"MZ no picture at all")),
        ("photos", ("空.jpg", b"")),
    ]
    for _ in range(2):
        page = opened(send(citizen.client, form, **FILLED, files=files))
        assert "文字已经收到" in page.words
        assert "照片收到 1 张" in page.words
        assert "第 2 张" in page.words
        assert "第 3 张" in page.words
    (row,) = stored(world)
    with world.engine.connect() as db:
        (kept,) = db.execute(select(evidence)).all()
    assert kept.complaint_id == row.id
    assert kept.sealed


def test_photos_can_follow(citizen: Citizen, clock: Clock, world: World) -> None:
    """Photos may be sent from the receipt, afterwards; a tenth is told and left out."""
    receipt = submitted(citizen, clock)
    more = receipt.form("/messages", kind="supplement")
    files = [("photos", (f"{n}.jpg", picture(f"#{n}0{n}000"))) for n in range(10)]
    page = opened(send(citizen.client, more, files=files))
    assert "照片收到 9 张" in page.words
    assert "第 10 张" in page.words
    (row,) = stored(world)
    with world.engine.connect() as db:
        assert {one.complaint_id for one in db.execute(select(evidence)).all()} == {row.id}


def test_a_broken_line_keeps_the_words(citizen: Citizen, clock: Clock, world: World) -> None:
    """A line that breaks within the photos stores the words; the same form sent again is the same complaint."""
    form = form_of(citizen, clock)
    values = form.values | {name.replace("__", "."): [value] for name, value in FILLED.items()}
    sent = citizen.client.build_request(
        "POST", form.action, data=values, files=[("photos", ("a.jpg", picture()))]
    )
    body = sent.read()
    came = iter([body[: len(body) - 500]])

    async def receive() -> dict[str, Any]:
        chunk = next(came, None)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send_nowhere(message: Any) -> None:
        del message

    names = [(name.lower().encode(), value.encode()) for name, value in sent.headers.items()]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": POSTED,
        "raw_path": POSTED.encode(),
    }
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "headers": names}
    scope |= {"client": ("203.0.113.7", 1), "server": ("testserver", 80)}
    assert citizen.client.portal is not None
    citizen.client.portal.call(citizen.client.app, scope, receive, send_nowhere)
    (row,) = stored(world)
    page = opened(send(citizen.client, form, **FILLED, files=[("photos", ("a.jpg", picture()))]))
    assert "照片收到 1 张" in page.words
    assert [one.id for one in stored(world)] == [row.id]


def test_a_form_too_large_is_told_on_a_page(citizen: Citizen, clock: Clock) -> None:
    """Photos beyond all limits give 413 as a page that says how many are taken."""
    form = form_of(citizen, clock)
    head = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(10**9)}
    answer = citizen.client.post(form.action, content=b"--x--\r\n", headers=head)
    assert answer.status_code == 413
    assert "60 MB" in opened(answer).words


# — when it cannot be now —


def test_too_many_forms_lose_nothing(citizen: Citizen, clock: Clock) -> None:
    """Beyond the limit of plain forms the page says when to come again and whom to call, with all that was typed."""
    citizen.client.app.state.gate.limits = PublicLimits(plain_forms_per_network_hour=1)  # type: ignore[attr-defined]
    submitted(citizen, clock)
    answer = send(citizen.client, form_of(citizen, clock), **FILLED)
    page = opened(answer)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 60) == (429, True)
    assert "分钟后再试" in page.words
    assert page.form("/complaints").values["words"] == [FILLED["words"]]
    large = send(citizen.client, form_of(citizen, clock), **FILLED, files=[("photos", ("a", b"x" * 300_000))])
    assert large.status_code == 429
    assert "12345" in opened(large).words


@pytest.mark.parametrize("content", [b"--y\r\nnonsense", b"\xff\xfe"])
def test_what_is_no_form_is_told_on_a_page(citizen: Citizen, content: bytes) -> None:
    """A body that is no form gives 400 as a page."""
    answer: Response = citizen.client.post(
        POSTED, content=content, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 400
    opened(answer)


@pytest.mark.parametrize(("wrong", "status"), [(Unavailable(), 503), (RuntimeError(), 500)])
def test_our_own_faults_name_the_phone(citizen: Citizen, clock: Clock, wrong: Exception, status: int) -> None:
    """When we are busy or broken, the page names 12345 and the office hours; when busy, it has all that was typed."""

    class Failing(Gate):
        def admit_unproven(self, network: str, now: datetime) -> None:
            raise wrong

    form = form_of(citizen, clock)
    citizen.client.app.state.gate = Failing(Vault(KEYS))  # type: ignore[attr-defined]
    answer = send(citizen.client, form, **FILLED)
    page = opened(answer)
    assert answer.status_code == status
    assert "12345" in page.words
    assert "工作日 8:30" in page.words
    if status == 503:
        assert answer.headers["retry-after"]
        assert page.form("/complaints").values["words"] == [FILLED["words"]]
