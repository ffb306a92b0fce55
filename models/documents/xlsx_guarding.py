"""
A workbook from a stranger, looked through before any library opens it: what it is, and what it would become.

A small ZIP can hold gigabytes, a small sheet a million empty cells, a small text a billion entities. Everything is
counted in one pass over each part with a parser that keeps nothing. Merged cells are noted on the way, because the
streaming reader does not tell them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from models.domain.errors import Flaw, Invalid, TooLarge
from models.domain.rectification.sheets.layouts import MOST_CELL

MOST_FILE_BYTES: Final = 10_000_000
MOST_UNPACKED_BYTES: Final = 100_000_000
MOST_RATIO: Final = 100
"""Unpacked to packed bytes, of one part. Source: stack.md 3.10; tables of text reach 10 to 40."""

_HARMLESS_BYTES: Final = 1_000_000
"""A part up to this size may be packed as tightly as it likes."""

MOST_PARTS: Final = 1_000
MOST_ELEMENTS: Final = 2_000_000
"""XML elements of a sheet: 5,000 rows of 60 columns have 900,000."""

MOST_STRINGS: Final = 300_000
MOST_SMALL_ELEMENTS: Final = 50_000
"""Elements of the parts that become objects one by one (workbook, styles, relationships): 5 s of a core."""

MOST_MERGES: Final = 20_000
_MOST_DEPTH: Final = 100
_MOST_TOKEN: Final = 1_000_000
_CHUNK: Final = 65_536
_SMALL: Final = frozenset({"workbook", "styleSheet", "Relationships", "Types", "theme", "cp:coreProperties"})
_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SAVE_AS: Final = "请在 Excel 或 WPS 里打开，“另存为”→“Excel 工作簿（*.xlsx）”，再导入"
_KINDS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (
        b"\xd0\xcf\x11\xe0",
        "ole",
        f"这是旧版 .xls 文件，或设了打开密码的文件，不能导入。如有密码请先取消；{_SAVE_AS}",
    ),
    (b"%PDF", "pdf", "这是 PDF 文件，不能导入。请向发文单位索取 Excel 原表，或用“下载空表”填写后导入"),
    (b"Rar!", "archive", "这是压缩包，不能导入。请先解压，再导入其中的 .xlsx 表"),
    (b"7z\xbc\xaf", "archive", "这是压缩包，不能导入。请先解压，再导入其中的 .xlsx 表"),
    (b"\x1f\x8b", "archive", "这是压缩包，不能导入。请先解压，再导入其中的 .xlsx 表"),
    (b"{\\rtf", "rtf", f"这是文字文档，不能导入。请把表格粘贴到 Excel 里；{_SAVE_AS}"),
    (b"\x89PNG", "picture", "这是图片，不能导入。请导入 .xlsx 表格"),
    (b"\xff\xd8\xff", "picture", "这是图片，不能导入。请导入 .xlsx 表格"),
)
_MADE_AS: Final[tuple[tuple[str, str, str], ...]] = (
    ("xl/workbook.bin", "xlsb", f"这是二进制工作簿（.xlsb），不能导入。{_SAVE_AS}"),
    ("word/document.xml", "docx", f"这是 Word 文档，不能导入。请把表格粘贴到 Excel 里；{_SAVE_AS}"),
    ("content.xml", "ods", f"这是 ODS 表格，不能导入。{_SAVE_AS}"),
)


@dataclass(slots=True)
class Looked:
    """What was seen of one part: vertically merged cells, formulas without a result, the last cell with content."""

    anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    uncounted: set[tuple[int, int]] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0
    merges: int = 0


def look_through(data: bytes) -> Mapping[str, Looked]:
    """
    Tell what is in the parts of a workbook that may be opened.

    Raises:
        TooLarge; Invalid: another kind of file, damaged, or made to do harm; says the way out.
    """
    if len(data) > MOST_FILE_BYTES:
        raise too_large()
    _is_zip(data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            _parts(archive)
            budget = MOST_UNPACKED_BYTES
            seen: dict[str, Looked] = {}
            for part in archive.infolist():
                looking = _Looking()
                budget -= looking.through(archive, part, budget)
                seen[part.filename] = looking.seen
            return seen
    except (
        BadZipFile,
        EOFError,
        RuntimeError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        raise damaged() from error


def too_large() -> TooLarge:
    """The refusal of a file above the limit."""
    return TooLarge(
        f"文件最大 {MOST_FILE_BYTES // 1_000_000} MB；请删去图片和不用的工作表，或分成几个表导入",
        most_bytes=MOST_FILE_BYTES,
    )


def damaged() -> Invalid:
    return _refused("damaged", f"文件不完整或已损坏，不能读取。{_SAVE_AS}")


def _refused(code: str, told: str) -> Invalid:
    return Invalid(told, flaws=[Flaw("", code, told)])


def _is_zip(data: bytes) -> None:
    for head, code, told in _KINDS:
        if data.startswith(head):
            raise _refused(code, told)
    if not data:
        raise _refused("empty", "文件是空的，请重新选择")
    if not data.startswith(b"PK"):
        told = f"这不是 .xlsx 文件（CSV、网页表格和文本都不能导入，会丢失编号和日期的格式）。{_SAVE_AS}"
        raise _refused("not_xlsx", told)


def _parts(archive: ZipFile) -> None:
    """The table of contents: what it says of itself, before anything is unpacked."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    for name, code, told in _MADE_AS:
        if name in names:
            raise _refused(code, told)
    if "[Content_Types].xml" not in names:
        raise _refused("archive", "这是压缩包，不是 .xlsx 表格，不能导入。请先解压，再导入其中的 .xlsx 表")
    packed_oddly = any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts)
    if len(parts) > MOST_PARTS or len(set(names)) < len(names) or packed_oddly or any(map(_strange, names)):
        raise _refused("strange_parts", f"文件内部结构异常，不能导入。{_SAVE_AS}")
    if any(part.flag_bits & 1 for part in parts):
        raise _refused("encrypted", f"文件设了密码，不能导入。请先取消密码；{_SAVE_AS}")
    swollen = any(part.file_size > max(MOST_RATIO * part.compress_size, _HARMLESS_BYTES) for part in parts)
    if swollen or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise _refused("bomb", _bomb(f"展开后超过 {MOST_UNPACKED_BYTES // 1_000_000} MB，或压缩比异常"))


