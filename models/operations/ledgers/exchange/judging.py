"""What is wrong with a table as a whole, and what would become of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from models.domain.errors import Conflict
from models.domain.rectification.sheets.grids import placed
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.ledgers.exchange.registered import Cursor, Item
from models.operations.ledgers.exchange.understanding import Understood
from models.operations.ledgers.exchange.weighing import Weighed, outside, weigh
from models.tables.base import AnyRow


def preview(act: Act, ledger_id: UUID, sent: Understood, known: Mapping[Cursor, Item]) -> Weighed:
    """
    What an import would do; ``known`` are the items registered, read page by page.

    Raises:
        NotFound. Conflict: a published batch.
    """
    ledger = ledgers.find(act, ledger_id)
    not_published(ledger)
    return judge(act, ledger, sent, known)


def judge(act: Act, ledger: AnyRow, sent: Understood, known: Mapping[Cursor, Item]) -> Weighed:
    """All flaws together, in the order of the sheet."""
    weighed = weigh(ledger, sent.layout, sent.read.entries, known)
    found = [*sent.read.flaws, *weighed.flaws, *outside(act, ledger, weighed.fresh)]
    weighed.flaws = sorted(found, key=lambda flaw: placed(flaw.pointer))
    return weighed


def not_published(ledger: AnyRow) -> None:
    if ledger.read_only:
        raise Conflict("这是已经公布的批次，只供查阅，不能导入；请导入到本局自己的清单")
