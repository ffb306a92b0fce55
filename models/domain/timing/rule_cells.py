"""One rule as plain JSON cells, the form in which tables keep it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from models.domain.errors import Flaw, Invalid
from models.domain.timing.rows import Row
from models.domain.timing.rules import Rule, read_rule


def cells_of(rule: Rule) -> dict[str, Any]:
    """The cells of a rule, as ``rules.toml`` would name them, dates as ISO text."""
    return {name: _plain(value) for name, value in asdict(rule).items() if value is not None}


def rule_of(cells: Mapping[str, Any]) -> Rule:
    """
    The rule from its cells.

    Raises:
        Invalid: with every flaw.
    """
    flaws: list[Flaw] = []
    rule = read_rule(Row(_dated(cells), "", "规则", flaws))
    if flaws:
        raise Invalid("期限规则有误，请逐项修改", flaws=flaws)
    return rule


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    return value


def _dated(cells: Mapping[str, Any]) -> dict[str, Any]:
    read = dict(cells)
    for name in ("valid_from", "valid_to"):
        if isinstance(read.get(name), str):
            read[name] = date.fromisoformat(read[name])
    if isinstance(read.get("basis"), list):
        read["basis"] = [_dated(one) for one in read["basis"]]
    return read
