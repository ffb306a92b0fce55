"""The files of a month over HTTP: what they are called, what they carry, when there are none."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from docx import Document
from openpyxl import load_workbook
from starlette.testclient import TestClient

from tests.api.publishing.asking import As, code
from tests.factories import World
from tests.operations.ledgers.stories import rectifying
from tests.operations.periods.stories import filled, frozen, opened

PERIODS = "/v1/ledgers/periods"


def test_the_files_of_a_month(client: TestClient, as_: As, world: World) -> None:
    """Both are sent under a Chinese name, kept by nobody on the way, and open in another library."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    frozen(world, period_id)
    one = f"{PERIODS}/{period_id}"
    paper = client.get(f"{one}/bulletin.docx", headers=as_("supervisor"))
    assert paper.headers["content-type"].endswith("wordprocessingml.document")
    assert paper.headers["content-disposition"] == (
        f"attachment; filename*=UTF-8''{quote('2026-11调度简报.docx')}"
    )
    assert paper.headers["cache-control"] == "private, no-store"
    assert "北塔区突出生态环境问题整改调度简报" in [
        paragraph.text for paragraph in Document(BytesIO(paper.content)).paragraphs
    ]
    table = client.get(f"{one}/table.xlsx", params={"layout": "city"}, headers=as_("office"))
    assert table.headers["content-type"].endswith("spreadsheetml.sheet")
    book = load_workbook(BytesIO(table.content))
    assert book.worksheets[0].title == "进展汇总"


def test_no_file_of_an_open_month_or_an_unknown_layout(client: TestClient, as_: As, world: World) -> None:
    """A bulletin is made of a snapshot only, a table in layouts that somebody has asked for."""
    one = f"{PERIODS}/{opened(world)}"
    assert code(client.get(f"{one}/bulletin.docx", headers=as_("office"))) == "409 conflict"
    strange = client.get(f"{one}/table.xlsx", params={"layout": "nobody"}, headers=as_("office"))
    assert code(strange) == "422 invalid"
    assert "city、county" in strange.json()["errors"][0]["message"]
    assert client.get(f"{one}/table.xlsx", headers=as_("office")).status_code == 200


def test_correcting_refused(client: TestClient, as_: As, world: World) -> None:
    """No correction of an open month, of what is not in the month, to another kind of value, or to the same."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    path = f"{PERIODS}/{period_id}/corrections"
    body = {"case_id": str(case_id), "field": "percent", "after": 45, "reason": "录入有误"}
    assert code(client.post(path, json=body, headers=as_("office"))) == "409 conflict"
    frozen(world, period_id)
    for wrong in ({"after": "四十"}, {"after": 101}, {"after": 40}, {"after": True}, {"field": "word"}):
        answer = client.post(path, json=body | wrong, headers=as_("office"))
        assert code(answer) == "422 invalid", wrong
    other = body | {"case_id": "01a205ea-be80-7e71-b7ca-927d3e44f74d"}
    assert code(client.post(path, json=other, headers=as_("office"))) == "404 not_found"
