"""A file understood as a table of a layout, away from any transaction: only the law's names are needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from models.documents.xlsx_reading import read_workbook
from models.domain.law import Law
from models.domain.rectification.sheets import entries, headings
from models.domain.rectification.sheets.entries import Read
from models.domain.rectification.sheets.grids import Grid
from models.domain.rectification.sheets.headings import Headings
from models.domain.rectification.sheets.layouts import Layout
from models.domain.rectification.sheets.names import Names
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.ledgers.exchange.registered import layout_of
from models.operations.people import reach


@dataclass(frozen=True, slots=True)
class Understood:
    """A sheet, where its headings are, and its rows; SHA-256 (hex) of the file."""

    layout: Layout
    grid: Grid
    headings: Headings
    read: Read
    sha256: str


def begin(act: Act, ledger_id: UUID, layout_key: str) -> tuple[Layout, Law]:
    """
    What a file is understood by; asked before its body is read. Of units, those of the reader's book: a name that
    a neighbour's unit bears too is not ambiguous, and his units cannot be guessed by it.

    Raises:
        NotFound; Invalid: no such layout, or it cannot be read back.
    """
    ledgers.find(act, ledger_id)
    layout = layout_of(layout_key, importable=True)
    seen = {one.id: one for one in act.law.units.values() if reach.sees_unit(act.actor, one.division)}
    return layout, replace(act.law, units=seen)


def understand(data: bytes, layout: Layout, law: Law) -> Understood:
    """
    Read a file. What is wrong with single cells is in the result, not raised.

    Raises:
        Invalid: no workbook that may be opened, or no sheet with these headings. TooLarge
    """
    grid = read_workbook(data, lambda beginning: headings.find(beginning, layout) is not None)
    found = headings.find(grid, layout)
    assert found is not None
    read = entries.read(grid, found, layout, Names.of(law))
    return Understood(layout, grid, found, read, sha256(data).hexdigest())
