"""Tables into a ledger over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.routes.ledgers import exchange
from models.documents.xlsx_guarding import MOST_FILE_BYTES
from models.operations.ledgers.exchange import weighing
from tests.api.ledgers.exchanged import (
    As,
    cells,
    errors,
    exported,
    filled,
    one_row,
    rows_of,
    sent,
    verbs,
)
from tests.documents import books
from tests.factories import HOUSING, TOWN_HALL, World
from tests.operations.ledgers import stories


def test_a_blank_table_is_filled_and_imported(client: TestClient, as_: As, world: World) -> None:
    """The blank table has the headings only; filled in, every row becomes an item, and again changes nothing."""
    ledger_id = stories.ledger(world)
    blank = client.get(f"/v1/ledgers/{ledger_id}/blank.xlsx", headers=as_("office")).content
    book = load_workbook(BytesIO(blank))
    sheet = book.worksheets[0]
    places = {column[1].value or column[0].value: column[0].column for column in sheet.iter_cols(min_row=3)}
    filled_in = {
        "问题编号": "新-1",
        "交办日期": date(2026, 11, 20),
        "问题描述": "水渠发黑发臭。沿线直排。",
        "地点": "样例村口",
        "责任单位": "陈家桥镇人民政府、区住建局",
        "整改时限": "2027年3月31日",
        "经度": 111.41,
        "纬度": 27.31,
        "坐标系": "CGCS2000",
        "污染类别": "黑臭水体",
    }
    for heading, value in filled_in.items():
        sheet.cell(5, places[heading], value)
    data = books.saved(book)
    done = sent(client, ledger_id, as_("office"), data)
    assert (done.status_code, done.json()["created"], done.json()["unchanged"]) == (200, 1, 0), done.text
    assert verbs(world)[-1] == "ledger.import"
    shown = {
        heading: column[0] for heading, column in cells(exported(client, ledger_id, as_("office"))).items()
    }
    assert shown["问题标题"] == "水渠发黑发臭"
    assert shown["责任单位"] == f"{TOWN_HALL}、{HOUSING}" or shown["责任单位"] == f"{HOUSING}、{TOWN_HALL}"
    assert (shown["整改时限"], shown["污染类别"], shown["审批层级"]) == ("2027-03-31", "水/黑臭水体", "区县")
    again = sent(client, ledger_id, as_("office"), data)
    assert (again.json()["created"], again.json()["unchanged"]) == (0, 1)


def test_a_preview_shows_everything_and_writes_nothing(client: TestClient, as_: As, world: World) -> None:
    """The preview tells columns, columns not read, first rows, counts and every error by cell."""
    ledger_id = filled(world, 1)
    data = books.table(
        [
            (1, *one_row("样例-001"), "x"),
            (2, *one_row("新-2"), None),
            (3, *one_row("新-3", day="2026年底", unit="水利局"), None),
        ],
        headings=("序号", *books.HEADINGS, "乱七八糟"),
    )
    as_("office")  # signing in is put down
    before = rows_of(world)
    answer = sent(client, ledger_id, as_("office"), data, preview="true")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["sheet"], told["header_row"], told["preview"]) == ("Sheet1", 2, True)
    assert told["columns"][0] == {"cell": "B2", "field": "problem_no", "heading": "问题编号"}
    assert [one["cell"] for one in told["remarks"]] == ["A2", "G2"]
    assert told["first_rows"][0][0] == {"cell": "B3", "heading": "问题编号", "text": "样例-001"}
    assert (told["rows"], told["created"], told["unchanged"], told["different"]) == (2, 1, 0, 1)
    assert [(one["pointer"], one["code"]) for one in told["errors"]] == [
        ("D3", "different"),
        ("E3", "different"),
        ("F3", "different"),
        ("C5", "bad_date"),
        ("F5", "unknown_unit"),
    ]
    assert told["error_count"] == 5
    assert rows_of(world) == before


def test_all_or_nothing(client: TestClient, as_: As, world: World) -> None:
    """One wrong cell, and no row is imported; the refusal names the cell and what is expected."""
    ledger_id = stories.ledger(world)
    as_("office")  # signing in is put down
    before = rows_of(world)
    data = books.table([one_row("新-1"), one_row("新-2", day="13800000202")])
    answer = sent(client, ledger_id, as_("office"), data)
    assert errors(answer) == {"B4": "bad_date"}
    assert "13800000202" not in answer.text
    assert "一行都没有导入" in answer.json()["detail"]
    assert rows_of(world) == before


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("交办日期", "2026-11-24", "in_future"),
        ("交办日期", "2026-11-19", "different"),
        ("整改时限", "2026-01-01", "before_listed"),
        ("问题来源", "省督察", "other_ledger"),
        ("轮次批次", "第二批", "other_ledger"),
        ("行政区划", "430502", "outside"),
        ("整改轮次", 2, "unknown_round"),
    ],
)
def test_a_row_that_does_not_fit_is_named(
    client: TestClient, as_: As, world: World, heading: str, value: Any, code: str
) -> None:
    """Days to come, another ledger's rows, other divisions, unknown rounds and changed items are refused by cell."""
    ledger_id = filled(world, 1)
    number = "样例-001" if code == "different" else "新-9"
    fields = dict(zip(books.HEADINGS, one_row(number), strict=True)) | {heading: value}
    data = books.table([tuple(fields.values())], headings=tuple(fields))
    place = list(fields).index(heading)
    assert errors(sent(client, ledger_id, as_("office"), data))[f"{chr(65 + place)}3"] == code


