"""Cells by the kind of their column, and layouts as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from models.domain.errors import Invalid
from models.domain.rectification.sheets.cells import understood
from models.domain.rectification.sheets.layouts import Field, parse_layouts
from models.domain.rectification.sheets.names import NotUnderstood
from tests.domain.rectification.sheets.understood import (
    NAMES,
    column,
    refusal,
)


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 12, 31),
        datetime.fromisoformat("2026-12-31T08:00"),
        "2026-12-31",
        "2026/12/31",
        "2026.12.31",
        "2026年12月31日",
        "2026年12月31日前",
        "２０２６年 12 月 31 日",
        "20261231",
        20261231,
    ],
)
def test_a_date_is_understood(value: Any) -> None:
    """A day in each of the shapes that people use."""
    assert understood(column(Field.DUE_ON), value, NAMES) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026年12月底", "bad_date"),
        ("2026年12月", "bad_date"),
        ("长期坚持", "bad_date"),
        ("2026-02-30", "bad_date"),
        ("2026-13-01", "bad_date"),
        ("1026-12-31", "bad_date"),
        ("31/12/2026", "bad_date"),
        (46387, "bare_number"),
        (46387.5, "bare_number"),
        (True, "bad_value"),
    ],
)
def test_what_is_no_date_is_refused(value: Any, code: str) -> None:
    """The end of a month, a bare serial number and an impossible day are refused."""
    assert refusal(Field.DUE_ON, value) == code


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (Field.PROBLEM_NO, "长" * 41, "too_long"),
        (Field.PROBLEM_NO, 1234567890123456789, "digits_lost"),
        (Field.PROBLEM_NO, datetime.fromisoformat("2026-01-02T00:00"), "became_date"),
        (Field.TEXT, "a\x01b", "unclean_text"),
        (Field.ROUND, "一", "bad_integer"),
        (Field.ROUND, 1.5, "bad_integer"),
        (Field.LON, "东经111度", "bad_number"),
        (Field.LAT, 111.4, "bad_number"),
        (Field.LON, float("inf"), "bad_number"),
        (Field.DATUM, "本地坐标", "bad_choice"),
        (Field.LEAD, "区住建局、陈家桥镇人民政府", "one_unit"),
        (Field.LEAD, "水利局", "unknown_unit"),
        (Field.LEAD, "住建局", "ambiguous_unit"),
        (Field.LEAD, "局", "unknown_unit"),
        (Field.DIVISION, "无此镇", "unknown_division"),
        (Field.DIVISION, "城关镇", "unknown_division"),
        (Field.CATEGORIES, "异味", "unknown_category"),
        (Field.CATEGORIES, "其他", "unknown_category"),
    ],
)
def test_a_cell_that_is_not_understood_is_refused(field: Field, value: Any, code: str) -> None:
    """Each kind of cell says what it expects."""
    assert refusal(field, value) == code


def test_numbers_in_text_columns_are_text() -> None:
    """A number of a problem typed as a number is its digits."""
    assert understood(column(Field.PROBLEM_NO), 12, NAMES) == "12"
    assert understood(column(Field.PROBLEM_NO), 12.0, NAMES) == "12"
    assert understood(column(Field.PROBLEM_NO), 12.5, NAMES) == "12.5"


def test_a_refusal_does_not_repeat_what_was_there() -> None:
    """A refusal says what is expected; a long or numbered name of a unit is not repeated either."""
    for field, value in ((Field.DUE_ON, "张样甲13800000202"), (Field.LEAD, "张样甲13800000202")):
        with pytest.raises(NotUnderstood) as refused:
            understood(column(field), value, NAMES)
        assert "张样甲" not in refused.value.told
        assert "138" not in refused.value.told


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"field": "nothing"}, "wrong"),
        ({"width": 500}, "wrong"),
        ({"colour": "red"}, "unknown"),
        ({"heading": "乙"}, "repeated"),
        ({"aliases": ["乙"]}, "repeated"),
        ({"field": "text"}, "repeated"),
    ],
)
def test_a_layout_with_a_flaw_is_refused(changed: Mapping[str, Any], code: str) -> None:
    """A layout that names an unknown field, an unknown setting, or one heading twice is refused."""
    cells: dict[str, Any] = {"field": "problem_no", "heading": "甲", "width": 10} | dict(changed)
    said = ", ".join(
        f"{name} = {str(value) if isinstance(value, int) else repr(value)}" for name, value in cells.items()
    )
    text = f"""
[[layout]]
key = "x"
title = "x"
sheet = "x"
columns = [{{ {said.replace("'", '"')} }}, {{ field = "text", heading = "乙", width = 10 }}]
"""
    with pytest.raises(Invalid) as refused:
        parse_layouts(text)
    assert code in {flaw.code for flaw in refused.value.flaws}
