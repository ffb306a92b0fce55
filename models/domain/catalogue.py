"""
Categories 污染类别 and triage words 紧急线索词, both data: what a case may be called, what puts it on top.

Source: ``models/reference/categories.toml`` and ``triage_words.toml`` (domain.md §2.1, days.md §2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.timing.rows import Row, read_rows
from models.domain.words.text import normal

OTHER: Final = "其他"


@dataclass(frozen=True, slots=True)
class Element:
    """One element 要素 (大气, 水 …) with its kinds 小类; without kinds it stands alone."""

    name: str
    kinds: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every category of the element as it is written: 大气, 大气/油烟, 大气/其他."""
        if not self.kinds:
            return (self.name,)
        return (self.name, *(f"{self.name}/{kind}" for kind in (*self.kinds, OTHER)))


@dataclass(frozen=True, slots=True)
class TriageWord:
    """A word that asks for a quick look, and why."""

    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The categories and triage words of an instance."""

    elements: tuple[Element, ...]
    words: tuple[TriageWord, ...]

    def check(self, categories: Sequence[str]) -> None:
        """
        Refuse categories that are not in the list, naming those that are.

        Raises:
            Invalid: one flaw per unknown category.
        """
        known = {name for element in self.elements for name in element.names}
        flaws = [
            Flaw(f"/categories/{n}", "unknown_category", self._offered(name))
            for n, name in enumerate(categories)
            if name not in known
        ]
        if flaws:
            raise Invalid("有的污染类别不在类别表中，请改选", flaws=flaws)

    def urgent_words(self, *texts: str) -> list[TriageWord]:
        """The triage words that occur in any of the texts, in the order of the list."""
        read = normal("\n".join(texts))
        return [one for one in self.words if normal(one.word) in read]

    def _offered(self, name: str) -> str:
        head = name.partition("/")[0]
        element = next((one for one in self.elements if one.name == head), None)
        if element is None:
            return f"没有这个污染类别，要素可选：{'、'.join(one.name for one in self.elements)}"
        return f"没有这个污染类别，“{element.name}”可选：{'、'.join(element.names)}"


def parse_elements(text: str) -> tuple[Element, ...]:
    """The elements of ``categories.toml`` in their order. Raises ``Invalid`` with every flaw at once."""
    flaws: list[Flaw] = []
    rows = read_rows(text, "element", "个要素", flaws)
    elements = tuple(_element(row) for row in rows)
    _refuse_repeated(rows, [element.name for element in elements], "name")
    if flaws:
        raise Invalid("污染类别表有误，请逐项修改", flaws=flaws)
    return elements


def parse_words(text: str) -> tuple[TriageWord, ...]:
    """The words of ``triage_words.toml`` in their order. Raises ``Invalid`` with every flaw at once."""
    flaws: list[Flaw] = []
    rows = read_rows(text, "word", "个线索词", flaws)
    words = tuple(_word(row) for row in rows)
    _refuse_repeated(rows, [one.word for one in words], "word")
    if flaws:
        raise Invalid("紧急线索词表有误，请逐项修改", flaws=flaws)
    return words


def _element(row: Row) -> Element:
    name = row.text("name")
    kinds = row.texts("kinds")
    row.finish()
    for one in (name, *kinds):
        if "/" in one:
            row.flaw("kinds", "slash", "名称中不能有“/”")
    if len(set(kinds)) < len(kinds) or OTHER in kinds:
        row.flaw("kinds", "repeated", "小类重复，或写了自动提供的“其他”")
    return Element(name, kinds)


def _word(row: Row) -> TriageWord:
    word = TriageWord(row.text("word"), row.text("why"))
    row.finish()
    return word


def _refuse_repeated(rows: Sequence[Row], names: Sequence[str], key: str) -> None:
    seen: set[str] = set()
    for row, name in zip(rows, names, strict=True):
        if name in seen:
            row.flaw(key, "repeated", f"{name} 与前面的重复")
        seen.add(name)
