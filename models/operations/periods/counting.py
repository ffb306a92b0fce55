"""Statistics of a ledger as it stands now: per status word and unit, never per person."""

from __future__ import annotations

from uuid import UUID

from models.domain.rectification import reconciling
from models.domain.rectification.reconciling import Figures
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.periods import rows, terms
from models.tables.ledgers import items


def statistics(act: Act, ledger_id: UUID) -> Figures:
    """
    The counts over the items of the ledger that the reader sees.

    Raises:
        NotFound
    """
    ledgers.find(act, ledger_id)
    tolerance = terms.schedule(legal_day(act.now).isoformat()[:7]).tolerance
    at = rows.Reckoning(act.now, tolerance)
    return reconciling.figures(
        rows.counted(one) for one in rows.gather(act, items.c.ledger_id == ledger_id, at)
    )
