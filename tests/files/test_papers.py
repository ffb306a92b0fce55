"""What a paper is by its content; a ZIP's list of names is never read beyond its bound."""

from __future__ import annotations

import struct
from contextlib import suppress
from io import BytesIO
from time import perf_counter
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import NotAPaper
from models.files import papers
from tests.api.ledgers.materials_by_hand import PDF, zipped

WORD = ("[Content_Types].xml", "word/document.xml")


def kind(data: bytes) -> str:
    return papers.media_type_of(BytesIO(data))


def test_papers_are_known() -> None:
    """PDF, Word and Excel are what they are, whatever else lies in the ZIP."""
    assert kind(PDF) == papers.PDF
    assert kind(zipped(*WORD, "word/media/image1.png")) == papers.DOCX
    assert kind(zipped("[Content_Types].xml", "xl/workbook.xml")) == papers.XLSX


def test_an_empty_file_says_so() -> None:
    """An empty file is told as empty."""
    with pytest.raises(NotAPaper, match="空的"):
        kind(b"")


@given(st.binary(max_size=400))
def test_rubbish_is_refused_and_breaks_nothing(data: bytes) -> None:
    """No bytes make anything but a media type of ours or a refusal, with or without the head of a ZIP."""
    for whole in (data, b"PK\x03\x04" + data, b"PK\x03\x04" + data + b"PK\x05\x06" + data[:22]):
        with suppress(NotAPaper):
            assert "/" in kind(whole)


@given(st.integers(min_value=0, max_value=600), st.integers(min_value=0, max_value=255))
def test_a_damaged_document_breaks_nothing(at: int, byte: int) -> None:
    """A document with any byte changed is a document still or refused, never an error of ours."""
    data = bytearray(zipped(*WORD))
    data[at % len(data)] = byte
    with suppress(NotAPaper):
        assert kind(bytes(data)) == papers.DOCX


def test_a_list_of_a_million_names_is_not_read() -> None:
    """A ZIP that announces a huge list, in either form, is refused before it is read."""
    data = zipped(*WORD)
    end = data.rindex(b"PK\x05\x06")
    huge = data[: end + 12] + struct.pack("<I", 49_000_000) + data[end + 16 :]
    larger = data[:end] + b"PK\x06\x07" + bytes(16) + data[end:]
    for one in (huge, larger):
        begun = perf_counter()
        with pytest.raises(NotAPaper, match="条目太多"):
            kind(one)
        assert perf_counter() - begun < 0.5


def test_macros_are_found_whatever_their_spelling() -> None:
    """A document with macros is refused, in any case of letters and any folder."""
    with pytest.raises(NotAPaper, match="宏"):
        kind(zipped(*WORD, "word/VBAPROJECT.BIN"))


def test_a_document_with_a_password_is_no_paper() -> None:
    """A ZIP whose entries are encrypted cannot be read by whoever must judge it."""
    data = bytearray(zipped(*WORD))
    held = BytesIO(bytes(data))
    with ZipFile(held) as archive:
        assert archive.namelist()
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of the first entry of the list
    with pytest.raises(NotAPaper, match="压缩包"):
        kind(bytes(data))
