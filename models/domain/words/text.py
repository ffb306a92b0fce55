"""
Text as people send it, and bytes as we compare it: clean, normal, canonical, similar.

``clean`` keeps what was written (no Unicode normal form is forced on a person's words) and refuses
only what a database, an XML document or a log line cannot carry.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final
from uuid import UUID

from models.domain.errors import Flaw, Invalid

# Control characters but \t and \n, lone surrogates, and the two code points that XML 1.0 (so DOCX
# and XLSX) cannot hold.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?")
_NOT_WORD: Final = re.compile(r"[\W_]+")


def is_clean(text: str) -> bool:
    """Tell whether the text can be stored as it is; always true of what ``clean`` returns."""
    return _FORBIDDEN.search(text) is None


def clean(text: str, *, pointer: str = "") -> str:
    """
    Return the text with line ends as ``\\n`` and outer white space (full-width too) removed.

    Raises:
        Invalid: a NUL, another control character, a lone surrogate or a non-character is in it.
    """
    # HTML forms send CRLF for a line end: that is no fault of the writer.
    text = _LINE_END.sub("\n", text)
    if not is_clean(text):
        message = "文字中含有无法保存的控制字符或残缺字符，请删除后重新输入"
        raise Invalid(message, flaws=(Flaw(pointer, "unclean_text", message),))
    return text.strip()


def normal(text: str) -> str:
    """
    Return the form in which texts are compared: full-width, case and compatibility forms folded.

    Source: Unicode 3.13, D146 (compatibility caseless match), with NFKC as the outer form.
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold()).casefold()
    return unicodedata.normalize("NFKC", folded)


def _plain(value: object) -> object:
    """Return JSON for the types that JSON does not know; the encoder calls it for nothing else."""
    match value:
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case Decimal():
            return _decimal(value)
        case Mapping():
            return dict(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("an instant without a zone has no canonical form")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _decimal(number: Decimal) -> str:
    """Return the shortest plain notation, so that 1.0 and 1.00 are the same amount."""
    if not number.is_finite():
        raise ValueError("a decimal that is not finite has no canonical form")
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


# One encoder, built once: the journal calls it on every write.
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
)


def canonical(value: object) -> bytes:
    """
    Return canonical JSON as UTF-8: keys sorted by code point, no spaces, nothing escaped needlessly.

    Instants are UTC to the millisecond with ``Z`` (finer parts are cut off), dates ISO, ids text,
    enums their value, decimals plain notation as text.

    Raises:
        ValueError: NaN, infinity, an instant without a zone, a lone surrogate.
        TypeError: a set, bytes, or any other type without one obvious form.
    """
    return _ENCODER.encode(value).encode()


def fingerprint(*parts: object) -> bytes:
    """Return the SHA-256 (32 bytes) of the canonical form of the parts, kept apart as a list."""
    return hashlib.sha256(canonical(list(parts))).digest()


def similarity(one: str, other: str) -> float:
    """
    Return 0..1, how much two answers say the same in the same words.

    Sørensen–Dice over the multisets of character pairs of the normal text without spaces and
    punctuation: needs no word list, is indifferent to order of sentences, and 1.0 means the same
    pairs. Texts of one character are compared whole; nothing is like an empty text.
    """
    left, right = _pairs(one), _pairs(other)
    total = left.total() + right.total()
    if not left or not right:
        return 0.0
    return 2 * (left & right).total() / total


def _pairs(text: str) -> Counter[str]:
    letters = _NOT_WORD.sub("", normal(text))
    if len(letters) == 1:
        return Counter([letters])
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))
