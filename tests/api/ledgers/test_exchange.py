"""Ledgers in and out over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from starlette.testclient import TestClient

from api.routes.ledgers import exchange
from models.documents.xlsx_guarding import MOST_FILE_BYTES
from models.domain.drafts import Place
from models.domain.geo import Datum
from models.domain.ids import uuid7
from models.domain.rectification.drafts import ItemDraft
from models.domain.rectification.words import Level, Stage
from models.operations.ledgers import items
from models.operations.ledgers.exchange import registered, weighing
from models.tables.base import metadata
from models.tables.journal import journal
from tests.documents import books
from tests.factories import COUNTY, HOUSING, NOW, TOWN, TOWN_HALL, World
from tests.operations.ledgers import stories

As = Callable[[str], dict[str, str]]


def filled(world: World, count: int) -> UUID:
    """A ledger with so many different items."""
    ledger_id = stories.ledger(world, batch="2026年第一批")
    drafts = [draft(world, ledger_id, n) for n in range(1, count + 1)]
    with world.act("office") as act:
        for one in drafts:
            items.enter(act, one, {})
    return ledger_id


def draft(world: World, ledger_id: UUID, n: int) -> ItemDraft:
    """The n-th item: some have a plan already, some have not."""
    return stories.item_draft(
        world,
        ledger_id,
        id=uuid7(NOW),
        problem_no=f"样例-{n:03d}",
        title=f"=1+{n} 号水渠黑臭",
        text=f"第{n}处：<水渠>发黑 & 发臭。\n+86 沿线{n}处直排。",
        place=Place(TOWN, f"样例村{n}组", round(111.4 + n / 1000, 3), 27.3, Datum.GCJ02),
        goal="消除黑臭" if n % 2 else None,
        measures="截污、清淤" if n % 3 else None,
        checklist=("截污完成", "清淤完成") if n % 2 else (),
        due_on=date(2027, 3, 31) if n % 4 else None,
        stage=Stage.SHORT if n % 2 else None,
        joint=(world.unit(HOUSING),) if n % 5 == 0 else (),
        responsible_person="样甲" if n % 2 else None,
        level=Level.COUNTY,
    )


def exported(client: TestClient, ledger_id: UUID, headers: dict[str, str], **query: Any) -> bytes:
    answer = client.get(f"/v1/ledgers/{ledger_id}/export.xlsx", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


def sent(client: TestClient, ledger_id: UUID, headers: dict[str, str], data: bytes, **query: Any) -> Any:
    return client.post(f"/v1/ledgers/{ledger_id}/import", headers=headers, content=data, params=query)


def cells(data: bytes) -> dict[str, list[Any]]:
    """The columns of an export by heading."""
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    columns = {}
    for column in sheet.iter_cols(min_row=3, values_only=True):
        columns[column[1] or column[0]] = list(column[2:])
    return columns


def rows_of(world: World) -> dict[str, list[Any]]:
    """Everything in the database but the sessions of those who ask, and the keys of requests."""
    passing = ("account", "idempotency", "login_session", "token")
    kept = (table for table in metadata.sorted_tables if table.name not in passing)
    with world.engine.connect() as db:
        return {table.name: list(db.execute(table.select()).all()) for table in kept}


def verbs(world: World) -> list[str]:
    with world.engine.connect() as db:
        rows = db.execute(select(journal.c.payload).where(journal.c.chain == COUNTY).order_by(journal.c.seq))
        return [json.loads(payload)["verb"] for payload in rows.scalars()]


def one_row(number: str = "新-1", **changed: Any) -> tuple[Any, ...]:
    values = {"no": number, "day": "2026-11-20", "text": "水渠黑臭", "place": "村口", "unit": "区住建局"}
    return tuple((values | changed).values())


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


def test_an_exported_ledger_is_imported_without_change(client: TestClient, as_: As, world: World) -> None:
    """An export of 30 items, read back equal, says 30 unchanged and writes nothing."""
    ledger_id = filled(world, 30)
    data = exported(client, ledger_id, as_("office"))
    before = rows_of(world)
    preview = sent(client, ledger_id, as_("office"), data, preview="true").json()
    assert (preview["rows"], preview["created"], preview["unchanged"]) == (30, 0, 30), preview["errors"]
    done = sent(client, ledger_id, as_("office"), data)
    assert (done.status_code, done.json()["created"], done.json()["unchanged"]) == (200, 0, 30), done.text
    assert rows_of(world) == before
    assert exported(client, ledger_id, as_("office")) == data


def test_an_export_shows_what_is_registered(client: TestClient, as_: As, world: World) -> None:
    """Texts, dates, units, places and the words of progress stand under their headings as text."""
    ledger_id = filled(world, 5)
    shown = cells(exported(client, ledger_id, as_("office")))
    assert shown["序号"] == [1, 2, 3, 4, 5]
    assert shown["问题编号"] == [f"样例-{n:03d}" for n in range(1, 6)]
    assert shown["问题标题"][0] == "=1+1 号水渠黑臭"
    assert shown["问题描述"][2] == "第3处：<水渠>发黑 & 发臭。\n+86 沿线3处直排。"
    assert shown["整改时限"] == ["2027-03-31"] * 3 + [None, "2027-03-31"]
    assert shown["责任单位"] == [TOWN_HALL] * 5
    assert shown["会同单位"] == [None] * 4 + [HOUSING]
    assert (shown["经度"][0], shown["坐标系"][0], shown["行政区划"][0]) == ("111.401", "GCJ-02", "陈家桥镇")
    assert (shown["销号标准"][0], shown["完成状态"][0]) == ("截污完成\n清淤完成", "未启动")
    assert (shown["整改轮次"][0], shown["完成比例(%)"][0]) == (1, 0)


def test_an_export_is_marked_named_and_put_down(client: TestClient, as_: As, world: World) -> None:
    """A sample says so in title and footer; the name of the file tells nobody's; the journal holds the count."""
    ledger_id = filled(world, 2)
    answer = client.get(f"/v1/ledgers/{ledger_id}/export.xlsx", headers=as_("office"))
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''%E6%95%B4")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["cache-control"] == "private, no-store"
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert "示例数据" in str(sheet.cell(1, 1).value)
    assert "共 2 项" in str(sheet.cell(2, 1).value)
    assert "示例数据" in sheet.oddFooter.left.text
    assert verbs(world)[-1] == "ledger.export"


