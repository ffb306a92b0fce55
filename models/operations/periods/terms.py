"""The days of a month's reporting, as data. Source: ``models/reference/periods.toml``."""

from __future__ import annotations

import tomllib
from datetime import time
from functools import lru_cache
from importlib.resources import files
from typing import Any

from models.domain.rectification.periods import Schedule


def schedule(month: str) -> Schedule:
    """The proposal for a month ``YYYY-MM``: the last row that holds by then."""
    row = max(
        (one for one in _rows() if one["from"] <= month), key=lambda one: str(one["from"]), default=_rows()[0]
    )
    return Schedule(
        row["opens_day"], row["cut_off_day"], time.fromisoformat(row["cut_off_time"]), row["tolerance"]
    )


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, Any]]:
    text = (files("models.reference") / "periods.toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["schedule"]
    return rows
