"""Rows of a sheet as entries: headings found, cells understood, everything wrong named by its cell."""

from __future__ import annotations

from datetime import date

from models.domain.geo import Datum
from models.domain.rectification.sheets import headings
from models.domain.rectification.sheets.grids import address, placed
from models.domain.rectification.sheets.layouts import Field, folded
from models.domain.rectification.words import Level, Stage
from tests.domain.rectification.sheets.understood import (
    BUREAU,
    HEAD,
    HOUSING,
    LAYOUT,
    ROW,
    TOWN,
    flaws,
    found,
    grid,
    read,
)


def test_headings_are_found_below_titles() -> None:
    """The lower of two rows of headings is found below titles; a heading over both rows stands in the upper one."""
    some = grid(
        ("某区突出生态环境问题整改清单",),
        ("填报单位：某局",),
        ("问题编号", "问题清单", None, None, "责任单位"),
        (None, "交办日期", "问题描述", "地点", None),
        ROW,
    )
    made = found(some)
    assert made.row == 4
    assert [one.field.value for _, one in sorted(made.columns.items())] == [
        "problem_no",
        "listed_on",
        "text",
        "place",
        "responsible",
    ]
    assert made.flaws == ()


def test_headings_are_understood_however_they_are_written() -> None:
    """Full width, spaces, line ends, stars and other names of a column are the same heading."""
    some = grid(("问题 编号*", "交办\n时间", "存在问题：", "具体地点（必填）", "整改责任单位"), ROW)
    assert [one.field for one in found(some).columns.values()] == [
        Field.PROBLEM_NO,
        Field.LISTED_ON,
        Field.TEXT,
        Field.PLACE,
        Field.RESPONSIBLE,
    ]
    assert folded("ＡＢ（％）") == folded("ab(%)")


def test_headings_say_what_is_not_read() -> None:
    """A computed column and an unknown one are passed over with a remark that does not repeat the heading."""
    some = grid(("序号", *HEAD, "完成状态", "王某某的电话"), (1, *ROW, "滞后", "x"))
    told = {one.cell: one.told for one in found(some).remarks}
    assert set(told) == {"A1", "G1", "H1"}
    assert "系统计算" in told["G1"]
    assert "王" not in told["H1"]


def test_headings_repeated_or_missing_are_flaws() -> None:
    """Two columns for one field name the second; a required one that is missing names the row."""
    done = read((*ROW[:4], "x"), head=("问题编号", "交办日期", "存在问题", "地点", "问题描述"))
    assert flaws(done) == {"E1": "repeated_heading", "A1": "missing_heading"}
    assert "责任单位" in done.flaws[-1].message or "责任单位" in done.flaws[0].message + done.flaws[1].message


def test_no_headings_are_none() -> None:
    """A sheet in which fewer than three headings are understood has none."""
    assert headings.find(grid(("问题编号", "地点", "x"), ROW), LAYOUT) is None


def test_a_right_row_is_an_entry() -> None:
    """A whole row becomes typed values, each with its cell; empty cells say nothing."""
    head = (
        *HEAD,
        "经度",
        "纬度",
        "坐标系",
        "整改时限类型",
        "审批层级",
        "销号标准",
        "会同单位",
        "污染类别",
        "整改轮次",
    )
    more = (
        111.41,
        "27.3",
        "国家2000",
        "立行立改",
        "市级",
        "截污\n\n清淤",
        "镇人民政府、北塔分局",
        "黑臭水体",
        2,
    )
    done = read((*ROW, *more), head=head)
    assert done.flaws == []
    [entry] = done.entries
    assert entry.values == {
        Field.PROBLEM_NO: "样例-1",
        Field.LISTED_ON: date(2026, 11, 20),
        Field.TEXT: "水渠黑臭",
        Field.PLACE: "村口",
        Field.RESPONSIBLE: (HOUSING,),
        Field.LON: 111.41,
        Field.LAT: 27.3,
        Field.DATUM: Datum.CGCS2000,
        Field.STAGE: Stage.AT_ONCE,
        Field.LEVEL: Level.CITY,
        Field.CHECKLIST: ("截污", "清淤"),
        Field.JOINT: (TOWN, BUREAU),
        Field.CATEGORIES: ("水/黑臭水体",),
        Field.ROUND: 2,
    }
    assert entry.cells[Field.LON] == "F2"
    assert entry.key == ("样例-1", 2)


def test_required_cells_are_named() -> None:
    """An empty required cell is named, and so is a repeated number; the other rows are still entries."""
    done = read(ROW, ("样例-2", None, "x", "y", "区住建局"), ROW, ("样例-3", *ROW[1:]))
    assert flaws(done) == {"B3": "missing", "A4": "repeated_number"}
    assert [one.row for one in done.entries] == [2, 5]


def test_a_row_below_the_table_is_named() -> None:
    """A note or a signature below the table is no item, and is told to be deleted."""
    assert flaws(read(ROW, (None, None, "填表人：某某"))) == {"A3": "no_item"}


def test_half_a_position_is_named() -> None:
    """Longitude, latitude and datum come together or not at all; what could not be read is told once."""
    head = (*HEAD, "经度", "纬度", "坐标系")
    assert flaws(read((*ROW, 111.4, 27.3, None), head=head)) == {"H2": "incomplete_position"}
    assert flaws(read((*ROW, 111.4, None, "WGS-84"), head=head)) == {"G2": "incomplete_position"}
    assert flaws(read((*ROW, "x", 27.3, "WGS84"), head=head)) == {"F2": "bad_number"}


def test_merged_cells_are_filled_where_the_layout_says_so() -> None:
    """A unit merged over rows counts for each; a description merged over rows is told to be split."""
    anchors = {(3, 5): (2, 5), (3, 3): (2, 3)}
    done = read(ROW, ("样例-2", "2026-11-21", None, "z", None), anchors={(3, 5): (2, 5)})
    assert flaws(done) == {"C3": "missing"}
    assert flaws(read(ROW, ("样例-2", "2026-11-21", None, "z", None), anchors=anchors)) == {"C3": "merged"}
    done = read(ROW, ("样例-2", "2026-11-21", "x", "z", None), anchors={(3, 5): (2, 5)})
    assert [one.values[Field.RESPONSIBLE] for one in done.entries] == [(HOUSING,), (HOUSING,)]


def test_cells_in_trouble_are_named() -> None:
    """What the reader found wrong with a cell is told at that cell."""
    done = read(("样例-1", None, "x", "y", "区住建局"), troubles={(2, 2): "公式没有结果"})
    assert flaws(done) == {"B2": "bad_cell"}


def test_an_empty_table_is_told() -> None:
    """Headings without any row are no table to import; more rows than the limit are named."""
    assert flaws(read()) == {"A2": "no_rows"}
    many = [(f"样例-{n}", *ROW[1:]) for n in range(5_001)]
    assert flaws(read(*many)) == {"A5002": "too_many_rows"}


def test_cells_have_names() -> None:
    """Cells are named as people name them, and sort as they stand."""
    assert [address(1, n) for n in (1, 26, 27, 16384)] == ["A1", "Z1", "AA1", "XFD1"]
    assert sorted(["B10", "AA2", "Z2", "A2"], key=placed) == ["A2", "Z2", "AA2", "B10"]