def test_an_export_of_the_public_table(client: TestClient, as_: As, world: World) -> None:
    """The published table of the inspectorate has its own columns, and cannot be imported."""
    ledger_id = filled(world, 2)
    data = exported(client, ledger_id, as_("office"), layout="inspectorate")
    shown = cells(data)
    assert shown["受理编号"] == ["样例-001", "样例-002"]
    assert shown["是否办结"] == ["未办结（正在办理）"] * 2
    assert errors(sent(client, ledger_id, as_("office"), data, layout="inspectorate")) == {
        "query:/layout": "unknown_layout"
    }
    refused = client.get(
        f"/v1/ledgers/{ledger_id}/export.xlsx", headers=as_("office"), params={"layout": "x"}
    )
    assert errors(refused) == {"query:/layout": "unknown_layout"}


def test_an_export_shows_what_its_reader_sees(client: TestClient, as_: As, world: World) -> None:
    """The liaison of a responsible unit gets the items of that unit only."""
    ledger_id = stories.ledger(world)
    drafts = [
        stories.item_draft(world, ledger_id, problem_no="甲-1"),
        stories.item_draft(
            world, ledger_id, problem_no="甲-2", responsible=(world.unit(HOUSING),), lead=None
        ),
    ]
    with world.act("office") as act:
        for one in drafts:
            items.enter(act, one, {})
    assert cells(exported(client, ledger_id, as_("liaison")))["问题编号"] == ["甲-1"]
    assert cells(exported(client, ledger_id, as_("office")))["问题编号"] == ["甲-1", "甲-2"]


def test_more_than_one_page_is_exported(
    client: TestClient, as_: As, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of several pages follow each other without gap or twin."""
    ledger_id = filled(world, 7)
    monkeypatch.setattr(registered, "PAGE", 3)
    registered._page.cache_clear()
    try:
        data = exported(client, ledger_id, as_("office"))
        assert cells(data)["问题编号"] == [f"样例-{n:03d}" for n in range(1, 8)]
        assert sent(client, ledger_id, as_("office"), data).json()["unchanged"] == 7
    finally:
        registered._page.cache_clear()


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


def test_who_may_not_is_refused_before_the_file_is_read(client: TestClient, as_: As, world: World) -> None:
    """401, 404 and 403 come before what is wrong with the file."""
    ledger_id, absent = stories.ledger(world), uuid7(NOW)
    for path in ("export.xlsx", "blank.xlsx"):
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer " + "x" * 43}, 401),
            (as_("admin"), 403),
            (as_("stranger_inspector"), 404),
        ):
            assert client.get(f"/v1/ledgers/{ledger_id}/{path}", headers=headers).status_code == status
        assert client.get(f"/v1/ledgers/{absent}/{path}", headers=as_("office")).status_code == 404
    assert sent(client, ledger_id, {}, b"x").json()["code"] == "unauthenticated"
    ended = sent(client, ledger_id, {"Authorization": "Bearer " + "x" * 43}, b"x")
    assert ended.json()["code"] == "session_ended"
    assert sent(client, ledger_id, as_("liaison"), b"x").status_code == 403
    assert sent(client, absent, as_("office"), b"x").status_code == 404
