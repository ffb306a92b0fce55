"""The table and the bulletin of a month, read back: what they say, and what no value can make them do."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook

from models.documents import bulletin, monthly
from models.domain.errors import Conflict, Forbidden, Invalid
from models.operations.ledgers import rounds
from models.operations.periods import briefing, tabling
from tests.factories import TOWN_HALL, World
from tests.operations.ledgers.stories import case_of, item_of, ledger, listed, rectifying
from tests.operations.periods.stories import (
    AFTER_DECEMBER,
    DECEMBER,
    corrected,
    filled,
    frozen,
    opened,
    reviewed,
)

HOSTILE = "{{ 7*7 }}{% for x in ().__class__.__mro__ %}<w:t>&甲</w:t>"


def paper(world: World, period_id: UUID, who: str = "office") -> Any:
    """The bulletin of a period, read by another library."""
    with world.act(who) as act:
        told = briefing.bulletin(act, period_id)
    return Document(BytesIO(bulletin.render(told)))


def words_of(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def sheet(world: World, period_id: UUID, layout: str = monthly.DEFAULT) -> list[list[Any]]:
    """The table of a period, row by row."""
    with world.act("office") as act:
        told = tabling.table(act, period_id, layout)
    book = load_workbook(BytesIO(monthly.render(told)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def a_month(world: World) -> tuple[UUID, UUID]:
    """November, frozen: one item reported behind, one of a second round, one that nobody reported."""
    book = ledger(world)
    late, gone = rectifying(world, ledger_id=book), listed(world, ledger_id=book, problem_no="样例-02")
    case, item = case_of(world, gone), item_of(world, gone)
    with world.act("office") as act:
        rounds.follow(act, case, item)
    period_id = opened(world)
    filled(world, period_id, late, progress="滞后", next_steps="请样例镇长督办，12月完成剩余1处")
    reviewed(world, period_id, late)
    return frozen(world, period_id), late


def test_what_the_bulletin_says(world: World) -> None:
    """Whole, origins, what is behind, what came back and what follows, by unit and marked as sample data."""
    period_id, _ = a_month(world)
    document = paper(world, period_id)
    told = words_of(document)
    assert "示例数据（虚构）" in told
    assert "北塔区突出生态环境问题整改调度简报" in told
    assert "共有突出生态环境问题2件" in told
    assert "滞后1件" in told
    assert "应填报2件，已填报1件，未填报1件" in told
    assert "反弹后尚未销号的问题1件" in told
    assert TOWN_HALL in told
    assert "2026年11月25日17:30" in told
    origins, late, back = document.tables
    assert [cell.text for cell in origins.rows[1].cells] == ["自查发现", "2", "0", "0", "0", "1", "1", "0"]
    assert [cell.text for cell in late.rows[1].cells][:1] == ["样例-01"]
    assert [cell.text for cell in back.rows[1].cells][3:] == ["第2轮", "未启动"]
    assert [len(table.rows) for table in document.tables] == [3, 2, 2]


def test_no_person_stands_in_the_bulletin(world: World) -> None:
    """Neither who filled, reviewed or froze, nor the responsible person named in a unit's own words."""
    period_id, _ = a_month(world)
    told = words_of(paper(world, period_id))
    for name in ("样例liaison", "样例verifier", "样例office", "样例镇长"):
        assert name not in told
    assert "12月完成剩余1处" in told


def test_words_are_never_templates(world: World) -> None:
    """Template and markup signs in a title or a report stand in the bulletin as they were written."""
    case_id = rectifying(world, title=HOSTILE)
    period_id = opened(world)
    filled(world, period_id, case_id, progress="滞后", next_steps="{{ title }}")
    frozen(world, period_id)
    document = paper(world, period_id)
    cells = [cell.text for cell in document.tables[1].rows[1].cells]
    assert cells[1] == f"{HOSTILE[:36]}…"
    assert cells[5] == "{{ title }}"
    assert "49" not in cells[1]


