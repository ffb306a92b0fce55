"""
The template of the monthly bulletin 简报, built here: no binary lies in the repository.

Fonts, sizes and margins after GB/T 9704-2012 (党政机关公文格式): title 方正小标宋简体 22 pt, text 仿宋_GB2312 16 pt in
lines of 28 pt, first headings 黑体, page numbers — 1 — at the foot; tables 宋体 10.5 pt. Fonts are named, not embedded.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

_TITLE: Final = ("方正小标宋简体", 22)
_BODY: Final = ("仿宋_GB2312", 16)
_HEADING: Final = ("黑体", 16)
_CELL: Final = ("宋体", 10.5)
_SMALL: Final = ("宋体", 9)
_LINE: Final = Pt(28)
_COUNTS: Final = ("来源", "合计", "已销号", "待销号", "序时", "滞后", "未启动", "长期坚持")
_COUNT_CELLS: Final = (
    "name",
    "total",
    "written_off",
    "done",
    "on_schedule",
    "behind",
    "not_started",
    "kept_up",
)
_LATE: Final = ("编号", "问题", "责任单位", "时限", "进展", "下步打算")
_LATE_CELLS: Final = ("problem_no", "title", "units", "due_on", "percent", "next_steps")
_BACK: Final = ("编号", "问题", "责任单位", "轮次", "完成状态")
_BACK_CELLS: Final = ("problem_no", "title", "units", "round", "word")


@lru_cache(maxsize=1)
def template() -> bytes:
    """The template as DOCX bytes."""
    paper = Document()
    _page(paper)
    _paragraph(paper, "{{ sample }}", _HEADING, centre=True)
    _paragraph(paper, "{{ title }}", _TITLE, centre=True)
    _paragraph(paper, "（{{ month_words }}）", _BODY, centre=True)
    _paragraph(paper, "{{ issuer }}　　{{ issued_on }}", _BODY, centre=True)
    _section(paper, "一、总体情况", "{{ whole }}")
    _section(paper, "二、分来源情况", None)
    _table(paper, _COUNTS, _COUNT_CELLS, "origins")
    _section(paper, "三、滞后清单", "{{ late_words }}")
    _table(paper, _LATE, _LATE_CELLS, "late")
    _section(paper, "四、反弹清单", "{{ back_words }}")
    _table(paper, _BACK, _BACK_CELLS, "back")
    _section(paper, "五、下步工作", None)
    for line in ("{%p for line in next_steps %}", "{{ line }}", "{%p endfor %}"):
        _paragraph(paper, line, _BODY, indent=not line.startswith("{%"))
    _paragraph(paper, "{{ source }}", _SMALL)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def _page(paper: Any) -> None:
    """A4 with the margins of an official paper, and the page number in the footer."""
    part = paper.sections[0]
    part.page_width, part.page_height = Mm(210), Mm(297)
    part.top_margin, part.bottom_margin = Mm(37), Mm(35)
    part.left_margin, part.right_margin = Mm(28), Mm(26)
    paper.core_properties.author = ""
    paper.core_properties.comments = ""
    foot = part.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", ("宋体", 14))
    number = _run(foot, "", ("宋体", 14))
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        number._r.append(mark)
    _run(foot, " —", ("宋体", 14))


def _section(paper: Any, heading: str, text: str | None) -> None:
    _paragraph(paper, heading, _HEADING, indent=True)
    if text is not None:
        _paragraph(paper, text, _BODY, indent=True)


def _paragraph(
    paper: Any, text: str, font: tuple[str, float], *, centre: bool = False, indent: bool = False
) -> None:
    made = paper.add_paragraph()
    shape = made.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    if centre:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        shape.first_line_indent = Pt(2 * font[1])
    _run(made, text, font)


def _run(paragraph: Any, text: str, font: tuple[str, float]) -> Any:
    """A run whose Chinese and Latin letters have the same font."""
    made = paragraph.add_run(text)
    made.font.name, made.font.size = font[0], Pt(font[1])
    made._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font[0])
    return made


def _table(paper: Any, headings: tuple[str, ...], cells: tuple[str, ...], rows: str) -> None:
    """A table whose one row is repeated for each of ``rows``."""
    made = paper.add_table(rows=4, cols=len(headings))
    made.style = "Table Grid"
    for place, heading in enumerate(headings):
        _fill(made.cell(0, place), heading)
        _fill(made.cell(2, place), "{{ one." + cells[place] + " }}")
    _fill(made.cell(1, 0), "{%tr for one in " + rows + " %}")
    _fill(made.cell(3, 0), "{%tr endfor %}")
    head = made.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))


def _fill(cell: Any, text: str) -> None:
    _run(cell.paragraphs[0], text, _CELL)
