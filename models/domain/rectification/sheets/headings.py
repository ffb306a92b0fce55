"""Where the headings of a sheet are and which column holds what, though titles, notes and merged cells stand above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.domain.errors import Flaw
from models.domain.rectification.sheets.grids import HEADER_WITHIN, MOST_COLUMNS, Grid, address
from models.domain.rectification.sheets.layouts import Column, Layout, folded

LEAST_FOUND: Final = 3
"""Headings that must be understood before a row counts as the row of headings."""

_PASSED_OVER: Final = "由系统计算，导入时不读取"
_UNKNOWN: Final = "不认识的表头，没有读取；如需要请改成“下载空表”里的表头"


@dataclass(frozen=True, slots=True)
class Remark:
    """A column that is not read, and why; what its heading says is not repeated."""

    cell: str
    told: str


@dataclass(frozen=True, slots=True)
class Headings:
    """The row of headings (the lower one of two), the columns that are read, and those that are not."""

    row: int
    columns: Mapping[int, Column]
    remarks: tuple[Remark, ...]
    flaws: tuple[Flaw, ...]


def find(grid: Grid, layout: Layout) -> Headings | None:
    """The row in which most headings are understood; the first of equals; ``None`` when there is none."""
    known = layout.named()
    counted = [(len(_understood(grid, row, known)), -row) for row in range(1, HEADER_WITHIN + 1)]
    most, row = max(counted)
    return _headings(grid, -row, layout, known) if most >= LEAST_FOUND else None


def _understood(grid: Grid, row: int, known: Mapping[str, Column]) -> set[str]:
    named = (known.get(_heading(grid, row, place)) for place in range(1, MOST_COLUMNS + 1))
    return {column.heading for column in named if column is not None}


def _heading(grid: Grid, row: int, place: int) -> str:
    """The heading of a column; where it spans two rows it stands in the upper one."""
    value = grid.at(row, place)
    if value is None and row > 1:
        value = grid.at(row - 1, place)
    return folded(value) if isinstance(value, str) else ""


def _headings(grid: Grid, row: int, layout: Layout, known: Mapping[str, Column]) -> Headings:
    columns: dict[int, Column] = {}
    places: dict[str, str] = {}
    remarks: list[Remark] = []
    flaws: list[Flaw] = []
    for place in range(1, MOST_COLUMNS + 1):
        heading, cell = _heading(grid, row, place), address(row, place)
        if not heading:
            continue
        column = known.get(heading)
        if column is None:
            remarks.append(Remark(cell, _UNKNOWN))
        elif column.heading in places:
            told = f"“{column.heading}”已经在 {places[column.heading]}，请删去其中一列"
            flaws.append(Flaw(cell, "repeated_heading", told))
        else:
            places[column.heading] = cell
            if column.computed:
                remarks.append(Remark(cell, f"“{column.heading}”{_PASSED_OVER}"))
            else:
                columns[place] = column
    missing = [one.heading for one in layout.required if one.heading not in places]
    if missing:
        told = f"表头里缺少必填的列：{'、'.join(missing)}"
        flaws.append(Flaw(address(row, 1), "missing_heading", told))
    return Headings(row, columns, tuple(remarks), tuple(flaws))