def _strange(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def _bomb(why: str) -> str:
    return f"表格内容异常庞大（{why}），不能导入。请把要导入的几列复制到一个新工作簿里（选“值”粘贴），再导入"


class _Looking:
    """One part, read through once."""

    def __init__(self) -> None:
        self.seen = Looked()
        self._elements = self._strings = self._length = self._depth = 0
        self._most = MOST_ELEMENTS
        self._row = self._column = 0
        self._formula = self._valued = self._inside = False
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._doctype

    def through(self, archive: ZipFile, part: ZipInfo, budget: int) -> int:
        """The bytes it really has; a part that is no XML is only measured."""
        size, readable = 0, True
        with archive.open(part) as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > budget:
                    raise _refused("bomb", _bomb("展开后大小与文件所说不符"))
                readable = readable and self._fed(chunk, size)
        if (
            size
            and part.filename.endswith((".xml", ".rels"))
            and not (readable and self._fed(b"", size, True))
        ):
            raise damaged()
        return size

    def _fed(self, chunk: bytes, size: int, final: bool = False) -> bool:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError:
            return False
        if size - max(self._parser.CurrentByteIndex, 0) > _MOST_TOKEN:
            raise _refused("bomb", _bomb("单个标记过长"))
        return True

    def _doctype(self, *_: object) -> None:
        raise _refused("entities", f"文件里有实体声明（DOCTYPE），可能有害，不能导入。{_SAVE_AS}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self._elements += 1
        self._depth += 1
        if self._elements == 1 and (tag in _SMALL or name in _SMALL):
            self._most = MOST_SMALL_ELEMENTS
        if self._elements > self._most or self._depth > _MOST_DEPTH:
            raise _refused("bomb", _bomb("单元格或样式过多"))
        match tag:
            case "row":
                self._row, self._column = _whole(attributes.get("r"), self._row + 1), 0
            case "c":
                self._cell(attributes.get("r", ""))
            case "f":
                self._formula = True
            case "si":
                self._length, self._strings, self._inside = 0, self._strings + 1, True
                if self._strings > MOST_STRINGS:
                    raise _refused("bomb", _bomb("文字过多"))
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def _cell(self, ref: str) -> None:
        self._length, self._inside = 0, True
        self._formula = self._valued = False
        at = _CELL.fullmatch(ref)
        if at:
            self._row, self._column = int(at[2]), column_of(at[1])
        else:
            self._column += 1

    def _said(self, text: str) -> None:
        self._length += len(text)
        if text.strip():
            self._valued = True
        if self._inside and self._length > MOST_CELL:
            where = "" if self._strings else f"（第 {self._row} 行）"
            raise _refused("long_cell", f"有单元格{where}超过 {MOST_CELL} 字，请缩短后再导入")

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        self._depth -= 1
        if tag == "f":
            self._length, self._valued = 0, False
        elif tag == "c":
            if self._valued or self._formula:
                self.seen.last_row = max(self.seen.last_row, self._row)
                self.seen.last_column = max(self.seen.last_column, self._column)
            if not self._valued and self._formula and len(self.seen.uncounted) < MOST_MERGES:
                self.seen.uncounted.add((self._row, self._column))
            self._inside = False
        elif tag == "si":
            self._inside = False

    def _merge(self, ref: str) -> None:
        """Note which cells hang on the first of their column; a range over the whole sheet names only its top."""
        self.seen.merges += 1
        if self.seen.merges > MOST_MERGES:
            raise _refused("bomb", _bomb("合并单元格过多"))
        first, _, last = ref.partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if start is None or end is None:
            return
        column, top = column_of(start[1]), int(start[2])
        for row in range(top + 1, min(int(end[2]), top + MOST_MERGES) + 1):
            if len(self.seen.anchors) >= 10 * MOST_MERGES:
                raise _refused("bomb", _bomb("合并单元格过多"))
            self.seen.anchors[row, column] = (top, column)


def column_of(name: str) -> int:
    """The number (from 1) of a column by its letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
