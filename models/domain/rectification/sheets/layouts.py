"""
Layouts of ledgers 表式 as data: which columns a table has, how each is printed and how each is understood.

An upper unit's own layout is another entry of ``models/reference/layouts.toml``, never code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.timing.rows import Row, read_rows
from models.domain.words.text import normal

MOST_CELL: Final = 32_767
"""Characters in one cell. Source: the limit of the file format."""

_MOST_WIDTH: Final = 120
_FILLING: Final = re.compile(r"[\s*:＊：、，,。/_-]+|[（(](必填|选填)[）)]")


class Kind(StrEnum):
    """What stands in the cells of a column."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CATEGORY = "category"  # categories of the catalogue, joined by 、
    DIVISION = "division"  # by name or code
    UNIT = "unit"
    UNITS = "units"  # joined by 、
    LINES = "lines"  # one entry a line


class Field(StrEnum):
    """Everything about an item that a column can hold."""

    SEQ = "seq"
    PROBLEM_NO = "problem_no"
    ROUND = "round"
    ORIGIN = "origin"
    BATCH = "batch"
    LISTED_ON = "listed_on"
    TITLE = "title"
    TEXT = "text"
    CATEGORIES = "categories"
    PROBLEM_TYPE = "problem_type"
    DIVISION = "division"
    PLACE = "place"
    LON = "lon"
    LAT = "lat"
    DATUM = "datum"
    GOAL = "goal"
    MEASURES = "measures"
    RESPONSIBLE = "responsible"
    RESPONSIBLE_PERSON = "responsible_person"
    CONTACT_LEADER = "contact_leader"
    LEAD = "lead"
    JOINT = "joint"
    DUE_ON = "due_on"
    STAGE = "stage"
    CHECKLIST = "checklist"
    LEVEL = "level"
    STATE = "state"
    PROGRESS = "progress"
    PERCENT = "percent"
    FINISHED_ON = "finished_on"
    WRITTEN_OFF_ON = "written_off_on"
    NUMBER = "number"
    URGENT = "urgent"
    CONCLUSION = "conclusion"
    VERDICT = "verdict"
    SETTLED = "settled"
    BLANK = "blank"  # printed empty, for a pen


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``width`` in characters, ``most`` characters a cell may have on the way in."""

    field: Field
    heading: str
    kind: Kind
    width: int
    group: str
    aliases: tuple[str, ...]
    required: bool
    computed: bool
    fill_down: bool
    most: int
    way_out: str

    @property
    def names(self) -> frozenset[str]:
        """Every heading that is understood, folded."""
        return frozenset(folded(one) for one in (self.heading, *self.aliases))


@dataclass(frozen=True, slots=True)
class Group:
    """A merged heading over the columns ``first`` to ``last`` (from 0); empty over those that stand alone."""

    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as an authority wants it."""

    key: str
    title: str
    sheet: str
    importable: bool
    columns: tuple[Column, ...]

    def groups(self) -> Iterator[Group]:
        """The upper row of headings, from left to right."""
        for title, run in groupby(enumerate(self.columns), key=lambda one: one[1].group):
            places = [place for place, _ in run]
            yield Group(title, places[0], places[-1])

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(one for one in self.columns if one.required)

    def named(self) -> dict[str, Column]:
        """The columns by every heading that is understood, folded."""
        return {name: column for column in self.columns for name in column.names}


def folded(heading: str) -> str:
    """A heading without what varies: full width, case, spaces, line ends, stars, colons, 必填."""
    return _FILLING.sub("", normal(heading))


def parse_layouts(text: str) -> dict[str, Layout]:
    """The layouts of ``layouts.toml`` by key. Raises ``Invalid`` with every flaw at once."""
    flaws: list[Flaw] = []
    layouts = [_layout(row) for row in read_rows(text, "layout", "种表式", flaws)]
    keys = [one.key for one in layouts]
    if len(set(keys)) < len(keys):
        flaws.append(Flaw("/layout", "repeated", "key 有重复"))
    if flaws:
        raise Invalid("表式有误，请逐项修改", flaws=flaws)
    return {one.key: one for one in layouts}


def _layout(row: Row) -> Layout:
    columns = tuple(_column(one) for one in row.rows("columns", "列"))
    layout = Layout(
        row.text("key"), row.text("title"), row.text("sheet"), row.flag("importable", default=False), columns
    )
    names = [name for column in columns for name in column.names]
    fields = [column.field for column in columns if column.field is not Field.BLANK]
    if len(set(names)) < len(names):
        row.flaw("columns", "repeated", "有两列的表头（或别名）相同")
    if len(set(fields)) < len(fields):
        row.flaw("columns", "repeated", "有两列的 field 相同")
    row.finish()
    return layout


def _column(row: Row) -> Column:
    column = Column(
        field=row.choice("field", Field),
        heading=row.text("heading"),
        kind=row.choice("kind", Kind, default=Kind.TEXT),
        width=row.whole("width", least=2, most=_MOST_WIDTH),
        group=row.text("group", default=""),
        aliases=row.texts("aliases"),
        required=row.flag("required", default=False),
        computed=row.flag("computed", default=False),
        fill_down=row.flag("fill_down", default=False),
        most=row.whole("most", least=1, most=MOST_CELL, default=MOST_CELL),
        way_out=row.text("way_out", default=""),
    )
    row.finish()
    return column
