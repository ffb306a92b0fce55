"""How alike two texts are 相似度: by the pairs of neighbouring characters they share, in linear time."""

from __future__ import annotations

from collections import Counter
from typing import Final

from models.domain.words.text import normal

TOO_LIKE: Final = 0.85
"""From here on a second reply counts as the first one sent again. Source: days.md, wish 5 (a warning level there)."""


def likeness(one: str, other: str) -> float:
    """
    The Dice coefficient of the two texts' character pairs: 0 nothing in common, 1 the same pairs.

    Punctuation and spaces do not count, so that moving a comma makes no new answer.
    """
    mine, theirs = _pairs(one), _pairs(other)
    total = mine.total() + theirs.total()
    if total == 0:
        return 1.0 if _bare(one) == _bare(other) else 0.0
    return 2 * (mine & theirs).total() / total


def _pairs(text: str) -> Counter[str]:
    bare = _bare(text)
    return Counter(bare[at : at + 2] for at in range(len(bare) - 1))


def _bare(text: str) -> str:
    return "".join(letter for letter in normal(text) if letter.isalnum())
