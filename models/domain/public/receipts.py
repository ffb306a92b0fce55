"""
Receipts 回执: what a citizen keeps to prove, without us, what was handed in and when.

The payload is canonical JSON and names no person: the words stand in it as a salted SHA-256, the files as theirs.
The signature (Ed25519) is over the bytes of the payload, so ``openssl`` alone can check it. The salt is
in the receipt and nowhere else: who has only the payload cannot guess at the words.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from models.domain.errors import Flaw, Invalid
from models.domain.words import crockford
from models.domain.words.text import canonical, clean

FILE_NAME: Final = "huanxun-receipt.json"
"""How a saved receipt is called; its content is ``saved``."""

SALT_BYTES: Final = 16
MOST_CHARACTERS: Final = 4_000
"""Longest payload: nine files leave much room."""

_NUMBER_LENGTH: Final = 11
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_KID: Final = re.compile(r"[0-9a-f]{16}")
_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_PARTS: Final = frozenset({"payload", "signature", "kid", "salt"})


@dataclass(frozen=True, slots=True)
class Payload:
    """
    What is signed.

    ``number``: stored form, 11 characters; ``words`` and ``files``: SHA-256 in hex, of the salted words and of each
    file as sent, sorted; ``epoch``: rises with every restore of the database; ``kid``: the key that signs.
    """

    number: str
    received_at: datetime
    words: str
    files: tuple[str, ...]
    epoch: int
    kid: str

    def text(self) -> str:
        """The canonical JSON: its UTF-8 bytes are what is signed."""
        return canonical(asdict(self)).decode()


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as handed out: ``signature`` and ``salt`` in base64, ``payload`` as the text that was signed."""

    payload: str
    signature: str
    kid: str
    salt: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def payload_of(
    *, number: str, received_at: datetime, words: str, salt: bytes, files: Iterable[str], epoch: int, kid: str
) -> Payload:
    """
    Build the payload; the order of the files is forgotten, so that the same submission has one receipt.

    Raises:
        ValueError: a salt that is not 16 bytes, a digest that is not 64 hex digits.
    """
    listed = tuple(sorted(files))
    if len(salt) != SALT_BYTES or not all(map(_DIGEST.fullmatch, listed)):
        raise ValueError("a receipt needs a salt of 16 bytes and SHA-256 digests in hex")
    return Payload(number, received_at, words_digest(words, salt), listed, epoch, kid)


def words_digest(words: str, salt: bytes) -> str:
    """SHA-256 in hex of the salt and the words as stored, in UTF-8."""
    return hashlib.sha256(salt + words.encode()).hexdigest()


def handed_out(payload: Payload, *, signature: bytes, salt: bytes) -> Receipt:
    """The receipt for the person."""
    return Receipt(payload.text(), b64encode(signature).decode(), payload.kid, b64encode(salt).decode())


def read_payload(text: str) -> Payload | None:
    """The payload behind a text; ``None`` unless the text is byte for byte what ``Payload.text`` writes."""
    try:
        kept = json.loads(text)
        payload = _payload(kept) if isinstance(kept, dict) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return payload if payload is not None and payload.text() == text else None


def read_bytes(text: str, size: int) -> bytes | None:
    """The bytes of one of the base64 members; ``None`` unless it is the one way of writing so many bytes."""
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        return None
    return found if len(found) == size and b64encode(found).decode() == text else None


def words_fit(payload: Payload, words: str, salt: bytes) -> bool:
    """Whether these are the words of the receipt; ends of lines and outer spaces are as we store them."""
    return words_digest(clean(words, pointer="/words"), salt) == payload.words


def saved(receipt: Receipt) -> str:
    """One line to save as ``huanxun-receipt.json``: canonical JSON and a line end."""
    return canonical(asdict(receipt)).decode() + "\n"


def read_saved(text: str, *, pointer: str = "/receipt") -> Receipt:
    """
    Read what a person saved or pasted.

    Raises:
        Invalid: it is no receipt of ours by its form.
    """
    try:
        kept: Any = json.loads(text.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        kept = None
    receipt = of_parts(kept)
    if receipt is None:
        message = f"这不是完整的回执：请打开保存的 {FILE_NAME}，把内容从头到尾完整复制过来"
        raise Invalid(message, flaws=(Flaw(pointer, "bad_receipt", message),))
    return receipt


def of_parts(parts: object) -> Receipt | None:
    """The receipt of these parts by name; ``None`` unless they are just the four, each a text of sane length."""
    if not isinstance(parts, Mapping) or parts.keys() != _PARTS:
        return None
    short = all(isinstance(part, str) and len(part) <= MOST_CHARACTERS for part in parts.values())
    return Receipt(**parts) if short else None


def _payload(kept: dict[str, Any]) -> Payload | None:
    files, at = kept["files"], kept["received_at"]
    digests = [kept["words"], *files]
    right = (
        crockford.fold(kept["number"]) == kept["number"]
        and len(kept["number"]) == _NUMBER_LENGTH
        and _AT.fullmatch(at)
        and all(map(_DIGEST.fullmatch, digests))
        and _KID.fullmatch(kept["kid"])
        and type(kept["epoch"]) is int
    )
    if not right:
        return None
    when = datetime.fromisoformat(at)
    return Payload(kept["number"], when, kept["words"], tuple(files), kept["epoch"], kept["kid"])
