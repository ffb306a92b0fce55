"""
A ledger out and in again over real HTTP, and how large a table gets cheaply.

``uv run --frozen python -m tests.ledger_exchange sqlite|postgresql [--large 10000]``. A new database; 300 fictional
items are imported, exported, read back by openpyxl cell by cell, and imported again without a row written; each kind
of bad file is refused with its cell. Then a large ledger is imported and exported, and a table of 100,000 rows is
written by itself in a process of its own. Printed: rows a second and peak resident memory. Loopback only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2
from openpyxl import load_workbook
from sqlalchemy import func, select

from models.db.engines import open_engine
from models.documents.xlsx_writing import Sheet
from models.operations.ledgers.exchange.registered import layout_of
from models.operations.ledgers.exchange.weighing import MOST_NEW
from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from models.tables.journal import journal
from models.vault import Vault
from tests import factories, postgres
from tests.benchmarks.http import free_port, process
from tests.documents import books
from tests.factories import HOUSING, KEYS, NOW, TOWN_HALL, World
from tests.operations.ledgers import stories

ITEMS: Final = 300
ALONE: Final = 100_000
HEADINGS: Final = (
    *(
        "问题编号",
        "交办日期",
        "问题标题",
        "问题描述",
        "行政区划",
        "地点",
        "经度",
        "纬度",
        "坐标系",
        "污染类别",
    ),
    *("整改目标", "整改措施", "责任单位", "责任人", "牵头单位", "整改时限", "整改时限类型", "销号标准"),
)


def item(n: int) -> tuple[str | None, ...]:
    """The n-th fictional item as a row: some begin like formulas, some cells are empty."""
    place = (str(round(111.4 + n / 1e5, 5)), str(round(27.2 + n / 1e5, 5)), "GCJ-02")
    return (
        *(
            f"样例-{n:05d}",
            "2026-11-20",
            f"=1+{n}号水渠黑臭",
            f"第{n}处：<水渠>发黑 & 发臭。\n+86 沿线{n}处直排。",
        ),
        *("陈家桥镇", f"样例村{n}组", *(place if n % 3 else (None, None, None)), "水/黑臭水体"),
        *(f"2027年消除黑臭（{n}）" if n % 4 else None, f"截污{n}处、清淤" if n % 5 else None),
        *(TOWN_HALL, "样例镇长", HOUSING, "2027-03-31" if n % 2 else None, "短期", "截污完成\n清淤完成"),
    )


def peak_mib(pid: int) -> int:
    """The most memory a process has had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


class Desk:
    """The office at its ledgers, over HTTP."""

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        candidate = Candidate(world.account("office"), None)
        with world.act(now=NOW) as act:
            pair = sessions.begin(act, candidate, login="office", network="test", device="测试机", good=True)
        headers = {"Authorization": f"Bearer {pair.access_token}"}
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600)

    def send(self, ledger_id: UUID, data: bytes, **query: str) -> Any:
        answer = self.client.post(f"/v1/ledgers/{ledger_id}/import", content=data, params=query)
        return answer.json() | {"status": answer.status_code}

    def take(self, ledger_id: UUID) -> bytes:
        answer = self.client.get(f"/v1/ledgers/{ledger_id}/export.xlsx")
        assert answer.status_code == 200, answer.text
        return answer.content

    def journalled(self) -> int:
        with self.world.engine.connect() as db:
            return int(db.execute(select(func.count()).select_from(journal)).scalar_one())


def out_and_in(desk: Desk) -> dict[str, Any]:
    """300 items in, out, read back equal, in again."""
    ledger_id = stories.ledger(desk.world)
    rows = [item(n) for n in range(1, ITEMS + 1)]
    began = time.monotonic()
    made = desk.send(ledger_id, books.table(rows, headings=HEADINGS))
    assert made.get("created") == ITEMS, str(made)[:500]
    imported = time.monotonic() - began
    data = desk.take(ledger_id)
    assert read_back(data) == rows, "what was exported is not what was imported"
    before = desk.journalled()
    preview = desk.send(ledger_id, data, preview="true")
    again = desk.send(ledger_id, data)
    for told in (preview, again):
        assert (told["created"], told["unchanged"], told["error_count"]) == (0, ITEMS, 0), str(told)[:500]
    assert desk.journalled() == before
    return {"items": ITEMS, "import_seconds": round(imported, 2), "unchanged": again["unchanged"]}


def read_back(data: bytes) -> list[tuple[str | None, ...]]:
    """The rows of an export, in the order of ``HEADINGS``."""
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    places = {column[1].value or column[0].value: column[0].column for column in sheet.iter_cols(min_row=3)}
    rows = sheet.iter_rows(min_row=5, values_only=True)
    return [tuple(row[places[heading] - 1] for heading in HEADINGS) for row in rows]


