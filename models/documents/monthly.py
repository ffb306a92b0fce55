"""The monthly table 调度表 as XLSX, in the layout of an upper unit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

from models.documents.xlsx_writing import Sheet
from models.domain.errors import Flaw, Invalid
from models.domain.rectification.sheets.layouts import MOST_CELL, Column, Field, Kind, Layout

DEFAULT: Final = "county"


@dataclass(frozen=True, slots=True)
class Monthly:
    """The values by name, row after row; ``layout`` is a key of ``period_layouts.toml``."""

    month: str
    layout: str
    title: str
    note: str
    footer: str
    rows: Sequence[Mapping[str, str | int | None]]


def known(key: str) -> str:
    """
    The heading title of a layout.

    Raises:
        Invalid: no such layout.
    """
    row = _layouts().get(key)
    if row is None:
        said = f"没有这种表式，可用的有：{'、'.join(sorted(_layouts()))}"
        raise Invalid(flaws=[Flaw("query:/layout", "unknown_layout", said)])
    return str(row["title"])


def render(table: Monthly) -> bytes:
    """The table as XLSX bytes; not on the event loop."""
    row = _layouts()[table.layout]
    values = [one["value"] for one in row["columns"]]
    columns = tuple(_column(one) for one in row["columns"])
    layout = Layout(row["key"], row["title"], row["sheet"], False, columns)
    made = BytesIO()
    with Sheet(made, layout, title=table.title, note=table.note, footer=table.footer) as sheet:
        sheet.add([one.get(name) for name in values] for one in table.rows)
        sheet.close()
    return made.getvalue()


@lru_cache(maxsize=1)
def _layouts() -> dict[str, dict[str, Any]]:
    text = (files("models.reference") / "period_layouts.toml").read_text("utf-8")
    return {row["key"]: row for row in tomllib.loads(text)["layout"]}


def _column(row: Mapping[str, Any]) -> Column:
    """What the sheet needs of a column; its field is ours, not one of a ledger."""
    return Column(
        field=Field.BLANK,
        heading=row["heading"],
        kind=Kind.TEXT,
        width=row["width"],
        group=row.get("group", ""),
        aliases=(),
        required=False,
        computed=True,
        fill_down=False,
        most=MOST_CELL,
        way_out="",
    )