def test_too_many_new_items_are_told_to_be_divided(
    client: TestClient, as_: As, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first new item beyond the limit of one import is named; those already registered do not count."""
    ledger_id = stories.ledger(world)
    monkeypatch.setattr(weighing, "MOST_NEW", 2)
    rows = [one_row(f"新-{n}") for n in range(1, 4)]
    assert errors(sent(client, ledger_id, as_("office"), books.table(rows))) == {"A5": "too_many_new"}
    assert sent(client, ledger_id, as_("office"), books.table(rows[:2])).json()["created"] == 2
    assert sent(client, ledger_id, as_("office"), books.table(rows)).json()["created"] == 1


def test_each_kind_of_bad_file_is_refused(client: TestClient, as_: As, world: World) -> None:
    """Whatever is no workbook, or a harmful one, is 422 with what it is, and nothing is written."""
    ledger_id = stories.ledger(world)
    head = books.row_xml(1, books.HEADINGS)
    as_("office")  # signing in is put down
    before = rows_of(world)
    for code, data in {
        "ole": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "not_xlsx": "问题编号,地点".encode(),
        "empty": b"",
        "damaged": books.table([one_row()])[:900],
        "xlsb": books.packed(books.sheet_xml(head), {"xl/workbook.bin": b"x"}),
        "entities": books.packed('<!DOCTYPE a [<!ENTITY b "c">]>' + books.sheet_xml(head)),
        "bomb": books.packed(books.sheet_xml("<row/>" * 1_000_000)),
        "too_far": books.packed(
            books.sheet_xml(head + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
        ),
        "no_header": books.table([("1",)], headings=("甲",)),
        "repeated_heading": books.table([one_row()], headings=("存在问题", *books.HEADINGS)),
        "no_rows": books.table([]),
    }.items():
        for preview in ("false", "true") if code not in ("repeated_heading", "no_rows") else ("false",):
            answer = sent(client, ledger_id, as_("office"), data, preview=preview)
            assert code in errors(answer).values(), answer.text
    assert rows_of(world) == before


def test_a_retry_with_a_key_gives_the_same_answer(client: TestClient, as_: As, world: World) -> None:
    """The same file under the same key is answered the same; another file under it is refused."""
    ledger_id = stories.ledger(world)
    headers = as_("office") | {"Idempotency-Key": "import-0001"}
    data = books.table([one_row("新-1"), one_row("新-2")])
    first = sent(client, ledger_id, headers, data)
    assert first.json()["created"] == 2
    before = rows_of(world)
    assert sent(client, ledger_id, headers, data).json() == first.json()
    assert rows_of(world) == before
    other = sent(client, ledger_id, headers, books.table([one_row("新-3")]))
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


def test_a_published_batch_is_not_imported_into(client: TestClient, as_: As, world: World) -> None:
    """A read-only ledger refuses an import and its preview."""
    ledger_id = stories.ledger(world, read_only=True)
    for preview in ("true", "false"):
        answer = sent(client, ledger_id, as_("office"), books.table([one_row()]), preview=preview)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_large_body_is_refused(client: TestClient, as_: As, world: World) -> None:
    """More than 10 MB are 413 with the way out."""
    ledger_id = stories.ledger(world)
    answer = sent(client, ledger_id, as_("office"), b"PK" + b"\0" * MOST_FILE_BYTES)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "10 MB" in answer.json()["detail"]


def test_too_many_at_once_are_told_to_come_again(
    client: TestClient, as_: As, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the threads are taken and the queue is full, the answer is 503 and nothing is written."""
    ledger_id = stories.ledger(world)
    monkeypatch.setattr(exchange, "MOST_AT_ONCE", 0)
    for answer in (
        client.get(f"/v1/ledgers/{ledger_id}/export.xlsx", headers=as_("office")),
        client.get(f"/v1/ledgers/{ledger_id}/blank.xlsx", headers=as_("office")),
        sent(client, ledger_id, as_("office"), books.table([one_row()])),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_the_same_table_at_the_same_time_makes_no_twins(client: TestClient, as_: As, world: World) -> None:
    """Four imports of one file in parallel make each item once; all four are answered."""
    ledger_id, headers = stories.ledger(world), as_("office")
    data = books.table([one_row(f"新-{n}") for n in range(1, 6)])
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: sent(client, ledger_id, headers, data), range(4)))
    assert [one.status_code for one in answers] == [200] * 4, [one.text for one in answers]
    assert sorted(one.json()["created"] for one in answers) == [0, 0, 0, 5]
    assert cells(exported(client, ledger_id, headers))["问题编号"] == [f"新-{n}" for n in range(1, 6)]
