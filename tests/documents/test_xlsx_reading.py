"""Workbooks from strangers: what is read, and what is refused before it can do harm."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook

from models.documents import xlsx_guarding
from models.documents.xlsx_reading import read_workbook
from models.domain.errors import Invalid, TooLarge
from models.domain.rectification.sheets import headings
from models.domain.rectification.sheets.grids import Grid
from models.operations.ledgers.exchange.registered import layout_of
from tests.documents import books
from tests.documents.books import HEADINGS, packed, row_xml, sheet_xml

LAYOUT = layout_of("rectification")
HEAD = row_xml(1, HEADINGS)


def wanted(grid: Grid) -> bool:
    return headings.find(grid, LAYOUT) is not None


def read(data: bytes) -> Grid:
    return read_workbook(data, wanted)


def code_of(data: bytes) -> tuple[str, str]:
    """The code of the refusal, and the cell it names."""
    with pytest.raises(Invalid) as refused:
        read(data)
    [flaw] = refused.value.flaws
    assert flaw.message
    return flaw.code, flaw.pointer


def test_an_ordinary_table_is_read() -> None:
    """A title row, headings and rows come as they stand."""
    grid = read(books.table([("1", "2026-11-20", "水渠黑臭", "村口", "某镇")]))
    assert grid.rows[3][:3] == ["1", "2026-11-20", "水渠黑臭"]
    assert (grid.sheet, sorted(grid.rows)) == ("Sheet1", [1, 2, 3])


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "ole"),
        (b"%PDF-1.7", "pdf"),
        (b"Rar!\x1a\x07", "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"\x89PNG\r\n", "picture"),
        (b"", "empty"),
        ("问题编号,交办日期\n1,2026-11-20\n".encode("gb18030"), "not_xlsx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_another_kind_of_file_is_named(head: bytes, code: str) -> None:
    """Old and encrypted workbooks, CSV, pages, pictures and archives are refused by their kind."""
    assert code_of(head)[0] == code


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "docx"),
        ("../../etc/passwd.xml", "strange_parts"),
        ("/abs.xml", "strange_parts"),
    ],
)
def test_another_kind_of_package_is_named(part: str, code: str) -> None:
    """A binary workbook, a Word document, and names that lead out of the package are refused."""
    assert code_of(packed(sheet_xml(HEAD), {part: "<a/>"}))[0] == code


def test_an_archive_of_files_is_no_workbook() -> None:
    """A ZIP without the parts of a workbook is told to be unpacked first."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("表.xlsx", b"x")
    assert code_of(out.getvalue())[0] == "archive"