def test_the_form_of_the_bulletin(world: World) -> None:
    """A4 with official margins, named Chinese fonts, a page number in the footer, and no macro or outside link."""
    period_id, _ = a_month(world)
    document = paper(world, period_id)
    part = document.sections[0]
    assert (part.page_width.mm, part.top_margin.mm) == (pytest.approx(210, abs=1), pytest.approx(37, abs=1))
    made = BytesIO()
    document.save(made)
    with ZipFile(made) as archive:
        body = archive.read("word/document.xml").decode()
        foot = archive.read("word/footer1.xml").decode()
        names = archive.namelist()
    assert "PAGE" in foot
    assert {font for font in ("方正小标宋简体", "仿宋_GB2312", "黑体", "宋体") if font in body + foot} == {
        *("方正小标宋简体", "仿宋_GB2312", "黑体", "宋体")
    }
    assert "{%" not in body + foot
    assert not [name for name in names if "vba" in name.lower()]
    assert len(made.getvalue()) < 100_000


def test_a_long_month_keeps_two_pages(world: World) -> None:
    """Of many late items the first ten are listed by their dates, and the rest is pointed to."""
    book = ledger(world)
    cases = [rectifying(world, ledger_id=book, problem_no=f"样例-{no:02}") for no in range(1, 13)]
    period_id = opened(world)
    for case_id in cases:
        filled(world, period_id, case_id, progress="滞后")
    frozen(world, period_id)
    document = paper(world, period_id)
    assert "滞后问题12件，列出前10件，其余见调度表。" in words_of(document)
    assert len(document.tables[1].rows) == 11


def test_an_empty_month_has_a_bulletin(world: World) -> None:
    """A county without a problem gets a bulletin that says so, and a table without rows."""
    period_id = frozen(world, opened(world))
    told = words_of(paper(world, period_id))
    assert "共有突出生态环境问题0件" in told
    assert "本月没有滞后问题。" in told
    assert len(sheet(world, period_id)) == 4


def test_the_second_month_is_compared(world: World) -> None:
    """From the second month on the bulletin says what changed since the one before."""
    case_id = rectifying(world)
    frozen(world, opened(world))
    december = opened(world, "2026-12", now=DECEMBER)
    filled(world, december, case_id, now=DECEMBER, percent=1)
    frozen(world, december, now=AFTER_DECEMBER)
    assert "与2026-11相比，新增0件，减少0件，状态变化1件" in words_of(paper(world, december))


def test_the_table_of_the_county(world: World) -> None:
    """Merged heads, one row an item, 万元, unreported items marked, approved corrections in the remark only."""
    period_id, case_id = a_month(world)
    corrected(world, period_id, case_id, "percent", 45)
    rows = sheet(world, period_id)
    heads = dict(zip(rows[3], range(40), strict=False)) | dict(zip(rows[2], range(40), strict=False))
    first, second = rows[4:]
    assert "示例数据（虚构）" in str(rows[1][0])
    assert (first[heads["问题编号"]], first[heads["累计进展(%)"]]) == ("样例-01", 40)
    assert first[heads["累计投入资金(万元)"]] == "125.05"
    assert "更正第1号：累计进展“40”应为“45”" in str(first[heads["备注"]])
    assert (second[heads["备注"]], second[heads["整改轮次"]]) == ("未填报", 2)
    assert (first[heads["填报人"]], first[heads["责任单位"]]) == ("样例liaison", TOWN_HALL)


def test_the_table_of_the_city(world: World) -> None:
    """Another unit's layout is other columns of the same rows; formulas in words stay text."""
    case_id = rectifying(world, title="=cmd|'/c calc'!A1")
    period_id = opened(world)
    filled(world, period_id, case_id, no_change=True, no_change_reason="等待招标", this_month=None)
    rows = sheet(world, period_id, "city")
    assert rows[0][0] == "突出生态环境问题整改进展情况汇总表"
    assert "未冻结" in str(rows[1][0])
    assert rows[4][1:4] == ["北塔区", "样例-01", "=cmd|'/c calc'!A1"]
    assert "无变化（等待招标）" in rows[4]


def test_what_is_not_printed(world: World) -> None:
    """No bulletin of an open month, none for who sees a part, no table in a layout nobody has."""
    rectifying(world)
    period_id = opened(world)
    with pytest.raises(Conflict, match="先冻结"):
        paper(world, period_id)
    with pytest.raises(Forbidden):
        paper(world, period_id, "liaison")
    with pytest.raises(Invalid):
        sheet(world, period_id, "nobody")
