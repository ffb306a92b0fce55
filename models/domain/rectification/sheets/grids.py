"""A sheet as plain values: what a reader of spreadsheets hands over, whatever the file format was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

Value = str | int | float | bool | date | datetime | None
"""What a cell holds; a date only where the cell is formatted as one."""

HEADER_WITHIN: Final = 20
"""The headings are looked for in so many rows."""

MOST_ROWS: Final = 5_000
"""Rows of data that are read from one file."""

MOST_COLUMNS: Final = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """
    The beginning of one sheet.

    ``rows``: values by row number (from 1), each as wide as the widest; rows without any value are left out.
    ``troubles``: what is wrong with a cell itself (row, column from 1), in words for people. ``anchors``: for each
    cell below the first of a vertically merged range, the first one.
    """

    sheet: str
    rows: Mapping[int, Sequence[Value]]
    troubles: Mapping[tuple[int, int], str] = field(default_factory=dict)
    anchors: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Value:
        """The value of a cell (from 1); nothing where there is none."""
        cells = self.rows.get(row, ())
        return cells[column - 1] if column <= len(cells) else None


def letters(column: int) -> str:
    """The name of a column (from 1): A, Z, AA, XFD."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """A cell as people call it: C7."""
    return f"{letters(column)}{row}"


def placed(cell: str) -> tuple[int, int, str]:
    """What sorts cells by their names as they stand in the sheet: row by row, then from left to right."""
    name = cell.rstrip("0123456789")
    return int(cell[len(name) :] or 0), len(name), name
