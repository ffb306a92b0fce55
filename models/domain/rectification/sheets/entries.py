"""The rows of a sheet as entries of a ledger, and everything that is wrong with them, each by its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models.domain.errors import Flaw
from models.domain.rectification.sheets.cells import understood
from models.domain.rectification.sheets.grids import MOST_ROWS, Grid, Value, address
from models.domain.rectification.sheets.headings import Headings
from models.domain.rectification.sheets.layouts import Column, Field, Layout
from models.domain.rectification.sheets.names import Names, NotUnderstood

_NOT_SPLIT: Final = "与上面的单元格合并了；请取消合并，逐行填写"
_NO_ITEM: Final = "这一行没有问题编号；如果是合计、说明或签字行，请删去后再导入"
_TOGETHER: Final = "经度、纬度、坐标系须同时填写，或都不填（坐标系如 WGS-84、GCJ-02）"
_PLACE: Final = (Field.LON, Field.LAT, Field.DATUM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what it says by field (nothing for an empty cell), and where each field stands."""

    row: int
    values: Mapping[Field, Any]
    cells: Mapping[Field, str]

    @property
    def key(self) -> tuple[str, int]:
        """What names an item within its ledger: number of the problem, round."""
        return self.values[Field.PROBLEM_NO], self.values.get(Field.ROUND, 1)


@dataclass(slots=True)
class Read:
    """All entries that could be read, and the flaws of the others."""

    entries: list[Entry] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def read(grid: Grid, headings: Headings, layout: Layout, names: Names) -> Read:
    """Read every row below the headings; an entry with a flaw is left out."""
    done = Read(flaws=list(headings.flaws))
    rows = [row for row in sorted(grid.rows) if row > headings.row]
    if len(rows) > MOST_ROWS:
        told = f"最多 {MOST_ROWS} 行，请分成几个表导入"
        done.flaws.append(Flaw(address(rows[MOST_ROWS], 1), "too_many_rows", told))
    if not rows:
        told = "表头下面没有内容"
        done.flaws.append(Flaw(address(headings.row + 1, 1), "no_rows", told))
    seen: dict[tuple[str, int], str] = {}
    for row in rows[:MOST_ROWS]:
        entry = _Reading(grid, row, headings, done.flaws).entry(layout, names)
        if entry is not None and _first_of_its_name(entry, seen, done.flaws):
            done.entries.append(entry)
    return done


def _first_of_its_name(entry: Entry, seen: dict[tuple[str, int], str], flaws: list[Flaw]) -> bool:
    here = entry.cells[Field.PROBLEM_NO]
    first = seen.setdefault(entry.key, here)
    if first != here:
        flaws.append(Flaw(here, "repeated_number", f"与 {first} 的问题编号相同"))
    return first == here


@dataclass(slots=True)
class _Reading:
    grid: Grid
    row: int
    headings: Headings
    flaws: list[Flaw]
    values: dict[Field, Any] = field(default_factory=dict)
    cells: dict[Field, str] = field(default_factory=dict)

    def entry(self, layout: Layout, names: Names) -> Entry | None:
        before = len(self.flaws)
        for place, column in self.headings.columns.items():
            self.cells[column.field] = address(self.row, place)
            self._cell(place, column, names)
        if len(self.values) <= 1 and Field.PROBLEM_NO not in self.values and len(self.flaws) == before:
            where = self.cells.get(Field.PROBLEM_NO, address(self.row, 1))
            self.flaws.append(Flaw(where, "no_item", _NO_ITEM))
            return None
        self._whole(layout, {flaw.pointer for flaw in self.flaws[before:]})
        return Entry(self.row, self.values, self.cells) if len(self.flaws) == before else None

    def _cell(self, place: int, column: Column, names: Names) -> None:
        cell = address(self.row, place)
        try:
            value = self._value(place, column)
            if value is not None:
                self.values[column.field] = understood(column, value, names)
        except NotUnderstood as wrong:
            self.flaws.append(Flaw(cell, wrong.code, f"“{column.heading}”{wrong.told}"))

    def _value(self, place: int, column: Column) -> Value:
        """The value, taken from the first of the merged cells where the layout says so. Raises NotUnderstood."""
        trouble = self.grid.troubles.get((self.row, place))
        if trouble is not None:
            raise NotUnderstood("bad_cell", trouble)
        value = self.grid.at(self.row, place)
        anchor = self.grid.anchors.get((self.row, place))
        if value is None and anchor is not None and anchor[0] > self.headings.row:
            above = self.grid.at(*anchor)
            if above is not None and not column.fill_down:
                raise NotUnderstood("merged", _NOT_SPLIT)
            return above
        return value

    def _whole(self, layout: Layout, told: set[str]) -> None:
        """What only the row as a whole can lack."""
        for column in layout.required:
            cell = self.cells.get(column.field)
            if cell is not None and cell not in told and column.field not in self.values:
                self.flaws.append(Flaw(cell, "missing", f"“{column.heading}”必填"))
        given = [one for one in _PLACE if one in self.values]
        if given and len(given) < len(_PLACE) and not {self.cells.get(one) for one in _PLACE} & told:
            missing = next(one for one in _PLACE if one not in self.values)
            where = self.cells.get(missing) or self.cells[given[0]]
            self.flaws.append(Flaw(where, "incomplete_position", _TOGETHER))
