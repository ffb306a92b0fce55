"""A ledger on its way out: what stands above the table, then its rows page by page; put down in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from models.domain.law import Law, chain_of
from models.domain.rectification.sheets.cells import shown
from models.domain.rectification.sheets.layouts import Field, Layout
from models.domain.timing.calendar import legal_day
from models.operations import scope
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.ledgers.exchange.registered import Item, layout_of, values_of
from models.operations.scope import Scope
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.ledgers import items

SAMPLE = "示例数据"


@dataclass(frozen=True, slots=True)
class Table:
    """A table about to be written: its layout, what is printed around it, the law that names units and divisions."""

    layout: Layout
    ledger: AnyRow
    law: Law
    title: str
    note: str
    footer: str
    count: int

    def lines(self, some: Iterable[Item], first: int) -> Iterator[list[str | int | None]]:
        """Items as printed, in the order of the columns; ``first`` is the number of the first line."""
        for line, item in enumerate(some, start=first):
            values = values_of(item, self.ledger) | {Field.SEQ: line}
            yield [shown(column, values.get(column.field), self.law) for column in self.layout.columns]


def begin(act: Act, ledger_id: UUID, layout_key: str) -> Table:
    """
    What stands around the table; that it was taken out, and how many items, is put down.

    Raises:
        NotFound; Invalid: no such layout.
    """
    ledger = ledgers.find(act, ledger_id)
    layout = layout_of(layout_key)
    count = _count(act, ledger_id)
    act.note(
        "ledger.export",
        "ledger",
        ledger_id,
        chain=chain_of(ledger.division_code),
        content={"layout": layout.key, "items": count},
    )
    mark = f"（{SAMPLE}）" if act.law.sample else ""
    said = [
        ledger.title,
        f"来源：{ledger.origin.value}",
        ledger.batch and f"批次：{ledger.batch}",
        ledger.document,
    ]
    note = [*said, f"共 {count} 项", f"截至 {legal_day(act.now).isoformat()}"]
    return Table(
        layout,
        ledger,
        act.law,
        f"{layout.title}{mark}",
        "　".join(one for one in note if one),
        f"{ledger.title}{mark}",
        count,
    )


def blank(act: Act, ledger_id: UUID, layout_key: str) -> Table:
    """
    The table without rows, to be filled in.

    Raises:
        NotFound; Invalid: no such layout, or it cannot be read back.
    """
    ledger = ledgers.find(act, ledger_id)
    layout = layout_of(layout_key, importable=True)
    mark = f"（{SAMPLE}）" if act.law.sample else ""
    required = "、".join(column.heading for column in layout.required)
    note = f"必填：{required}。日期写到日；多个单位用、隔开。"
    return Table(layout, ledger, act.law, f"{layout.title}{mark}", note, f"{ledger.title}{mark}", 0)


def _count(act: Act, ledger_id: UUID) -> int:
    reach = Scope.of(act.actor)
    statement = (
        select(func.count())
        .select_from(items)
        .join(cases, cases.c.id == items.c.case_id)
        .where(items.c.ledger_id == ledger_id, scope.visible(reach.shape))
    )
    return int(act.db.execute(statement, reach.binds()).scalar_one())
