"""
A table on its way into a ledger: all or nothing, and as often as one likes without twins.

An item is known by its problem number and round. A row that says what is registered is left alone; one that says
something else is refused by its cell, because an item in hand is changed by a step, which leaves a trace, and never
by a table. An empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import Flaw, Invalid
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.ledgers import items, ledgers
from models.operations.ledgers.exchange import registered
from models.operations.ledgers.exchange.judging import judge, not_published
from models.operations.ledgers.exchange.understanding import Understood
from models.operations.ledgers.exchange.weighing import draft_of
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.ledgers import ledgers as L

MOST_TOLD: Final = 200
"""Flaws told at once; how many there are in all is always said."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table."""

    rows: int
    created: int


def bring_in(act: Act, ledger_id: UUID, sent: Understood, key: Key | None) -> Imported:
    """
    Enter every new row; a retry under the same key gives the same answer.

    Raises:
        NotFound. Invalid: by cell, everything at once. Conflict: a published batch; OtherContent
    """
    ledger = ledgers.find(act, ledger_id)
    content = {"sha256": sent.sha256, "layout": sent.layout.key}
    fresh: list[int] = []  # how many, when it is done now and not told again
    import_id = once(
        act, key, f"ledgers.import:{ledger_id}", content, lambda: _enter_all(act, ledger, sent, fresh)
    )
    created = fresh[0] if fresh else registered.made_by(act, ledger_id, import_id)
    return Imported(len(sent.read.entries), created)


def refused(flaws: Sequence[Flaw]) -> Invalid:
    """All that is wrong with a table, as one refusal."""
    more = f"，先列出前 {MOST_TOLD} 处" if len(flaws) > MOST_TOLD else ""
    told = f"表格有 {len(flaws)} 处需要修改{more}；一行都没有导入，请按单元格修改后重新导入"
    return Invalid(told, flaws=flaws[:MOST_TOLD], found=len(flaws))


def _enter_all(act: Act, ledger: AnyRow, sent: Understood, fresh: list[int]) -> UUID:
    """Gives the id of the import, which carries its moment; two imports into one ledger wait for each other."""
    act.db.execute(select(L.c.id).where(L.c.id == ledger.id).with_for_update())
    weighed = judge(act, ledger, sent, registered.all_of(act, ledger.id))
    if weighed.flaws:
        raise refused(weighed.flaws)
    not_published(ledger)
    import_id = act.new_id()
    fresh.append(len(weighed.fresh))
    for entry in weighed.fresh:
        items.enter(act, draft_of(entry, ledger, act.new_id()), {"import": str(import_id)})
    if weighed.fresh:
        act.note(
            "ledger.import",
            "ledger",
            ledger.id,
            chain=chain_of(ledger.division_code),
            content={"sha256": sent.sha256, "created": len(weighed.fresh), "unchanged": weighed.unchanged},
        )
    return import_id
