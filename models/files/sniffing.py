"""What a file is by its first bytes, whatever it is called; and what to tell whoever sends something else."""

from __future__ import annotations

import re
from typing import Final

from models.domain.errors import NotAPicture

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
WEBP: Final = "image/webp"
AVIF: Final = "image/avif"

_HEIC: Final = (
    "这张照片是苹果或部分安卓手机的 HEIC 格式，暂时不能接收。请把照片在手机上打开后截一张图再上传；"
    "或在相机设置里改为“兼容性最佳”（苹果：设置→相机→格式；安卓：相机设置→关闭“高效格式”）后重新拍摄。"
)
_OTHER: Final = "只能接收照片（JPEG、PNG、WEBP、AVIF）。"
_SAID: Final[dict[str, str]] = {
    "heic": _HEIC,
    "gif": "这是动图（GIF），不能接收。请截一张图再上传。",
    "video": "这是视频，暂时不能接收。请截取其中的画面作为照片上传，并在文字里说明看到了什么。",
    "pdf": "这是 PDF 文件，不能接收。请对需要的那一页截图或拍照后上传。",
    "zip": "这是压缩包或办公文档，不能接收。请直接上传照片，一次一张。",
    "text": f"这是网页或文字文件，不是照片。{_OTHER}如需说明情况，请写在文字里。",
    "tiff": f"这是 TIFF 或相机原始格式，不能接收。{_OTHER}请在手机上另存为 JPEG 或截图后上传。",
    "bmp": "这是 BMP 图片，不能接收。请另存为 JPEG 或 PNG，或截图后上传。",
    "empty": "文件是空的。请重新选择照片。",
    "other": f"认不出这是什么文件。{_OTHER}请重新选择照片，或截一张图再上传。",
}
_HEADS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"\x1f\x8b", "zip"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"\x00\x00\x01\xba", "video"),
    (b"FLV", "video"),
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_TEXT: Final = re.compile(rb"\s*(<|\{|#!|From: )")


def media_type_of(data: bytes) -> str:
    """
    Return the media type of a picture we take.

    Raises:
        NotAPicture: it is something else; says what, and the way out.
    """
    kind = kind_of(data)
    if kind in _SAID:
        raise NotAPicture(_SAID[kind], found=kind)
    return kind


def kind_of(data: bytes) -> str:
    """Return the media type of a picture we take, or the name of what it is instead."""
    if not data:
        return "empty"
    for head, kind in _HEADS:
        if data.startswith(head):
            return kind
    if data[:4] == b"RIFF":
        return WEBP if data[8:12] == b"WEBP" else "video"
    if data[4:8] == b"ftyp":
        return _boxed(data)
    return "text" if _TEXT.match(data.removeprefix(b"\xef\xbb\xbf")[:512]) else "other"


def _boxed(data: bytes) -> str:
    """An ISO base media file: its brands tell still pictures from films."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return AVIF
    return "heic" if brands & _HEIC_BRANDS else "video"
