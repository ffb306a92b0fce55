"""One cell, understood by the kind of its column; or refused in words that say what is expected, not what was there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from models.domain.geo import Datum
from models.domain.law import Law
from models.domain.rectification.sheets.grids import Value
from models.domain.rectification.sheets.layouts import Column, Field, Kind
from models.domain.rectification.sheets.names import Names, NotUnderstood, division_name, unit_name
from models.domain.rectification.words import Level, Stage
from models.domain.words.text import is_clean, normal

_EXACT_DIGITS: Final = 10**15
_YEARS: Final = range(1949, 2200)
_DAY: Final = re.compile(
    r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?:前|之前)?|(\d{4})(\d\d)(\d\d)"
)
_SEPARATORS: Final = re.compile(r"[、,，;；\n]+")

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


def _division(_: Column, value: Value, names: Names) -> str:
    return names.division("" if isinstance(value, date) else _written(value))


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


_READERS: Final[Mapping[Kind, Callable[[Column, Value, Names], Any]]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _whole,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.CHOICE: _choice,
    Kind.CATEGORY: _categories,
    Kind.DIVISION: _division,
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
            return unit_name(value, law)
        case str() if column.kind is Kind.DIVISION:
            return division_name(value, law)
        case str():
            return str(value)
        case _:
            return _joined(column, value, law)


def _joined(column: Column, values: Sequence[Any], law: Law) -> str:
    between = "\n" if column.kind is Kind.LINES else "、"
    return between.join(unit_name(one, law) if isinstance(one, UUID) else one for one in values)
