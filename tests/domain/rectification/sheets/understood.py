"""A sheet, names and columns for tests of what cells hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from models.domain.rectification.sheets import entries, headings
from models.domain.rectification.sheets.cells import understood
from models.domain.rectification.sheets.entries import Read
from models.domain.rectification.sheets.grids import Grid
from models.domain.rectification.sheets.headings import Headings
from models.domain.rectification.sheets.layouts import Column, Field
from models.domain.rectification.sheets.names import Names, NotUnderstood
from models.operations.ledgers.exchange.registered import layout_of

LAYOUT = layout_of("rectification")
TOWN, HOUSING, BUREAU = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = Names(
    {
        "陈家桥镇人民政府": (TOWN,),
        "区住建局": (HOUSING,),
        "市生态环境局北塔分局": (BUREAU,),
        "邻区住建局": (UUID(int=4),),
    },
    {"陈家桥镇": ("430511101",), "430511101": ("430511101",), "城关镇": ("1", "2")},
    {"水/黑臭水体": ("水/黑臭水体",), "黑臭水体": ("水/黑臭水体",), "其他": ("水/其他", "大气/其他")},
    "大气、水",
)
HEAD = ("问题编号", "交办日期", "问题描述", "地点", "责任单位")
ROW = ("样例-1", "2026-11-20", "水渠黑臭", "村口", "区住建局")


def grid(*rows: Sequence[Any], **more: Any) -> Grid:
    return Grid("表", {n: list(row) for n, row in enumerate(rows, 1) if any(row)}, **more)


def found(some: Grid) -> Headings:
    made = headings.find(some, LAYOUT)
    assert made is not None
    return made


def read(*rows: Sequence[Any], head: Sequence[Any] = HEAD, **more: Any) -> Read:
    some = grid(head, *rows, **more)
    return entries.read(some, found(some), LAYOUT, NAMES)


def flaws(done: Read) -> dict[str, str]:
    return {flaw.pointer: flaw.code for flaw in done.flaws}


def column(field: Field) -> Column:
    return next(one for one in LAYOUT.columns if one.field is field)


def refusal(field: Field, value: Any) -> str:
    with pytest.raises(NotUnderstood) as refused:
        understood(column(field), value, NAMES)
    return refused.value.code
