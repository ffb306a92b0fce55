"""
Names in cells: units, divisions and categories, as people write them.

A unit's name is the one thing that a refusal repeats: it is not personal, and without it the refusal is of no use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from models.domain.law import Law
from models.domain.words.text import normal

T = TypeVar("T")
_LEAST_SUFFIX: Final = 3
_MOST_ECHO: Final = 30
_BRACKETED: Final = re.compile(r"[（(](样例|示例|虚构)[）)]")
_DIGITS: Final = re.compile(r"\d{5}")


class NotUnderstood(Exception):
    """A cell that does not hold what its column asks for; ``told`` says what is expected."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(code)
        self.code = code
        self.told = told


@dataclass(frozen=True, slots=True)
class Names:
    """What names can be looked up: units, divisions and categories, folded."""

    units: Mapping[str, tuple[UUID, ...]]
    divisions: Mapping[str, tuple[str, ...]]
    categories: Mapping[str, tuple[str, ...]]
    elements: str

    @classmethod
    def of(cls, law: Law) -> Names:
        """Every name that holds today, and every code there ever was."""
        units = [(name, one.id) for one in law.units.values() for name in (normal(one.name), _bare(one.name))]
        live = [(normal(one.name), one.code) for one in law.divisions.values() if one.successor is None]
        kinds = [name for element in law.catalogue.elements for name in element.names]
        spelled = [(name, one) for one in kinds for name in (normal(one), normal(one.split("/")[-1]))]
        elements = "、".join(element.name for element in law.catalogue.elements)
        codes = [(code, code) for code in law.divisions]
        return cls(_by_name(units), _by_name([*live, *codes]), _by_name(spelled), elements)

    def unit(self, name: str) -> UUID:
        """By its whole name, or by an end of it that only one has. Raises ``NotUnderstood``."""
        key = _bare(name)
        found = set(self.units.get(normal(name)) or self.units.get(key, ()))
        if not found and len(key) >= _LEAST_SUFFIX:
            found = {one for known, ids in self.units.items() if known.endswith(key) for one in ids}
        if len(found) == 1:
            return found.pop()
        told = f"“{name}”" if len(name) <= _MOST_ECHO and not _DIGITS.search(name) else "其中一个"
        if found:
            raise NotUnderstood("ambiguous_unit", f"有 {len(found)} 个单位以{told}结尾，请写全称")
        raise NotUnderstood("unknown_unit", f"单位资料里没有{told}，请写全称，或先在单位资料中登记")

    def division(self, name: str) -> str:
        """By its code or its name. Raises ``NotUnderstood``."""
        found = set(self.divisions.get(normal(name), ()))
        if len(found) == 1:
            return found.pop()
        told = (
            "有重名，请写区划代码"
            if found
            else "没有这个行政区划，请写全称或区划代码，如 陈家桥镇 或 430511101"
        )
        raise NotUnderstood("unknown_division", told)

    def category(self, name: str) -> str:
        """As 大气/油烟, or by the kind alone where only one element has it. Raises ``NotUnderstood``."""
        found = set(self.categories.get(normal(name), ()))
        if len(found) != 1:
            raise NotUnderstood(
                "unknown_category", f"没有这个污染类别，写法如 大气/油烟；要素有 {self.elements}"
            )
        return found.pop()


def _bare(name: str) -> str:
    """A name without spaces and the mark of a sample."""
    return re.sub(r"\s", "", normal(_BRACKETED.sub("", name)))


def _by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, tuple[T, ...]] = {}
    for name, value in pairs:
        if value not in found.get(name, ()):
            found[name] = (*found.get(name, ()), value)
    return found


def division_name(code: str, law: Law) -> str:
    """How a division is written so that it is understood again: by its name, if only one bears it today."""
    bearers = [
        one.code
        for one in law.divisions.values()
        if one.successor is None and one.name == law.divisions[code].name
    ]
    return law.divisions[code].name if bearers == [code] else code


def unit_name(unit_id: UUID, law: Law) -> str:
    """How a unit is written; one entered while the table is being written is not known yet."""
    unit = law.units.get(unit_id)
    return unit.name if unit else str(unit_id)
