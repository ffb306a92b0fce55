"""Pictures as phones, programs and attackers make them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any, Final

from PIL import Image

LATITUDE: Final = b"27.2389"
SECRET: Final = b"SECRET-PHONE-SERIAL"
PLACES: Final = (SECRET, b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"2026:11:20", b"PK\x03\x04")
"""Byte strings that no copy may have."""


def plain(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture that is red on the left and blue on the right."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: where, when, which phone."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F] = SECRET.decode()
    told[0x0132] = "2026:11:20 22:47:00"
    told.get_ifd(0x8825).update({1: "N", 2: (27.0, 14.0, 20.0), 3: "E", 4: (111.0, 27.0, 0.0)})
    return told


def photo(width: int = 64, height: int = 48, orientation: int = 1) -> bytes:
    """A phone's JPEG with everything that can tell on its owner."""
    return encoded(
        plain(width, height),
        exif=exif(orientation),
        comment=SECRET,
        icc_profile=b"ICC" + SECRET,
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>",
        quality=90,
    )


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels: nothing is behind them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )


def boxed(brand: bytes, *others: bytes) -> bytes:
    """The first bytes of an ISO base media file: HEIC, AVIF, MP4."""
    brands = b"".join(others)
    head = b"ftyp" + brand + b"\x00\x00\x00\x00" + brands
    return struct.pack(">I", len(head) + 4) + head + bytes(200)
