"""
The receipt as a picture to keep: number, query code, date, QR, whom to call; readable after a chat app squeezed it.

Drawn with a font that travels along (a subset of Noto Sans SC), because a server has no Chinese one. A character
outside the subset is drawn as an empty box, so that one sees something is missing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from models.domain.timing.calendar import SHANGHAI
from models.domain.words import numbering, query_codes

WIDTH: Final = 720
MARGIN: Final = 44
MODULE: Final = 8
"""Pixels of one QR module: at half its size a phone still reads it."""

_LARGE: Final = 58  # two groups of the widest letters fit
_QUIET: Final = 4  # modules of white around, as ISO/IEC 18004 wants
_BLACK: Final = 0
_GREY: Final = 85
_WHITE: Final = 255
_LEVELS: Final = tuple(round(grey / 85) * 85 for grey in range(256))
"""Four greys are enough for letters of this size, and a fifth of the bytes: the page with it is sent in one go."""
_NEVER_FIRST: Final = "，。；：、）”》！？"
_WEEKDAYS: Final = "一二三四五六日"
_FONT: Final = ("models.reference", "fonts", "NotoSansSC-Medium-subset.woff")


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What stands on the receipt.

    ``number``: 11 characters, ``code``: 16, both as stored; ``phones``: whom to call and when, a line each.
    """

    bureau: str
    number: str
    code: str
    received_at: datetime
    phones: tuple[str, ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of text: size in pixels, grey (0 black … 255), space above it, whether it stands in the middle."""

    text: str
    size: int
    grey: int = _BLACK
    above: int = 14
    centred: bool = False


def receipt_png(shown: Shown) -> bytes:
    """The picture: PNG, 720 pixels wide."""
    fonts = _Fonts()
    head = list(_wrapped(_head(shown), fonts))
    foot = list(_wrapped(_foot(shown), fonts))
    code = _modules(qr_text(shown.number, shown.code))
    side = (len(code) + 2 * _QUIET) * MODULE
    height = MARGIN + _height(head) + side + _height(foot) + MARGIN
    picture = Image.new("L", (WIDTH, height), _WHITE)
    draw = ImageDraw.Draw(picture)
    if shown.sample:
        _draw_frame(draw, height, head[0])
    y = _draw_lines(draw, head, fonts, MARGIN)
    _draw_code(draw, code, y)
    _draw_lines(draw, foot, fonts, y + side)
    out = BytesIO()
    picture.point(_LEVELS).save(out, "PNG")
    return out.getvalue()


def qr_text(number: str, code: str) -> str:
    """What the QR says: number and code in words, for any scanner; no address that would carry them off."""
    return f"举报编号 {numbering.shown(number)} 查询码 {query_codes.shown(code)}"


def date_line(at: datetime) -> str:
    """The time in Shanghai with the day of the week: 2026年11月23日 星期一 09:05."""
    local = at.astimezone(SHANGHAI)
    day = f"{local.year}年{local.month}月{local.day}日"
    return f"{day} 星期{_WEEKDAYS[local.weekday()]} {local:%H:%M}"


def _head(shown: Shown) -> Iterator[_Line]:
    if shown.sample:
        yield _Line("示例数据 · 不是真实举报", 30, _WHITE, above=0, centred=True)
    yield _Line("举报回执", 54, above=20, centred=True)
    yield _Line(shown.bureau, 30, _GREY, above=8, centred=True)
    yield _Line("举报编号", 28, _GREY, above=30)
    yield _Line(numbering.shown(shown.number), _LARGE, above=2)
    yield _Line("查询码（只有您知道，请勿告诉他人）", 28, _GREY, above=20)
    first, second, third, fourth = query_codes.shown(shown.code).split("-")
    yield _Line(f"{first} - {second}", _LARGE, above=2)
    yield _Line(f"{third} - {fourth}", _LARGE, above=0)
    yield _Line(f"提交时间：{date_line(shown.received_at)}", 28, above=22)


def _foot(shown: Shown) -> Iterator[_Line]:
    yield _Line(
        "查询办法：打开本单位举报页面，点“查询”，输入编号和查询码；也可打电话报编号询问。", 28, above=4
    )
    for phone in shown.phones:
        yield _Line(phone, 30, above=14)
    yield _Line("请保存本图。不留姓名的举报，查询码遗失后无法补发。", 26, _GREY, above=16)


# --- drawing -----------------------------------------------------------------------------------


@cache
def _font_bytes() -> bytes:
    package, *path = _FONT
    return files(package).joinpath(*path).read_bytes()


class _Fonts:
    """The font in the sizes of one picture; made anew each time, because a face is not shared by threads."""

    def __init__(self) -> None:
        self._sizes: dict[int, FreeTypeFont] = {}

    def __getitem__(self, size: int) -> FreeTypeFont:
        if size not in self._sizes:
            engine = ImageFont.Layout.BASIC  # the subset has no tables for anything else
            self._sizes[size] = ImageFont.truetype(BytesIO(_font_bytes()), size, layout_engine=engine)
        return self._sizes[size]


def _wrapped(lines: Iterator[_Line], fonts: _Fonts) -> Iterator[_Line]:
    """Each line cut where the picture ends, anywhere but before a mark that closes: that hangs into the margin."""
    for line in lines:
        above, taken = line.above, ""
        for one in _drawable(line.text):
            full = fonts[line.size].getlength(taken + one) > WIDTH - 2 * MARGIN
            if taken and full and one not in _NEVER_FIRST:
                yield _Line(taken, line.size, line.grey, above, line.centred)
                above, taken = 4, ""
            taken += one
        yield _Line(taken, line.size, line.grey, above, line.centred)


def _drawable(text: str) -> str:
    """Without what has no form of its own (line ends, controls, marks of direction)."""
    return "".join(one for one in text if unicodedata.category(one)[0] != "C")


def _height(lines: list[_Line]) -> int:
    return sum(line.above + _line_height(line) for line in lines)


def _line_height(line: _Line) -> int:
    return line.size * 5 // 4


def _draw_lines(draw: ImageDraw.ImageDraw, lines: list[_Line], fonts: _Fonts, y: int) -> int:
    for line in lines:
        y += line.above
        font = fonts[line.size]
        x = (WIDTH - font.getlength(line.text)) / 2 if line.centred else MARGIN
        draw.text((x, y + _line_height(line) * 0.88), line.text, font=font, fill=line.grey, anchor="ls")
        y += _line_height(line)
    return y


def _modules(text: str) -> tuple[bytearray, ...]:
    """The QR as rows of 0 and 1, level Q: a quarter of it may be lost."""
    return segno.make(text, error="q", micro=False, encoding="utf-8").matrix


def _draw_code(draw: ImageDraw.ImageDraw, code: tuple[bytearray, ...], top: int) -> None:
    left = (WIDTH - len(code) * MODULE) // 2
    top += _QUIET * MODULE
    for row, cells in enumerate(code):
        for column, dark in enumerate(cells):
            if dark:
                x, y = left + column * MODULE, top + row * MODULE
                draw.rectangle((x, y, x + MODULE - 1, y + MODULE - 1), fill=_BLACK)


def _draw_frame(draw: ImageDraw.ImageDraw, height: int, mark: _Line) -> None:
    """The sample mark white on black, and a frame that no cropping of the top takes away."""
    draw.rectangle((0, 0, WIDTH - 1, height - 1), outline=_BLACK, width=12)
    draw.rectangle((0, 0, WIDTH - 1, MARGIN + _line_height(mark) + 6), fill=_BLACK)
