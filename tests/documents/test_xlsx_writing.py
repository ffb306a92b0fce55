"""Tables on their way out: text stays text, and the same content gives the same bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from models.documents.xlsx_reading import read_workbook
from models.documents.xlsx_writing import FIRST_DATA_ROW, Sheet, printable
from models.operations.ledgers.exchange.registered import layout_of, layouts

LAYOUT = layout_of("rectification")
FIRST = FIRST_DATA_ROW + 1
"""The first row of data as openpyxl and people count."""


def written(
    rows: list[list[Any]], *, layout: str = "rectification", title: str = "清单（示例数据）"
) -> bytes:
    out = BytesIO()
    with Sheet(out, layout_of(layout), title=title, note="共 2 项", footer="清单（示例数据）A&B") as sheet:
        sheet.add(rows)
        sheet.close()
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","点我")',
        "=1+1",
        "+86 738",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "http://example.com",
        "{=A1}",
        "007",
        "1e5",
        "<r><b/></r>",
        "<r>x</r>",
        "_x0041_",
        'a & b < c > "d"',
        "第一行\n第二行",
        "𠮷野家😀",
        " 前后空格 ",
    ],
)
def test_text_stays_text(text: str) -> None:
    """Whatever a text begins with, or looks like, it is a string in the file and the same text when read again."""
    data = written([[1, text]])
    cell = load_workbook(BytesIO(data)).worksheets[0].cell(FIRST, 2)
    assert cell.data_type == "s"
    assert read_workbook(data, lambda _: True).at(FIRST, 2) == text.strip()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()


def test_what_xml_cannot_carry_is_dropped() -> None:
    """Control characters, lone surrogates and non-characters are left out; line ends become one."""
    assert printable("a\x00b\x0bc\x1fd\x7f\ufffee\ud800f\r\ng\rh") == "abcdef\ng\nh"
    assert load_workbook(BytesIO(written([[1, "水\x00渠\x0b"]]))).worksheets[0].cell(FIRST, 2).value == "水渠"


def test_a_text_longer_than_a_cell_is_cut_openly() -> None:
    """A text beyond the limit of a cell ends with words that say so."""
    value = load_workbook(BytesIO(written([[1, "长" * 40_000]]))).worksheets[0].cell(FIRST, 2).value
    assert isinstance(value, str)
    assert len(value) <= 32_767
    assert value.endswith("（超长，全文见系统）")


def test_whole_numbers_are_numbers() -> None:
    """A whole number is a number in the file, nothing is an empty cell."""
    sheet = load_workbook(BytesIO(written([[7, None, ""]]))).worksheets[0]
    assert (sheet.cell(FIRST, 1).value, sheet.cell(FIRST, 1).data_type) == (7, "n")
    assert sheet.cell(FIRST, 2).value is None
    assert sheet.cell(FIRST, 3).value is None


def test_equal_content_gives_equal_bytes() -> None:
    """The same table written twice is the same file, byte for byte."""
    rows = [[n, f"样例-{n}"] for n in range(50)]
    assert written(rows) == written(rows)


def test_a_table_is_ready_to_print() -> None:
    """Landscape A4, one page wide, headings repeated and frozen, page numbers and title, merged headings."""
    sheet = load_workbook(BytesIO(written([[1, "a"]]))).worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # 1 is not written
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$3:$4", "C5")
    assert sheet.cell(1, 1).value == "清单（示例数据）"
    assert sheet.oddFooter.left.text == "清单（示例数据）A&&B"
    assert "&P" in sheet.oddFooter.right.text
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A1:AG1", "A2:AG2", "A3:A4", "B3:B4", "C3:I3", "J3:N3"} <= merged


@pytest.mark.parametrize("key", list(layouts()))
def test_every_layout_can_be_written(key: str) -> None:
    """Each layout shows its headings, each one once, under its groups."""
    sheet = load_workbook(BytesIO(written([], layout=key))).worksheets[0]
    layout = layout_of(key)
    lower = [cell.value for cell in sheet[4]]
    upper = [cell.value for cell in sheet[3]]
    told = [under or over for under, over in zip(lower, upper, strict=True)]
    assert told == [column.heading for column in layout.columns]
    assert sheet.title == layout.sheet
