"""The picture of a receipt: what stands on it is there, whole, and survives a chat app."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageFont

from models.domain.words import crockford
from models.files import receipt_image
from models.files.receipt_image import MARGIN, MODULE, WIDTH, Shown, date_line, qr_text, receipt_png
from models.operations.founding import DIVISIONS

SHOWN = Shown(
    bureau="邵阳市生态环境局北塔分局",
    number="7K2M9QX4TBV",
    code="7K2M9QX4TB0WZ1HJ",
    received_at=datetime(2026, 11, 23, 1, 5, tzinfo=UTC),
    phones=("本局电话 0739-0000000", "热线 12345（全天）", "上班时间 工作日 8:30～12:00、14:30～17:30"),
    sample=False,
)
FONTS = files("models.reference") / "fonts"


def opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    picture.load()
    return picture


def modules(picture: Image.Image) -> list[list[int]]:
    """The QR as read off the picture: dark or light in the middle of each module."""
    wanted = segno.make(qr_text(SHOWN.number, SHOWN.code), error="q", micro=False, encoding="utf-8").matrix
    size = len(wanted)
    left = (WIDTH - size * MODULE) // 2
    grey = picture.convert("L")
    top = next(y for y in range(grey.height) if is_finder(grey, left, y))
    return [
        [
            int(value(grey, left + MODULE * x + MODULE // 2, top + MODULE * y + MODULE // 2) < 128)
            for x in range(size)
        ]
        for y in range(size)
    ]


def is_finder(grey: Image.Image, left: int, y: int) -> bool:
    """Whether the top of the finder pattern, seven dark modules with white around, begins here."""
    if not all(value(grey, left + at, y) < 128 for at in range(7 * MODULE)):
        return False
    beside = (value(grey, left - MODULE // 2, y), value(grey, left + 7 * MODULE + MODULE // 2, y))
    return min(beside) > 128


def value(grey: Image.Image, x: int, y: int) -> int:
    return grey.tobytes()[y * grey.width + x]


def expected() -> list[list[int]]:
    made = segno.make(qr_text(SHOWN.number, SHOWN.code), error="q", micro=False, encoding="utf-8")
    return [[int(cell) for cell in row] for row in made.matrix]


def test_the_picture_decodes() -> None:
    """A PNG, 720 pixels wide, small enough for any message, with nothing in it but pixels."""
    png = receipt_png(SHOWN)
    picture = opened(png)
    assert (picture.format, picture.width) == ("PNG", WIDTH)
    assert len(png) < 100_000
    assert picture.info == {}


def test_the_code_is_in_the_picture() -> None:
    """The QR on the picture is, module by module, the one of number and code."""
    assert qr_text(SHOWN.number, SHOWN.code) == "举报编号 7K2M9-QX4TB-V 查询码 7K2MP-9QX4Y-TB0WK-Z1HJ1"
    assert modules(opened(receipt_png(SHOWN))) == expected()


def test_a_chat_app_does_not_hurt_it() -> None:
    """Halved and squeezed to a poor JPEG, every module is still dark or light as it was."""
    picture = opened(receipt_png(SHOWN))
    out = BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(out, "JPEG", quality=30)
    back = opened(out.getvalue()).resize(picture.size)
    assert modules(back) == expected()


def test_the_same_receipt_is_the_same_picture_in_every_thread() -> None:
    """Eight threads draw the same bytes."""
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: receipt_png(SHOWN), range(16)))) == 1


def test_everything_on_it_has_a_glyph() -> None:
    """No fixed text, number, code or place name of ours meets a hole in the font."""
    sample = replace(SHOWN, sample=True)
    lines = [*receipt_image._head(sample), *receipt_image._foot(sample)]
    texts = "".join(line.text for line in lines) + crockford.ALPHABET + "一二三四五六日"
    names = "".join(name for _, name, _, _ in DIVISIONS)
    assert {one for one in texts + names if one != " " and is_missing(one)} == set()


def test_common_characters_have_a_glyph() -> None:
    """The 3,755 characters of GB 2312 level 1 are all there: any bureau's name but the rarest can be written."""
    level_1 = [
        bytes([row, cell]).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    ]
    assert len(level_1) == 3755
    assert [one for one in level_1 if is_missing(one)] == []


def test_a_missing_glyph_is_seen() -> None:
    """A character the font lacks is drawn as a box; it neither vanishes nor stops the drawing."""
    rare = receipt_png(replace(SHOWN, bureau="𠀀𪚥局"))
    assert is_missing("𠀀")
    assert max(BOX) == 255, "the box has ink"
    assert rare != receipt_png(replace(SHOWN, bureau="局"))


@pytest.mark.parametrize("bureau", ["", "\n\t\u202e", "局" * 200, "A" * 500, "😀🏭", "\ud800"])
def test_no_name_stops_the_drawing(bureau: str) -> None:
    """Empty, endless, without form or right to left: the picture is drawn, and as high as it must be."""
    picture = opened(receipt_png(replace(SHOWN, bureau=bureau)))
    assert picture.width == WIDTH
    assert modules(picture) == expected()


def test_nothing_is_cut_off() -> None:
    """The widest number and code stay inside the margins."""
    wide = replace(SHOWN, number="W" * 11, code="W" * 16, bureau="局" * 60)
    picture = opened(receipt_png(wide)).convert("L")
    edge = picture.crop((WIDTH - MARGIN // 2, 0, WIDTH, picture.height))
    assert edge.getextrema() == (255, 255)


def test_the_sample_says_so() -> None:
    """The receipt of a sample instance has its mark on top and a frame all around; a real one has neither."""
    real, sample = (opened(receipt_png(replace(SHOWN, sample=one))).convert("L") for one in (False, True))
    for y in (0, sample.height // 2, sample.height - 1):
        assert value(sample, 2, y) == value(sample, WIDTH - 3, y) == 0
        assert value(real, 2, min(y, real.height - 1)) == 255
    assert value(sample, WIDTH // 4, 20) == 0
    assert value(real, WIDTH // 4, 20) == 255


def test_the_date_is_of_shanghai() -> None:
    """The day and its name are those of Shanghai, also across midnight and the year's end."""
    assert date_line(SHOWN.received_at) == "2026年11月23日 星期一 09:05"
    assert date_line(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2027年1月1日 星期五 00:00"
    assert date_line(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == "2026年11月22日 星期日 23:59"


def test_the_font_travels_with_its_licence() -> None:
    """The font is small, and its licence lies beside it."""
    assert len((FONTS / "NotoSansSC-Medium-subset.woff").read_bytes()) < 1_500_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text("utf-8")


def is_missing(one: str) -> bool:
    """Whether a character is drawn as the box for missing ones."""
    return bytes(FONT.getmask(one)) == BOX


FONT = ImageFont.truetype(BytesIO((FONTS / "NotoSansSC-Medium-subset.woff").read_bytes()), 40)
BOX = bytes(FONT.getmask("\U0010fffe"))
