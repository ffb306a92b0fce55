"""
One cell, understood by the kind of its column; or refused in words that say what is expected, not what was there.

A unit's name is the one thing repeated, because it is not personal and the refusal would be of no use without it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from models.domain.geo import Datum
from models.domain.law import Law
from models.domain.rectification.sheets.grids import Value
from models.domain.rectification.sheets.layouts import Column, Field, Kind
from models.domain.rectification.words import Level, Stage
from models.domain.words.text import is_clean, normal

_LEAST_SUFFIX: Final = 3
_MOST_ECHO: Final = 30
_EXACT_DIGITS: Final = 10**15
_YEARS: Final = range(1949, 2200)
_DAY: Final = re.compile(
    r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?:前|之前)?|(\d{4})(\d\d)(\d\d)"
)
_SEPARATORS: Final = re.compile(r"[、,，;；\n]+")
_BRACKETED: Final = re.compile(r"[（(](样例|示例|虚构)[）)]")
_DIGITS: Final = re.compile(r"\d{5}")

CHOICES: Final[Mapping[Field, type[StrEnum]]] = {
    Field.DATUM: Datum,
    Field.STAGE: Stage,
    Field.LEVEL: Level,
}
_ALIASES: Final[Mapping[str, str]] = {
    "wgs84": Datum.WGS84,
    "gps": Datum.WGS84,
    "国家2000": Datum.CGCS2000,
    "2000国家大地坐标系": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "火星坐标系": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "bd09": Datum.BD09,
    "百度": Datum.BD09,
    "国家级": Level.STATE,
    "省级": Level.PROVINCE,
    "市级": Level.CITY,
    "区级": Level.COUNTY,
    "县级": Level.COUNTY,
    "区县级": Level.COUNTY,
    "短期整改": Stage.SHORT,
    "中期整改": Stage.MEDIUM,
    "长期整改": Stage.LONG,
}


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
        """Every name and code of this instance that holds today."""
        live = [one for one in law.divisions.values() if one.successor is None]
        kinds = [name for element in law.catalogue.elements for name in element.names]
        return cls(
            _by_name(
                (name, unit.id)
                for unit in law.units.values()
                for name in (normal(unit.name), _bare(unit.name))
            ),
            _by_name(
                [*((normal(one.name), one.code) for one in live), *((one.code, one.code) for one in live)]
            ),
            _by_name(
                [
                    *((normal(one), one) for one in kinds),
                    *((normal(one.split("/")[-1]), one) for one in kinds),
                ]
            ),
            "、".join(element.name for element in law.catalogue.elements),
        )

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


def understood(column: Column, value: Value, names: Names) -> Any:
    """
    The value of a cell that is not empty.

    Raises:
        NotUnderstood
    """
    if isinstance(value, bool):
        raise NotUnderstood("bad_value", "单元格是逻辑值（TRUE/FALSE），请改为文字")
    return _READERS[column.kind](column, value, names)


def _text(column: Column, value: Value, _: Names) -> str:
    if isinstance(value, date):
        raise NotUnderstood("became_date", "被表格自动改成了日期，请把单元格设为“文本”格式后重新填写")
    text = _written(value)
    if not is_clean(text):
        raise NotUnderstood("unclean_text", "含有无法保存的控制字符，请删去后重新填写")
    if len(text) > column.most:
        raise NotUnderstood("too_long", f"最多 {column.most} 字")
    return text


def _written(value: Value) -> str:
    """A number as people would write it."""
    if isinstance(value, int | float):
        if abs(value) >= _EXACT_DIGITS:
            raise NotUnderstood(
                "digits_lost", "数字超过 15 位，表格已丢失末几位，请把单元格设为“文本”后重新填写"
            )
        if not math.isfinite(value):
            raise NotUnderstood("bad_value", "应为文字")
        return str(int(value)) if value == int(value) else repr(value)
    return str(value).strip()


def _whole(_: Column, value: Value, __: Names) -> int:
    text = "" if isinstance(value, date) else normal(_written(value))
    if not text.isdecimal() or len(text) > 6:
        raise NotUnderstood("bad_integer", "应为整数")
    return int(text)


def _number(column: Column, value: Value, _: Names) -> float:
    try:
        number = float(normal(str(value)).rstrip("°"))
    except ValueError:
        number = math.nan
    limit = 90 if column.field is Field.LAT else 180
    if isinstance(value, date) or not math.isfinite(number) or abs(number) > limit:
        raise NotUnderstood("bad_number", f"应为以度为单位的小数，-{limit} 到 {limit}，如 111.4106")
    return number


def _day(_: Column, value: Value, __: Names) -> date:
    match value:
        case datetime():
            return _in_our_time(value.date())
        case date():
            return _in_our_time(value)
        case int() | float() if not (isinstance(value, int) and 19490101 <= value <= 21991231):
            raise NotUnderstood(
                "bare_number", "是没有设成日期格式的数字，请把单元格设为“日期”，或写成 2026-12-31"
            )
    found = _DAY.fullmatch(re.sub(r"\s", "", normal(str(value))))
    if found is None:
        raise NotUnderstood(
            "bad_date", "应写到日，如 2026-12-31 或 2026年12月31日（“月底”“年底前”请写成具体日期）"
        )
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return _in_our_time(date(year, month, day))
    except ValueError:
        raise NotUnderstood("bad_date", "没有这一天，请核对年月日") from None


def _in_our_time(day: date) -> date:
    if day.year not in _YEARS:
        raise NotUnderstood("bad_date", "年份不对，应在 1949 年以后")
    return day


def _choice(column: Column, value: Value, _: Names) -> StrEnum:
    options = CHOICES[column.field]
    said = re.sub(r"\s", "", normal(_written(value)))
    for option in options:
        if said in (normal(option), _ALIASES.get(said) == option and said):
            return option
    raise NotUnderstood("bad_choice", f"应为下列之一：{'、'.join(options)}")


def _categories(_: Column, value: Value, names: Names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.category(one) for one in _parts(value)))


def _one_unit(_: Column, value: Value, names: Names) -> UUID:
    parts = _parts(value)
    if len(parts) != 1:
        raise NotUnderstood("one_unit", "只能写一个单位；其余请写在“会同单位”里")
    return names.unit(parts[0])


def _units(_: Column, value: Value, names: Names) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(names.unit(one) for one in _parts(value)))


def _lines(column: Column, value: Value, names: Names) -> tuple[str, ...]:
    lines = (line.strip() for line in _text(column, value, names).split("\n"))
    return tuple(line for line in lines if line)


def _parts(value: Value) -> list[str]:
    return [one.strip() for one in _SEPARATORS.split(_written(value)) if one.strip()]


def _bare(name: str) -> str:
    """A name without spaces and the mark of a sample."""
    return re.sub(r"\s", "", normal(_BRACKETED.sub("", name)))


def _by_name(pairs: Any) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, value in pairs:
        if value not in found.get(name, ()):
            found[name] = (*found.get(name, ()), value)
    return found


_READERS: Final[Mapping[Kind, Callable[[Column, Value, Names], Any]]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _whole,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.CHOICE: _choice,
    Kind.CATEGORY: _categories,
    Kind.UNIT: _one_unit,
    Kind.UNITS: _units,
    Kind.LINES: _lines,
}


def shown(column: Column, value: Any, law: Law) -> str | int | None:
    """What is printed in a cell; read again it gives the same value."""
    match value:
        case None:
            return None
        case int() if column.kind is Kind.INTEGER:
            return value
        case date():
            return value.isoformat()
        case float():
            return repr(value)
        case UUID():
            return law.units[value].name
        case str() if column.field is Field.DIVISION:
            return law.divisions[value].name
        case str():
            return str(value)
        case _:
            return _joined(column, value, law)


def _joined(column: Column, values: Sequence[Any], law: Law) -> str:
    between = "\n" if column.kind is Kind.LINES else "、"
    return between.join(law.units[one].name if isinstance(one, UUID) else one for one in values)
