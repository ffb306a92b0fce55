"""
Passwords 口令: what a person may choose, and what we hand out once.

Long rather than complicated: 12 characters, no rule about kinds of characters, no forced change; refused is
what is guessed first. Source: NIST SP 800-63B 5.1.1.2 (length, block list, no composition rules).
"""

from __future__ import annotations

import secrets
import unicodedata
from itertools import pairwise
from typing import Final

from models.domain.errors import Flaw
from models.domain.words.crockford import ALPHABET

LEAST: Final = 12
MOST: Final = 128
_FEWEST_DIFFERENT: Final = 5
_GROUPS: Final = 4
_LETTERS_A_GROUP: Final = 4

_COMMON: Final = (
    "password",
    "passw0rd",
    "p@ssw0rd",
    "123456",
    "12345678",
    "123123",
    "88888888",
    "66668888",
    "qwerty",
    "qazwsx",
    "1qaz2wsx",
    "abc123",
    "a1b2c3",
    "admin",
    "root",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "5201314",
    "huanbao",
    "huanxun",
    "huanjing",
    "beita",
    "shaoyang",
)
"""Beginnings of what is tried first here; most of a password may not consist of them."""


def issued() -> str:
    """Return a random password of 80 bits that can be read aloud: ``K7MD-2XQ9-…``, four groups of four."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(_LETTERS_A_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def flaws_of(password: str, *, login: str, pointer: str) -> list[Flaw]:
    """Return what is wrong with a password somebody chose; nothing of it appears in the messages."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < LEAST:
        return [Flaw(pointer, "too_short", f"新密码至少{LEAST}个字符，可以用一句话")]
    if len(password) > MOST:
        return [Flaw(pointer, "too_long", f"新密码最多{MOST}个字符")]
    if login.casefold() in folded:
        return [Flaw(pointer, "contains_login", "新密码不能含有登录名")]
    if len(set(folded)) < _FEWEST_DIFFERENT or _is_run(folded) or _is_common(folded):
        return [Flaw(pointer, "too_common", "新密码过于常见，请换一个别人猜不到的，例如几个不相干的词")]
    return []


def _is_common(folded: str) -> bool:
    """Whether too few different characters are left when the common parts are taken out."""
    rest = folded
    for part in sorted(_COMMON, key=len, reverse=True):
        rest = rest.replace(part, "")
    return rest != folded and len(set(rest)) < _FEWEST_DIFFERENT


def _is_run(folded: str) -> bool:
    """Whether each character follows the one before it (``abcdefghijkl``, ``890123456789``, backwards too)."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps <= {1, -9} or steps <= {-1, 9}
