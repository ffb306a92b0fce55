"""What the figures of a month or a ledger say, and what changed since the month before, item by item."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.rectification import reconciling
from models.domain.rectification.periods import EntryState
from models.domain.rectification.reconciling import Difference, Figures
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.periods import keeping, snapshots, terms
from models.operations.periods.rows import Reckoning, Record, counted, gather
from models.tables.base import AnyRow
from models.tables.ledgers import items
from models.tables.periods import snapshot_rows


@dataclass(frozen=True, slots=True)
class Overview:
    """A period with its figures and how far the reports are; all over the items the reader sees."""

    period: AnyRow
    figures: Figures
    reports: dict[EntryState, int]
    intact: bool | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two months; ``before_month`` is ``None`` for the first one, which has nothing to be compared with."""

    month: str
    before_month: str | None
    before: Figures | None
    after: Figures
    difference: Difference | None


def overview(act: Act, period_id: UUID) -> Overview:
    """A period at a glance. Raises ``NotFound``."""
    period = keeping.find(act, period_id)
    found = snapshots.records(act, period)
    states = Counter(EntryState(one["entry"]["state"]) for one in found)
    return Overview(
        period,
        reconciling.figures(counted(one) for one in found),
        {state: states[state] for state in EntryState},
        snapshots.is_intact(act, period),
    )


def compare(act: Act, period_id: UUID) -> Compared:
    """A period beside the last frozen one before it. Raises ``NotFound``."""
    period = keeping.find(act, period_id)
    last = keeping.before(act, period)
    now = [counted(one) for one in snapshots.records(act, period)]
    if last is None:
        return Compared(period.month, None, None, reconciling.figures(now), None)
    then = [counted(one) for one in snapshots.frozen(act, last)]
    return Compared(
        period.month,
        last.month,
        reconciling.figures(then),
        reconciling.figures(now),
        reconciling.difference(then, now),
    )


def rows_before(act: Act, period: AnyRow, *, everybody: bool = False) -> list[Record]:
    """The frozen records of the month before; none before the first."""
    last = keeping.before(act, period)
    if last is None:
        return []
    if not everybody:
        return snapshots.frozen(act, last)
    found = select(snapshot_rows.c.content).where(snapshot_rows.c.period_id == last.id)
    return [json.loads(text) for text in act.db.execute(found).scalars()]


def missing(act: Act, period_id: UUID) -> list[dict[str, Any]]:
    """Who has not filled: per responsible unit, the items unreported or sent back. Raises ``NotFound``."""
    period = keeping.find(act, period_id)
    open_ = {EntryState.MISSING.value, EntryState.RETURNED.value}
    units: dict[str, list[Record]] = {}
    for one in snapshots.records(act, period):
        if one["entry"]["state"] in open_:
            for name in one["responsible"] or ["（未明确责任单位）"]:
                units.setdefault(name, []).append(one)
    return [{"unit": name, "items": units[name]} for name in sorted(units)]


def statistics(act: Act, ledger_id: UUID) -> Figures:
    """
    A ledger as it stands now, over the items the reader sees: per status word and unit, never per person.

    Raises:
        NotFound
    """
    ledgers.find(act, ledger_id)
    tolerance = terms.schedule(legal_day(act.now).isoformat()[:7]).tolerance
    rows = gather(act, items.c.ledger_id == ledger_id, Reckoning(act.now, tolerance))
    return reconciling.figures(counted(one) for one in rows)
