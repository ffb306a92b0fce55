"""Ledgers in and out over HTTP: out, and out and in again."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from models.operations.ledgers import items
from models.operations.ledgers.exchange import registered
from tests.api.ledgers.exchanged import (
    As,
    cells,
    errors,
    exported,
    filled,
    rows_of,
    sent,
    verbs,
)
from tests.factories import HOUSING, NOW, TOWN_HALL, World
from tests.operations.ledgers import stories


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
