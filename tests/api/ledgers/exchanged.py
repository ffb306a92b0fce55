"""A ledger to take out and bring in, and how it is asked for over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from openpyxl import load_workbook
from sqlalchemy import select
from starlette.testclient import TestClient

from models.domain.drafts import Place
from models.domain.geo import Datum
from models.domain.ids import uuid7
from models.domain.rectification.drafts import ItemDraft
from models.domain.rectification.words import Level, Stage
from models.operations.ledgers import items
from models.tables.base import metadata
from models.tables.journal import journal
from tests.factories import COUNTY, HOUSING, NOW, TOWN, World
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