def test_a_truncated_workbook_is_damaged() -> None:
    """A file that broke off, and one with a flipped byte, are refused as damaged."""
    whole = books.table([("1", "2026-11-20", "水渠黑臭", "村口", "某镇")])
    assert code_of(whole[: len(whole) // 2])[0] == "damaged"
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    assert code_of(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])[0] == "damaged"
    assert code_of(packed("<worksheet><sheetData>"))[0] == "damaged"


def test_a_large_file_is_refused() -> None:
    """More than 10 MB are refused before anything is opened."""
    with pytest.raises(TooLarge, match="10 MB"):
        read(b"PK" + b"\0" * xlsx_guarding.MOST_FILE_BYTES)


def test_a_billion_laughs_are_refused() -> None:
    """A document type with entities is refused in whichever part it stands."""
    laughs = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert code_of(packed(laughs + sheet_xml(row_xml(1, ["&b;"]))))[0] == "entities"
    for part in (
        "xl/sharedStrings.xml",
        "xl/workbook.xml",
        "[Content_Types].xml",
        "xl/styles.xml",
        "x/y.bin",
    ):
        assert code_of(packed(sheet_xml(HEAD), {part: f"{laughs}<sst>&b;</sst>"}))[0] == "entities", part


def test_a_swollen_part_is_refused() -> None:
    """A part that unpacks to more than a hundred times its size is refused by the table of contents."""
    assert code_of(packed(sheet_xml("<row/>" * 1_000_000)))[0] == "bomb"


def test_a_lying_size_is_refused() -> None:
    """A part that is larger than the table of contents says is refused while it unpacks."""
    data = bytearray(packed(sheet_xml(HEAD), {"xl/z.bin": random.Random(1).randbytes(200_000)}))
    at = data.rindex(b"xl/z.bin") - 46
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert code_of(bytes(data))[0] == "damaged"


def noise(count: int, cell: str) -> str:
    """Cells that do not pack well."""
    chance = random.Random(2)
    return "".join(cell.format(chance.getrandbits(40)) for _ in range(count))


@pytest.mark.parametrize(
    ("parts", "sheet"),
    [
        ({}, sheet_xml("<row>" + noise(700_000, '<c s="{:x}"/>' + "<c/>" * 3) + "</row>")),
        ({"xl/sharedStrings.xml": "<sst>" + noise(301_000, '<si a="{:x}"/>') + "</sst>"}, sheet_xml(HEAD)),
        (
            {"xl/styles.xml": "<styleSheet>" + noise(60_000, '<xf a="{:x}"/>') + "</styleSheet>"},
            sheet_xml(HEAD),
        ),
        ({}, sheet_xml(HEAD, after=noise(20_100, '<mergeCell ref="A1:A2" x="{:x}"/>'))),
        ({"xl/x.xml": f'<a b="{noise(200_000, "{:x}")}"/>'}, sheet_xml(HEAD)),
        ({}, sheet_xml("<a>" * 101 + "</a>" * 101)),
    ],
    ids=["cells", "strings", "styles", "merges", "token", "depth"],
)
def test_too_many_elements_are_refused(parts: dict[str, str], sheet: str) -> None:
    """Millions of cells, strings, styles or merged ranges, or one endless tag, are refused in little memory."""
    data = packed(sheet, parts)
    assert len(data) < xlsx_guarding.MOST_FILE_BYTES
    tracemalloc.start()
    try:
        assert code_of(data)[0] == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_an_endless_cell_is_refused() -> None:
    """A text longer than a cell can hold is refused, in the sheet and among the shared texts."""
    long = "长" * 32_768
    assert code_of(packed(sheet_xml(HEAD + row_xml(2, [long]))))[0] == "long_cell"
    assert code_of(packed(sheet_xml(HEAD), shared=f"<si><t>{long}</t></si>"))[0] == "long_cell"
    assert read(packed(sheet_xml(HEAD + row_xml(2, [long[1:]])))).rows[2][0] == long[1:]


def test_a_stray_cell_far_away_is_named() -> None:
    """A sparse sheet A1 to XFD1048576 is refused at once, and the cell is named."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert code_of(packed(sheet_xml(HEAD + far))) == ("too_far", "XFD1048576")
    wide = '<row r="2"><c r="BI2"><v>1</v></c></row>'
    assert code_of(packed(sheet_xml(HEAD + wide))) == ("too_far", "BI2")


def test_empty_cells_far_away_do_no_harm() -> None:
    """Formatted cells without content beyond the limits are passed over."""
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert sorted(read(packed(sheet_xml(HEAD + row_xml(2, ["1"]) + far))).rows) == [1, 2]


def test_a_lying_dimension_does_no_harm() -> None:
    """A sheet that says it has one cell is read to its end."""
    grid = read(packed(sheet_xml(HEAD + row_xml(2, ["1", "2"]), dimension="A1")))
    assert grid.rows[2][:2] == ["1", "2"]


def test_no_headings_are_told() -> None:
    """Without a row of headings in the first 20 rows the file is refused; a hidden sheet is not looked at."""
    assert code_of(books.table([("1", "2")], headings=("甲", "乙"))) == ("no_header", "A1")
    deep = books.table([("1",) * 5], above=[("说明",)] * 20)
    assert code_of(deep) == ("no_header", "A1")
    assert read(books.table([("1",) * 5], above=[("说明",)] * 19)).rows[21][0] == "1"
    assert code_of(books.table([("1",) * 5], hidden=True)) == ("no_header", "A1")


def test_the_sheet_with_the_headings_is_found() -> None:
    """The table may stand on another sheet than the first."""
    from_second = Workbook()
    from_second.create_sheet("数据").append(list(HEADINGS))
    assert read(books.saved(from_second)).sheet == "数据"


def test_formulas_without_a_result_are_named() -> None:
    """A formula gives its stored result; without one, and for an error, the cell is in trouble."""
    row = (
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>TODAY()</f></c>'
        '<c r="C2"><f>NA()</f><v></v></c><c r="D2" t="e"><v>#REF!</v></c></row>'
    )
    grid = read(packed(sheet_xml(HEAD + row)))
    assert grid.at(2, 1) == 2
    assert {cell: told[:2] for cell, told in grid.troubles.items()} == {
        (2, 2): "公式",
        (2, 3): "公式",
        (2, 4): "单元",
    }


def test_merged_cells_are_known() -> None:
    """Each lower cell of a merged range knows the first of its column."""
    grid = read(books.table([("1",) * 5, ("2",) * 5, ("3",) * 5], merged=["E3:E5", "A1:C1"]))
    assert grid.anchors == {(4, 5): (3, 5), (5, 5): (3, 5)}


def test_links_and_macros_are_not_looked_at() -> None:
    """A workbook with a macro, a link to another file and a picture is read like any other."""
    parts: dict[str, str | bytes] = {
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
        "xl/media/image1.png": b"\x89PNG",
    }
    assert read(packed(sheet_xml(HEAD + row_xml(2, ["1"])), parts)).rows[2][0] == "1"
