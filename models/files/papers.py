"""
What a paper of an item's file is by its content: a picture, a PDF, a Word or Excel document without macros.

Nothing is unpacked and nothing rendered: of a ZIP only the list of names is read, and that within bounds.
"""

from __future__ import annotations

from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from models.domain.errors import NotAPaper
from models.files import sniffing

PDF: Final = "application/pdf"
HEIC: Final = "image/heic"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TAKEN: Final = "可以提交照片（JPEG、PNG、WEBP、AVIF、HEIC）、PDF、Word（.docx）、Excel（.xlsx）"

_HEAD_BYTES: Final = 4_096
_PICTURES: Final = frozenset({sniffing.JPEG, sniffing.PNG, sniffing.WEBP, sniffing.AVIF})
_MAIN: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_TYPES: Final = "[Content_Types].xml"
_MACROS: Final = "vbaproject.bin"
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_END_BYTES: Final = 22  # of the end record; up to 64 KiB of comment may follow
_MOST_LIST_BYTES: Final = 2_000_000
"""Of a ZIP's list of names: some ten thousand of them; a real document has a few hundred."""


def media_type_of(file: BinaryIO) -> str:
    """
    Return the media type of a paper we take.

    Raises:
        NotAPaper: it is something else; says what may be sent.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if head.startswith(b"%PDF-"):
        return PDF
    kind = sniffing.kind_of(head)
    if kind in _PICTURES:
        return kind
    if kind == "heic":
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return _document(file)
    raise NotAPaper(f"文件是空的，请重新选择；{TAKEN}" if kind == "empty" else f"不能接收这种文件。{TAKEN}")


def _document(file: BinaryIO) -> str:
    """Raises ``NotAPaper``: an archive, a document with macros, or a damaged one."""
    _bounded(file)
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            sealed = any(one.flag_bits & 0x1 for one in archive.infolist())
    except (BadZipFile, ValueError, RuntimeError, EOFError):
        raise NotAPaper("文件已损坏，打不开；请重新保存后再提交") from None
    if any(name.lower().endswith(_MACROS) for name in names):
        raise NotAPaper("文件含有宏，不能接收；请另存为不带宏的 .docx 或 .xlsx，或导出 PDF 后再提交")
    kinds = {kind for main, kind in _MAIN.items() if main in names}
    if _TYPES not in names or len(kinds) != 1 or sealed:
        raise NotAPaper(f"这是压缩包，不能接收，请逐个提交其中的文件。{TAKEN}")
    return kinds.pop()


def _bounded(file: BinaryIO) -> None:
    """That the list of names is small before anything reads it. Raises ``NotAPaper``."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - 65_535))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise NotAPaper("文件不完整，打不开；请重新保存后再提交")
    # The larger form of the list has its own sizes elsewhere; no office document of this size needs it.
    larger = tail[max(0, at - 20) : at].startswith(_END_64)
    if larger or int.from_bytes(tail[at + 12 : at + 16], "little") > _MOST_LIST_BYTES:
        raise NotAPaper(f"文件里的条目太多，不像办公文档，不能接收。{TAKEN}")
    file.seek(0)
