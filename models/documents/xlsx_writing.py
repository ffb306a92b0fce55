"""
XLSX on its way out: one sheet in the layout of an authority, row after row, never the whole table in memory.

Every cell is text except whole numbers: nothing is taken for a formula or a link, and a number keeps its digits.
Equal content gives equal bytes: the file carries no time of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from xlsxwriter import Workbook

from models.domain.rectification.sheets.layouts import MOST_CELL, Layout

TITLE_ROW: Final = 0
NOTE_ROW: Final = 1
GROUP_ROW: Final = 2
HEADING_ROW: Final = 3
FIRST_DATA_ROW: Final = 4
"""Rows of the sheet, from 0."""

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CUT: Final = "……（超长，全文见系统）"
_A4: Final = 9
_MARGINS_INCHES: Final = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6}
_MOST_FOOTER: Final = 120
_BOX: Final = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_name": "宋体", "font_size": 10}
_HEAD: Final = _BOX | {"bold": True, "align": "center", "bg_color": "#E7E6E6"}
_NOTE: Final = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}


class Sheet:
    """
    A workbook being written: ``add`` rows, then ``close``; a context manager, so that no scratch file stays.

    ``note`` stands under the title and, where ``footer`` is given, that at the foot of each printed page.
    """

    def __init__(self, target: IO[bytes], layout: Layout, *, title: str, note: str, footer: str) -> None:
        self._layout = layout
        self._scratch = TemporaryDirectory(prefix="huanxun-xlsx-")
        self._book = Workbook(target, _options(self._scratch.name))
        self._book.set_properties({"title": printable(title), "created": _MADE})
        self._text = self._book.add_format(_BOX | {"num_format": "@"})
        self._whole = self._book.add_format(_BOX | {"num_format": "0", "align": "center"})
        self._sheet = self._book.add_worksheet(layout.sheet)
        self._next = FIRST_DATA_ROW
        self._set_up(footer)
        self._head(title, note)

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    @property
    def rows(self) -> int:
        """Rows of data written so far."""
        return self._next - FIRST_DATA_ROW

    def add(self, rows: Iterable[Sequence[str | int | None]]) -> None:
        """Write rows in the order of the layout's columns; text stays text, whatever it begins with."""
        for row in rows:
            for column, value in enumerate(row):
                if isinstance(value, int):
                    self._sheet.write_number(self._next, column, value, self._whole)
                elif value:
                    self._sheet.write_string(self._next, column, printable(value), self._text)
                else:
                    self._sheet.write_blank(self._next, column, None, self._text)
            self._next += 1

    def close(self) -> None:
        """Finish the file. Raises ``OSError`` when there is no room."""
        self._book.close()

    def _set_up(self, footer: str) -> None:
        """Print on landscape A4, one page wide, headings on each page, page numbers."""
        sheet = self._sheet
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(**_MARGINS_INCHES)
        sheet.repeat_rows(GROUP_ROW, HEADING_ROW)
        told = printable(footer)[:_MOST_FOOTER].replace("&", "&&")
        sheet.set_footer(f"&L{told}&R第 &P 页，共 &N 页")
        sheet.freeze_panes(FIRST_DATA_ROW, 2)
        for place, column in enumerate(self._layout.columns):
            sheet.set_column(place, place, column.width)

    def _head(self, title: str, note: str) -> None:
        sheet, last = self._sheet, len(self._layout.columns) - 1
        large = self._book.add_format(_NOTE | {"bold": True, "font_size": 16, "align": "center"})
        head = self._book.add_format(_HEAD)
        sheet.set_row(TITLE_ROW, 30)
        sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, last, printable(title), large)
        sheet.set_row(NOTE_ROW, 18)
        sheet.merge_range(NOTE_ROW, 0, NOTE_ROW, last, printable(note), self._book.add_format(_NOTE))
        standing_alone = self._write_groups(head)
        for place, column in enumerate(self._layout.columns):
            alone = place in standing_alone
            sheet.write_string(HEADING_ROW, place, "" if alone else column.heading, head)

    def _write_groups(self, head: Any) -> set[int]:
        """The upper row of headings; gives the columns that stand alone, whose heading spans both rows."""
        alone: set[int] = set()
        for group in self._layout.groups():
            if not group.title:
                for place in range(group.first, group.last + 1):
                    alone.add(place)
                    self._sheet.write_string(GROUP_ROW, place, self._layout.columns[place].heading, head)
                    # ``merge_range`` would write the row below now, and rows already left cannot be written again.
                    self._sheet.merge.append([GROUP_ROW, place, HEADING_ROW, place])
            elif group.first == group.last:
                self._sheet.write_string(GROUP_ROW, group.first, group.title, head)
            else:
                self._sheet.merge_range(GROUP_ROW, group.first, GROUP_ROW, group.last, group.title, head)
        return alone


def printable(text: str) -> str:
    """The text without what XML cannot carry, cut where a cell ends."""
    text = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) >= MOST_CELL:
        text = text[: MOST_CELL - 1 - len(_CUT)] + _CUT
    # The library writes what begins and ends like this into the sheet as markup, unescaped (3.3.1).
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _options(scratch: str) -> dict[str, Any]:
    return {
        "constant_memory": True,
        "tmpdir": scratch,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
