"""Workbooks for tests: honest ones by openpyxl, others put together by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADINGS = ("问题编号", "交办日期", "问题描述", "地点", "责任单位")
"""The least that a ledger must have."""


def table(
    rows: Iterable[Sequence[Any]],
    *,
    headings: Sequence[Any] = HEADINGS,
    above: Sequence[Sequence[Any]] = (("某区整改清单",),),
    merged: Sequence[str] = (),
    title: str = "Sheet1",
    hidden: bool = False,
) -> bytes:
    """A table as an office makes it: title rows, headings, rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in (*above, headings, *rows):
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":  # a text that only looks like a formula
                cell.data_type = "s"
    for cells in merged:
        sheet.merge_cells(cells)
    if hidden:
        book.create_sheet("说明")
        sheet.sheet_state = "hidden"
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_xml(data: str, *, dimension: str = "", after: str = "") -> str:
    """A sheet with these rows."""
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{MAIN}">{said}<sheetData>{data}</sheetData>{after}</worksheet>'


def row_xml(number: int, values: Sequence[str]) -> str:
    """A row of inline texts from column A on."""
    cells = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for n, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'


def packed(sheet: str | bytes, parts: Mapping[str, str | bytes] | None = None, **strings: str) -> bytes:
    """A workbook of one sheet, part by part; ``parts`` come on top or in place."""
    shared = strings.get("shared", "")
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
            "</Types>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>"
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    made |= parts or {}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return out.getvalue()
