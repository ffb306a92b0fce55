"""Tables of ledgers on their way in, on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query

from api.schemas.base import FlawOut, Out
from models.domain.rectification.sheets.grids import address
from models.operations.ledgers.exchange.importing import MOST_TOLD, Imported
from models.operations.ledgers.exchange.understanding import Understood
from models.operations.ledgers.exchange.weighing import Weighed

FIRST_ROWS: Final = 5
"""Rows shown as they were read."""

LayoutKey = Annotated[
    str,
    Query(max_length=40, description="表式：rectification 整改清单，inspectorate 督察交办一览表（只能导出）"),
]
Preview = Annotated[bool, Query(description="只看会怎样，不写入")]


class MappedOut(Out):
    """A column that is read: its heading's cell, the field, the heading of the layout."""

    cell: str
    field: str
    heading: str


class RemarkOut(Out):
    """A column that is not read, and why."""

    cell: str
    message: str


class ReadCell(Out):
    """A cell as it was read."""

    cell: str
    heading: str
    text: str


class ImportOut(Out):
    """
    What a table holds and what becomes of it.

    ``created``, ``unchanged`` and ``different`` count rows; ``error_count`` all errors, of which ``errors`` are the
    first. With ``preview`` nothing was written and ``created`` says how many would be.
    """

    preview: bool
    sheet: str
    header_row: int
    columns: list[MappedOut]
    remarks: list[RemarkOut]
    first_rows: list[list[ReadCell]]
    rows: int
    created: int
    unchanged: int
    different: int
    error_count: int
    errors: list[FlawOut]


def previewed(sent: Understood, weighed: Weighed) -> ImportOut:
    """What would become of a table."""
    return ImportOut(
        preview=True,
        **_read(sent),
        rows=len(sent.read.entries),
        created=len(weighed.fresh),
        unchanged=weighed.unchanged,
        different=weighed.different,
        error_count=len(weighed.flaws),
        errors=[FlawOut.model_validate(one) for one in weighed.flaws[:MOST_TOLD]],
    )


def imported(sent: Understood, done: Imported) -> ImportOut:
    """What became of it."""
    return ImportOut(
        preview=False,
        **_read(sent),
        rows=done.rows,
        created=done.created,
        unchanged=done.rows - done.created,
        different=0,
        error_count=0,
        errors=[],
    )


def _read(sent: Understood) -> dict[str, Any]:
    row = sent.headings.row
    return {
        "sheet": sent.grid.sheet,
        "header_row": row,
        "columns": [
            MappedOut(cell=address(row, place), field=column.field, heading=column.heading)
            for place, column in sorted(sent.headings.columns.items())
        ],
        "remarks": [RemarkOut(cell=one.cell, message=one.told) for one in sent.headings.remarks],
        "first_rows": [_shown(sent, row) for row in sorted(sent.grid.rows) if row > sent.headings.row][
            :FIRST_ROWS
        ],
    }


def _shown(sent: Understood, row: int) -> list[ReadCell]:
    """A row as it stands in the sheet, empty cells left out."""
    return [
        ReadCell(cell=address(row, place), heading=column.heading, text=str(sent.grid.at(row, place)))
        for place, column in sorted(sent.headings.columns.items())
        if sent.grid.at(row, place) is not None
    ]
