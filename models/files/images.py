"""
Pictures of strangers: what one is, and a copy of it that carries nothing but what can be seen.

Everything here is hostile until decoded: the type is sniffed, only four decoders are ever tried, the size is known
before a pixel is decoded, and the copy is painted on a new canvas, so that neither EXIF (where, when, whose
phone), XMP, ICC profile, comment nor whatever hangs behind the picture can pass.

Memory: at most one decoded picture (JPEG: reduced while decoding) and strips of 4 megapixels.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from models.domain.errors import HuanxunError, NotAPicture, TooLarge
from models.files import sniffing

MAX_PIXELS: Final = 50_000_000
MAX_PIXELS_COSTLY: Final = 25_000_000
"""WEBP and AVIF: their decoders hold 16 and 9 bytes a pixel (measured), JPEG and PNG at most 7."""
LONGEST_SIDE: Final = 1600
"""Pixels of the copy: enough to read a sign, small enough for a phone."""
QUALITY: Final = 82
MOST_SCANS: Final = 100
"""Passes of a progressive JPEG; cameras and programs make about ten, an attack thousands over every pixel."""

_STRIP_PIXELS: Final = 4_000_000
_WHITE: Final = (255, 255, 255)
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DECODERS: Final = {
    sniffing.JPEG: ("JPEG",),
    sniffing.PNG: ("PNG",),
    sniffing.WEBP: ("WEBP",),
    sniffing.AVIF: ("AVIF",),
}
_COSTLY: Final = frozenset({sniffing.WEBP, sniffing.AVIF})
_TOO_MANY: Final = "照片超过 {} 万像素，不能接收。请在相机里改用较低的分辨率重拍，或截一张图再上传。"
_BROKEN: Final = "照片打不开：文件不完整或已损坏。请在手机上确认能看到这张照片，再重新选择，或截一张图上传。"

# For the whole process: no other module opens pictures.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
warnings.filterwarnings(
    "ignore", category=UserWarning, module=r"PIL\."
)  # odd EXIF: not read, not worth a log line


@dataclass(frozen=True, slots=True)
class Picture:
    """What was sent (``media_type``) and its copy: a JPEG of ``width`` x ``height`` pixels."""

    media_type: str
    copy: bytes
    width: int
    height: int


def look(data: bytes) -> Picture:
    """
    Return the type of a picture and its clean copy.

    Raises:
        NotAPicture: another kind of file, or one that cannot be decoded; TooLarge: more than 50 megapixels.
    """
    media_type = sniffing.media_type_of(data)
    if media_type == sniffing.JPEG and _scans_of(data) > MOST_SCANS:
        raise NotAPicture(_BROKEN, found="broken")
    most = MAX_PIXELS_COSTLY if media_type in _COSTLY else MAX_PIXELS
    with _told(most), Image.open(BytesIO(data), formats=_DECODERS[media_type]) as image:
        if image.width * image.height > most:
            raise _too_many(most)
        copy = _upright(_small(image), _orientation_of(image))
        out = BytesIO()
        copy.save(out, "JPEG", quality=QUALITY)
        return Picture(media_type, out.getvalue(), copy.width, copy.height)


@contextmanager
def _told(most_pixels: int) -> Iterator[None]:
    """Whatever a decoder stumbles over becomes one of two refusals; no words of it reach anybody."""
    try:
        yield
    except HuanxunError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many(most_pixels) from None
    except Exception:  # decoders raise nearly every class there is on bytes made to hurt them
        raise NotAPicture(_BROKEN, found="broken") from None


def _too_many(most: int) -> TooLarge:
    return TooLarge(_TOO_MANY.format(most // 10_000), most_pixels=most)


_MARKER: Final = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def _scans_of(data: bytes) -> int:
    """Count the scans of a JPEG, segment by segment up to its end; what hangs behind is not looked at."""
    at, scans = 2, 0
    while found := _MARKER.search(data, at):
        kind = found[1][0]
        if kind == 0xD9:
            break
        scans += kind == 0xDA
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return scans


def _orientation_of(image: Image.Image) -> int:
    """Return how the phone was held, 1 to 8; what cannot be read is upright."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # EXIF is a format of its own, as hostile as the rest; the picture is good without it
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _small(image: Image.Image) -> Image.Image:
    """Return the picture on a new RGB canvas, its longest side at most 1600 pixels."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is reduced while it is decoded
    image.load()
    reduced = _reduced(image, max(1, max(image.size) // LONGEST_SIDE))
    longest = max(reduced.size)
    if longest <= LONGEST_SIDE:
        return reduced
    width, height = (max(1, round(side * LONGEST_SIDE / longest)) for side in reduced.size)
    return reduced.resize((width, height), Image.Resampling.LANCZOS)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """Return a new RGB canvas with the picture at one ``factor``-th, strip by strip: never two whole pictures."""
    width, height = image.size
    canvas = Image.new("RGB", (-(-width // factor), -(-height // factor)), _WHITE)
    rows = max(1, _STRIP_PIXELS // (width * factor)) * factor
    for top in range(0, height, rows):
        strip = _flat(image.crop((0, top, width, min(top + rows, height))))
        canvas.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return canvas


def _flat(image: Image.Image) -> Image.Image:
    """Return an opaque RGB picture; what is see-through lies on white."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        image = image.convert("I").point([value >> 8 for value in range(65536)], "L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    canvas = Image.new("RGB", image.size, _WHITE)
    canvas.paste(layered, mask=layered)
    return canvas
