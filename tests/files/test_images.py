"""Pictures of strangers: what is taken, what is refused, and what a copy carries."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from models.domain.errors import NotAPicture, TooLarge
from models.files import images
from models.files.images import LONGEST_SIDE, look
from tests.files import pictures

MEMORY_MIB: Final = 400
"""The peak of a whole process that looks at one picture of 48 megapixels."""


def opened(copy: bytes) -> Image.Image:
    return Image.open(BytesIO(copy))


def is_red(picture: Image.Image, x: int, y: int) -> bool:
    pixel = picture.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel[0] > 150 > pixel[2]


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("AVIF", "image/avif")],
)
def test_four_kinds_are_taken(form: str, media_type: str) -> None:
    """Each kind we take is told by its bytes and gives a JPEG of the same size and look."""
    seen = look(pictures.encoded(pictures.plain(), form))
    copy = opened(seen.copy)
    assert (seen.media_type, seen.width, seen.height) == (media_type, 64, 48)
    assert (copy.format, copy.mode, copy.size) == ("JPEG", "RGB", (64, 48))
    assert is_red(copy, 5, 20)
    assert not is_red(copy, 60, 20)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_of_the_metadata_passes(form: str) -> None:
    """Position, time, phone, XMP, colour profile and comment of the original are in no byte of the copy."""
    secret = pictures.SECRET
    options = {"comment": secret} if form == "JPEG" else {}
    original = pictures.encoded(
        pictures.plain(), form, exif=pictures.exif(), icc_profile=secret, xmp=secret, **options
    )
    assert secret in original
    copy = look(original).copy
    assert [place for place in pictures.PLACES if place in copy] == []
    assert set(opened(copy).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_text_chunk_of_a_png_does_not_pass() -> None:
    """What a program wrote beside the pixels of a PNG stays behind."""
    told = PngInfo()
    told.add_text("Author", pictures.SECRET.decode())
    told.add_itxt("Place", pictures.SECRET.decode(), zip=True)
    original = pictures.encoded(pictures.plain(), "PNG", pnginfo=told)
    assert pictures.SECRET in original
    assert pictures.SECRET not in look(original).copy


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_copy_stands_upright(orientation: int) -> None:
    """However the phone was held, the copy looks as the phone would show it, without the tag."""
    copy = opened(look(pictures.photo(64, 48, orientation)).copy)
    assert copy.size == ((64, 48) if orientation <= 4 else (48, 64))
    red_corner = {1: (2, 2), 2: (-3, 2), 3: (-3, 2), 4: (2, 2), 5: (2, 2), 6: (2, 2), 7: (2, -3), 8: (2, -3)}
    x, y = red_corner[orientation]
    assert is_red(copy, x % copy.width, y % copy.height)


def test_a_large_photo_is_made_small() -> None:
    """The longest side of a copy is 1600 pixels at most, whatever the shape; a small one is not blown up."""
    seen = look(pictures.encoded(pictures.plain(4000, 3000)))
    assert (seen.width, seen.height) == (LONGEST_SIDE, 1200)
    wide = look(pictures.encoded(pictures.plain(20_000, 10), "PNG"))
    assert (wide.width, wide.height) == (LONGEST_SIDE, 1)
    assert look(pictures.encoded(pictures.plain(100, 80))).width == 100


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    """Black and white, grey, palette, see-through and 16-bit PNGs all become an opaque picture."""
    picture = Image.new("I;16", (64, 48)) if mode == "I;16" else pictures.plain(mode=mode)
    assert opened(look(pictures.encoded(picture, "PNG")).copy).mode == "RGB"


def test_what_is_see_through_lies_on_white() -> None:
    """A transparent screenshot does not turn black."""
    copy = opened(look(pictures.encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")).copy)
    assert copy.getpixel((10, 10)) == (255, 255, 255)


def test_a_print_shop_jpeg_is_taken() -> None:
    """A JPEG in CMYK becomes RGB."""
    assert opened(look(pictures.encoded(Image.new("CMYK", (20, 20)))).copy).mode == "RGB"


def test_a_photo_with_a_zip_behind_it_is_a_photo() -> None:
    """JPEG and ZIP in one file: taken as the JPEG it is, and the copy has nothing of the archive."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("evil.sh", "rm -rf /")
    both = pictures.photo() + archive.getvalue()
    assert zipfile.is_zipfile(BytesIO(both))
    copy = look(both).copy
    assert not zipfile.is_zipfile(BytesIO(copy))
    assert b"evil" not in copy


def test_a_photo_with_a_web_page_in_it_is_a_photo() -> None:
    """HTML in the comment of a JPEG stays behind."""
    copy = look(pictures.encoded(pictures.plain(), comment=b"<script>alert(1)</script>")).copy
    assert b"script" not in copy