def bad_files(desk: Desk) -> dict[str, str]:
    """One of each kind; the cell that is named, or the kind of file."""
    ledger_id = stories.ledger(desk.world)
    head, good = books.row_xml(1, books.HEADINGS), ("新-1", "2026-11-20", "水渠黑臭", "村口", TOWN_HALL)
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    uncounted = '<row r="2"><c r="A2"><f>1+1</f></c></row>'
    files = {
        "旧版xls": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "csv": "问题编号,地点".encode("gb18030"),
        "空文件": b"",
        "残缺": books.table([good])[:900],
        "实体炸弹": books.packed('<!DOCTYPE a [<!ENTITY b "c">]>' + books.sheet_xml(head)),
        "压缩炸弹": books.packed(books.sheet_xml("<row/>" * 1_000_000)),
        "稀疏炸弹": books.packed(books.sheet_xml(head + far)),
        "没有表头": books.table([("1",)], headings=("甲",)),
        "表头重复": books.table([good], headings=(*books.HEADINGS[:4], "具体地点")),
        "公式无结果": books.packed(books.sheet_xml(head + uncounted)),
        "日期不对": books.table([good, ("新-2", "2026年底", *good[2:])]),
        "单位不对": books.table([good, ("新-2", *good[1:4], "水利局")]),
        "编号重复": books.table([good, good]),
        "缺必填": books.table([good, ("新-2", *good[1:3], None, TOWN_HALL)]),
        "合并未拆": books.table([good, ("新-2", *good[1:])], merged=["C3:C4"]),
    }
    told = {}
    for name, data in files.items():
        answer = desk.send(ledger_id, data)
        assert answer["status"] == 422, (name, answer)
        told[name] = "、".join(f"{one['pointer']} {one['code']}".strip() for one in answer["errors"])
    assert desk.take(ledger_id)  # still serving, and nothing was imported
    return told


def large(desk: Desk, pid: int, count: int) -> dict[str, Any]:
    """A ledger of many items, imported in as many tables as it takes and exported whole."""
    ledger_id = stories.ledger(desk.world)
    began = time.monotonic()
    for first in range(1, count + 1, MOST_NEW):
        rows = [item(n) for n in range(first, min(first + MOST_NEW, count + 1))]
        told = desk.send(ledger_id, books.table(rows, headings=HEADINGS))
        assert told.get("created") == len(rows), str(told)[:500]
    imported, peak = time.monotonic() - began, peak_mib(pid)
    began = time.monotonic()
    data = desk.take(ledger_id)
    exported = time.monotonic() - began
    assert len(read_back(data)) == count
    return {
        "rows": count,
        "import_rows_per_second": round(count / imported),
        "peak_mib_after_import": peak,
        "export_rows_per_second": round(count / exported),
        "export_bytes": len(data),
        "peak_mib": peak_mib(pid),
    }


def alone(count: int) -> dict[str, Any]:
    """A table written by itself, in this process."""
    layout = layout_of("rectification")
    places = {column.heading: place for place, column in enumerate(layout.columns)}
    before = peak_mib(os.getpid())
    began = time.monotonic()
    with tempfile.TemporaryFile() as file, Sheet(file, layout, title="示例", note="", footer="示例") as sheet:
        for n in range(1, count + 1):
            row: list[str | int | None] = [None] * len(layout.columns)
            for heading, value in zip(HEADINGS, item(n), strict=True):
                row[places[heading]] = value
            row[0] = n
            sheet.add([row])
        sheet.close()
        size = file.seek(0, 2)
    seconds = time.monotonic() - began
    return {
        "rows": count,
        "columns": len(layout.columns),
        "seconds": round(seconds, 1),
        "rows_per_second": round(count / seconds),
        "bytes": size,
        "mib_before": before,
        "peak_mib": peak_mib(os.getpid()),
    }


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("database", choices=["sqlite", "postgresql", "alone"])
    reading.add_argument("--large", type=int, default=10_000)
    given = reading.parse_args()
    if given.database == "alone":
        print(json.dumps(alone(ALONE)))
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="huanxun-exchange-"))
        url = f"sqlite:///{folder}/huanxun.db"
        if given.database == "postgresql":
            server = stack.enter_context(postgres.server_url())
            postgres.create(server, "exchange")
            stack.callback(postgres.drop, server, "exchange")
            url = postgres.with_database(server, "exchange")
        engine = open_engine(url)
        stack.callback(engine.dispose)
        factories.people_it(engine)
        port = free_port()
        served = ["tests.benchmarks.served", str(port), url]
        child = stack.enter_context(process(served, port, "/v1/health/live"))
        desk = Desk(World(url, engine, Vault(KEYS)), port)
        report: dict[str, Any] = {"database": given.database, "out_and_in": out_and_in(desk)}
        report["refused"] = bad_files(desk)
        if given.large:
            report["large"] = large(desk, child.pid, given.large)
        by_itself = subprocess.check_output([sys.executable, "-m", "tests.ledger_exchange", "alone"])
        report["alone"] = json.loads(by_itself)
        print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
