"""
Characters for numbers that people read aloud and type: Crockford base32 with a check character.

The check stays inside the 32 characters. Every character is an element of GF(32); a word is right
when the sum of ``weight(place) × value`` is zero, and the weights are different non-zero elements.
So one wrong character is always found (its weight is not zero), and so is any two characters
swapped, adjacent or not (their weights differ). 31 places are the most this can carry.

Source: D. Crockford, "Base 32" (alphabet, reading O as 0 and I, L as 1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_BETWEEN: Final = frozenset(" -–—_·.\t\n")
_MOST: Final = 30  # characters before the check: the powers of the generator repeat after 31


def _powers() -> tuple[int, ...]:
    """Return the 31 powers of x in GF(32) modulo x^5 + x^2 + 1, which is primitive."""
    found = [1]
    while len(found) < 31:
        doubled = found[-1] << 1
        found.append(doubled ^ 0b100101 if doubled & 0b100000 else doubled)
    return tuple(found)


_POWERS: Final = _powers()
_LOGS: Final = {element: power for power, element in enumerate(_POWERS)}


def _times(one: int, other: int) -> int:
    if not one or not other:
        return 0
    return _POWERS[(_LOGS[one] + _LOGS[other]) % 31]


def _sum(values: Sequence[int]) -> int:
    """Return the weighted sum: the last place weighs x^0, the one before it x^1, and so on."""
    total = 0
    for place, value in enumerate(reversed(values)):
        total ^= _times(_POWERS[place], value)
    return total


def check_character(word: str) -> str:
    """
    Return the character that makes ``word + it`` right.

    Raises:
        ValueError: more than 30 characters: two places would share a weight.
    """
    if len(word) > _MOST:
        raise ValueError("a checked word holds at most 30 characters")
    return ALPHABET[_sum([*(_VALUES[letter] for letter in word), 0])]


def is_right(word: str) -> bool:
    """Tell whether the last character of a folded word is the check of those before it."""
    return 1 < len(word) <= _MOST + 1 and _sum([_VALUES[letter] for letter in word]) == 0


def is_between(one: str) -> bool:
    """Tell whether a character only stands between groups: a space, a hyphen, a dot."""
    return one in _BETWEEN


def fold(typed: str) -> str | None:
    """
    Return what was typed in the 32 characters, without spaces and hyphens; None if it has others.

    Full-width letters, lower case, O for 0, and I or L for 1 are read as meant.
    """
    letters = [one for one in unicodedata.normalize("NFKC", typed).upper() if one not in _BETWEEN]
    if any(one not in _VALUES for one in letters):
        return None
    return "".join(ALPHABET[_VALUES[one]] for one in letters)


def grouped(word: str, *, size: int = 5) -> str:
    """Return the word in groups for the eye: ``ABCDE-FGHJK-M``."""
    return "-".join(word[at : at + size] for at in range(0, len(word), size))


def encode(data: bytes) -> str:
    """Return the bytes as characters, 5 bits each, the last one filled up with zero bits."""
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data) << (count * 5 - len(data) * 8)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(count * 5 - 5, -1, -5))


def decode(word: str) -> bytes:
    """Return the bytes of a folded word; the bits left over after the last whole byte are dropped."""
    number = 0
    for letter in word:
        number = number << 5 | _VALUES[letter]
    size, rest = divmod(len(word) * 5, 8)
    return (number >> rest).to_bytes(size)