REFUSED: Final = [
    (pictures.boxed(b"heic", b"mif1", b"heic"), "heic", "兼容性最佳"),
    (pictures.boxed(b"mif1", b"heic"), "heic", "截一张图"),
    (pictures.boxed(b"mp42", b"isom"), "video", "视频"),
    (pictures.boxed(b"qt  "), "video", "视频"),
    (b"RIFF\x00\x00\x00\x00AVI LIST", "video", "视频"),
    (b"\x1aE\xdf\xa3" + bytes(50), "video", "视频"),
    (b"GIF89a" + bytes(50), "gif", "截一张图"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "text", "不是照片"),
    (b"\xef\xbb\xbf  <!doctype html><p>", "text", "不是照片"),
    (b"%PDF-1.7", "pdf", "截图"),
    (b"PK\x03\x04" + bytes(50), "zip", "一次一张"),
    (b"II*\x00" + bytes(50), "tiff", "JPEG"),
    (b"BM" + bytes(50), "bmp", "JPEG"),
    (b"%!PS-Adobe", "other", "认不出"),
    (b"\x00" * 100, "other", "认不出"),
    (b"", "empty", "空"),
]


@pytest.mark.parametrize(("data", "found", "way_out"), REFUSED)
def test_other_files_are_refused_with_a_way_out(data: bytes, found: str, way_out: str) -> None:
    """What is no picture of ours is named, and what to do instead is told."""
    with pytest.raises(NotAPicture) as refused:
        look(data)
    assert refused.value.facts["found"] == found
    assert way_out in refused.value.message


BROKEN: Final = {
    "cut off": pictures.photo(640, 480)[:-2000],
    "head only": pictures.photo()[:20],
    "png called jpeg": b"\xff\xd8\xff" + pictures.encoded(pictures.plain(), "PNG"),
    "jpeg called png": b"\x89PNG\r\n\x1a\n" + pictures.photo(),
    "webp of rubbish": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(40),
    "avif of rubbish": pictures.boxed(b"avif", b"mif1"),
    "png cut off": pictures.encoded(pictures.plain(), "PNG")[:-30],
    "webp cut off": pictures.encoded(pictures.plain(300, 300), "WEBP")[:-20],
    "avif cut off": pictures.encoded(pictures.plain(300, 300), "AVIF")[:-20],
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_and_mislabelled_pictures_are_refused(name: str) -> None:
    """A picture that cannot be decoded to its end, or is not what its first bytes say, is refused whole."""
    with pytest.raises(NotAPicture) as refused:
        look(BROKEN[name])
    assert refused.value.facts["found"] == "broken"
    assert "打不开" in refused.value.message


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (pictures.png_of_size(7072, 7072), 5000),
        (pictures.png_of_size(9000, 9000), 5000),
        (pictures.png_of_size(30_000, 30_000), 5000),
        (pictures.png_of_size(2**31 - 1, 2**31 - 1), 5000),
        (pictures.encoded(Image.new("L", (5001, 5001)), "WEBP", method=0), 2500),
    ],
)
def test_bombs_are_refused_before_they_are_decoded(data: bytes, most: int) -> None:
    """A few bytes that would become more pixels than we take are refused by what they say, and the limit is told."""
    with pytest.raises(TooLarge) as refused:
        look(data)
    assert f"{most} 万像素" in refused.value.message


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    """A progressive JPEG that paints every pixel hundreds of times over is refused before it is decoded."""
    good = pictures.encoded(pictures.plain(), progressive=True)
    assert look(good).width == 64
    first = good.index(b"\xff\xda")
    scan = good[first : good.index(b"\xff", first + 2)]
    many = good[:first] + scan * (images.MOST_SCANS + 1) + good[first:]
    with pytest.raises(NotAPicture):
        look(many)


def test_scans_behind_the_end_of_a_jpeg_do_not_count() -> None:
    """What hangs behind a picture may look like anything."""
    assert look(pictures.photo() + b"\xff\xda\x00\x02" * 1000).width == 64


@pytest.mark.filterwarnings("default:Corrupt EXIF data")
def test_exif_that_is_rubbish_harms_nobody() -> None:
    """A photo whose EXIF cannot be read is taken as it stands."""
    data = pictures.encoded(pictures.plain(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + bytes(30))
    assert look(data).width == 64


_MAKE: Final = """
import sys
from PIL import Image
whole = Image.effect_mandelbrot((8000, 6000), (-2, -1.5, 1, 1.5), 20).convert("RGB")
whole.save(sys.argv[1] + "/jpeg", "JPEG", quality=85)
whole.save(sys.argv[1] + "/scans", "JPEG", quality=85, progressive=True)
whole.save(sys.argv[1] + "/png", "PNG", compress_level=1)
"""
_LOOK: Final = """
import re, sys
from pathlib import Path
from models.files.images import look
seen = look(Path(sys.argv[1]).read_bytes())
assert (seen.width, seen.height) == (1600, 1200)
status = Path("/proc/self/status")  # getrusage would count what the parent had before exec
print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024 if status.exists() else 0)
"""


def ran(code: str, *arguments: str) -> str:
    """What a process of its own says: a picture in our own memory would count with it."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_memory_is_bounded(tmp_path: Path) -> None:
    """A photo of 48 megapixels is looked at within 400 MiB of a whole process, in whichever form."""
    ran(_MAKE, str(tmp_path))
    assert {
        name: peak
        for name in ("jpeg", "scans", "png")
        if (peak := int(ran(_LOOK, str(tmp_path / name)))) > MEMORY_MIB
    } == {}
