"""
Numbers that people quote: case numbers of a unit, kind and year; public numbers of a complaint.

A case number (案号) counts: ``北环举〔2026〕17号``. A public complaint number (举报编号) must not: it is
10 random characters (50 bits) and 1 check character, shown as ``ABCDE-FGHJK-M``.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.words import crockford

_PUBLIC_LENGTH: Final = 10
_YEARS: Final = range(1949, 10000)
# 〔〕 are the brackets of GB/T 9704; people type whatever their keyboard gives them.
_CASE: Final = re.compile(r"([^\W\d_]+)[〔\[【(〈<{]([0-9]{4})[〕\]】)〉>}]([0-9]{1,9})号?")


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A case number in parts: stem (unit and kind, 北环举), year, serial from 1."""

    stem: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.stem}〔{self.year}〕{self.serial}号"


def case_number(prefix: str, kind_mark: str, year: int, serial: int) -> str:
    """
    Return the number of a case: unit prefix (北环), mark of the kind (举), year, serial from 1.

    Raises:
        ValueError: a prefix or mark that is not letters, a year or serial out of range.
    Source: GB/T 9704-2012, 7.2.5: year in full inside 〔〕, serial without 第 and leading zeros.
    """
    number = CaseNumber(prefix + kind_mark, year, serial)
    if not prefix.isalpha() or not kind_mark.isalpha() or year not in _YEARS or not 0 < serial < 10**9:
        raise ValueError(f"no case number: {number}")
    return str(number)


def parse_case_number(typed: str) -> CaseNumber:
    """
    Read a case number as people type it: any brackets, full-width digits, spaces, 第, 号 left out.

    Raises:
        Invalid: it is not of that form.
    """
    folded = "".join(unicodedata.normalize("NFKC", typed).split()).replace("第", "")
    found = _CASE.fullmatch(folded)
    if found is None or int(found[2]) not in _YEARS or int(found[3]) == 0:
        message = "案号格式不对，应如：北环举〔2026〕17号"
        raise Invalid(message, flaws=(Flaw("/number", "bad_case_number", message),))
    return CaseNumber(found[1], int(found[2]), int(found[3]))


def public_number(pick: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a new complaint number: 10 random characters and their check, without hyphens."""
    word = "".join(crockford.ALPHABET[pick(32)] for _ in range(_PUBLIC_LENGTH))
    return word + crockford.check_character(word)


def parse_public_number(typed: str) -> str:
    """
    Return the stored form (11 characters) of a complaint number as somebody typed it.

    Any one wrong character and any two swapped ones are found here, without asking the database.

    Raises:
        Invalid: not 11 characters of the alphabet, or the check does not fit.
    """
    word = crockford.fold(typed)
    if word is None or len(word) != _PUBLIC_LENGTH + 1:
        raise _wrong("bad_number", "举报编号应为11位字母和数字，如 ABCDE-FGHJK-M，请对照回执重新输入")
    if not crockford.is_right(word):
        raise _wrong("bad_check", "举报编号有一位输错或两位颠倒，请对照回执逐位核对")
    return word


def shown(number: str) -> str:
    """Return a stored complaint number grouped for reading aloud: ``ABCDE-FGHJK-M``."""
    return crockford.grouped(number)


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(message, flaws=(Flaw("/number", code, message),))
