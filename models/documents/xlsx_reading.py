"""
XLSX on its way in: the first sheet whose headings are those looked for, as plain values with what is wrong by cell.

Only values are read: formulas give the result stored with them, macros and links to other files are not looked at.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final

from openpyxl import load_workbook

from models.documents.xlsx_guarding import Looked, damaged, look_through
from models.domain.errors import Flaw, HuanxunError, Invalid
from models.domain.rectification.sheets.grids import (
    HEADER_WITHIN,
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    Value,
    address,
)

MOST_SHEETS: Final = 20
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA: Final = "公式没有保存计算结果；请在 Excel 或 WPS 里打开后保存一次，或复制后“选择性粘贴”为值"
_ERROR: Final = "单元格是公式错误（如 #N/A、#REF!），请改为文字或日期"
_TIME: Final = "应为日期或文字，不能只是时间"


def read_workbook(data: bytes, wanted: Callable[[Grid], bool]) -> Grid:
    """
    The first visible sheet whose beginning ``wanted`` takes, up to the last row that may count.

    Raises:
        Invalid: see ``look_through``; no such sheet; more rows or columns than may be. TooLarge
    """
    seen = look_through(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts that are not read: data validation, extensions
            book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return _wanted(book, seen, wanted)
            finally:
                book.close()
    except HuanxunError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever a damaged part makes it stumble over
        raise damaged() from error


def _wanted(book: Any, seen: Mapping[str, Looked], wanted: Callable[[Grid], bool]) -> Grid:
    for sheet in book.worksheets[:MOST_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        looked = seen.get(sheet._worksheet_path.lstrip("/"), Looked())
        sheet.reset_dimensions()  # what a sheet says of its size may be wrong
        if not wanted(_grid(sheet, looked, HEADER_WITHIN)):
            continue
        most = HEADER_WITHIN + MOST_ROWS
        if looked.last_row > most or looked.last_column > MOST_COLUMNS:
            raise _too_long(looked)
        return _grid(sheet, looked, looked.last_row)
    told = f"在前 {HEADER_WITHIN} 行里没有找到表头；请确认工作表没有隐藏，表头与“下载空表”里的一致"
    raise Invalid(told, flaws=[Flaw("A1", "no_header", told)])


def _too_long(looked: Looked) -> Invalid:
    """Names the cell beyond the limit, which is most often a stray one."""
    where = address(looked.last_row, looked.last_column)
    told = (
        f"表格一直用到 {where}，超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列；"
        "请分成几个表导入，或删去表格以外的零散内容（选中空行空列，右键“删除”后保存）"
    )
    return Invalid(told, flaws=[Flaw(where, "too_far", told)])


def _grid(sheet: Any, looked: Looked, last_row: int) -> Grid:
    rows: dict[int, Sequence[Value]] = {}
    troubles: dict[tuple[int, int], str] = {}
    cells = sheet.iter_rows(min_row=1, max_row=max(last_row, 1), max_col=MOST_COLUMNS)
    for number, row in enumerate(cells, start=1):
        values = [_value(cell, troubles, number, column) for column, cell in enumerate(row, start=1)]
        if any(value is not None for value in values):
            rows[number] = values
    for row, column in looked.uncounted:
        if row <= last_row:
            troubles[row, column] = _FORMULA
            rows.setdefault(row, [None] * MOST_COLUMNS)
    return Grid(sheet.title, rows, troubles, looked.anchors)


def _value(cell: Any, troubles: dict[tuple[int, int], str], row: int, column: int) -> Value:
    value = cell.value
    if cell.data_type == "e":
        troubles[row, column] = _ERROR
        return None
    match value:
        case str():
            return _ESCAPED.sub(_unescaped, value).replace("\r\n", "\n").replace("\r", "\n").strip() or None
        case time() | timedelta():
            troubles[row, column] = _TIME
            return None
        case None | bool() | int() | float() | date() | datetime():
            return value
        case _:
            troubles[row, column] = _ERROR
            return None


def _unescaped(match: re.Match[str]) -> str:
    """Control characters and underscores as the format writes them; anything else was meant as it stands."""
    letter = chr(int(match[1], 16))
    return letter if letter == "_" or ord(letter) < 32 else match[0]
