"""
Reading rows of reference data 基础数据 (TOML tables): every flaw at once, each with its place.

A getter returns its value; for a bad cell it notes a flaw and returns a harmless stand-in, so that reading
goes on. Whoever reads a file throws everything away when a flaw was noted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from models.domain.errors import Flaw, Invalid

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """One table of the file: its cells, its JSON pointer, and how people call it (第3条规则)."""

    cells: Mapping[str, Any]
    pointer: str
    label: str
    flaws: list[Flaw]
    _read: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        """Whether the cell is there at all."""
        return key in self.cells

    def text(self, key: str, *, default: str | None = None) -> str:
        """A string that is not blank."""
        value = self._cell(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            return self._bad(key, "应为非空文字", "")
        return value

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number between two bounds, both allowed."""
        value = self._cell(key, default)
        if type(value) is not int or not least <= value <= most:
            return self._bad(key, f"应为{least}至{most}的整数", least)
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false."""
        value = self._cell(key, default)
        return value if isinstance(value, bool) else self._bad(key, "应为 true 或 false", False)

    def day(self, key: str) -> date:
        """A plain date."""
        value = self._cell(key, None)
        if not isinstance(value, date) or isinstance(value, datetime):
            return self._bad(key, "应为日期，如 2026-01-01（不加引号）", date.min)
        return value

    def choice(self, key: str, choices: type[Choice], *, default: Choice | None = None) -> Choice:
        """A member of an enumeration."""
        value = self._cell(key, default)
        if value not in list(choices):
            return self._bad(key, f"只能是 {'、'.join(choices)} 之一", next(iter(choices)))
        return choices(value)

    def choices(self, key: str, choices: type[Choice]) -> tuple[Choice, ...]:
        """A list of different members of an enumeration; empty when the cell is missing."""
        value = self._cell(key, [])
        known = list(choices)
        if not isinstance(value, list) or any(one not in known for one in value):
            return self._bad(key, f"应为列表，只能从 {'、'.join(choices)} 中选", ())
        if len(set(value)) < len(value):
            return self._bad(key, "列表里有重复", ())
        return tuple(choices(one) for one in value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings that are not blank; empty when the cell is missing."""
        value = self._cell(key, [])
        if not isinstance(value, list) or any(not isinstance(one, str) or not one.strip() for one in value):
            return self._bad(key, "应为非空文字的列表", ())
        return tuple(value)

    def rows(self, key: str, name: str) -> list[Row]:
        """The tables listed in a cell; empty when it is missing."""
        value = self._cell(key, [])
        if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
            return self._bad(key, "应为表的列表", [])
        return [
            Row(one, f"{self.pointer}/{key}/{n}", f"{self.label}第{n + 1}项{name}", self.flaws)
            for n, one in enumerate(value)
        ]

    def flaw(self, key: str, code: str, message: str) -> None:
        """Note something wrong with a cell (or with the row, for an empty key)."""
        self.flaws.append(
            Flaw(f"{self.pointer}/{key}" if key else self.pointer, code, f"{self.label}：{message}")
        )

    def finish(self) -> None:
        """Note every cell that nobody asked for: most often a misspelt name."""
        for key in sorted(set(self.cells) - self._read):
            self.flaw(key, "unknown", f"不认识的字段 {key}")

    def _cell(self, key: str, default: Any) -> Any:
        self._read.add(key)
        return self.cells.get(key, default)

    def _bad(self, key: str, expected: str, stand_in: Value) -> Value:
        code = "wrong" if key in self.cells else "missing"
        self.flaw(key, code, f"{key} {expected}" if code == "wrong" else f"缺少 {key}（{expected}）")
        return stand_in


def read_rows(text: str, table: str, name: str, flaws: list[Flaw]) -> list[Row]:
    """
    The ``[[table]]`` rows of a TOML text, to be read with ``flaws`` collecting what is wrong.

    Raises ``Invalid`` when the text is no TOML at all.
    """
    try:
        cells = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        flaw = Flaw("", "toml", f"不是有效的 TOML 文件：{error}")
        raise Invalid("基础数据文件无法读取，请检查格式", flaws=[flaw]) from error
    whole = Row(cells, "", "文件", flaws)
    found = cells.get(table, [])
    if not isinstance(found, list) or not found or any(not isinstance(one, dict) for one in found):
        whole.flaw(table, "empty", f"至少要有一个 [[{table}]]")
        return []
    whole.rows(table, name)
    whole.finish()
    return [Row(one, f"/{table}/{n}", f"第{n + 1}{name}", flaws) for n, one in enumerate(found)]
