"""Freezing a month 冻结: every row as canonical JSON with its hash, reconciled to the month before, for good."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.access import Verb
from models.domain.errors import Conflict, GuardsUnmet, Unmet
from models.domain.law import chain_of
from models.domain.rectification import reconciling
from models.domain.rectification.periods import PeriodState
from models.operations.act import Act
from models.operations.periods import keeping, snapshots
from models.operations.periods.differences import rows_before
from models.operations.periods.rows import Record, counted
from models.tables.base import AnyRow
from models.tables.periods import periods as T
from models.tables.periods import snapshot_rows


def freeze(act: Act, period_id: UUID, *, reason: str | None, version: int | None) -> UUID:
    """
    Freeze what stood at the cut-off (or stands now, when earlier with a reason); unfilled reports stay marked.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: frozen already, an earlier month is open, or
        before the cut-off without a reason; GuardsUnmet: the counts do not add up, with what is wrong.
    """
    period = keeping.lock(act, period_id, alone=True)
    keeping.keeps(act, Verb.LEDGER_KEEP, period.division_code)
    keeping.current(version, period.version)
    keeping.still_open(period)
    _in_turn(act, period)
    if act.now < period.cut_off_at and not reason:
        raise Conflict(
            f"{period.month}调度到{period.cut_off_at:%m月%d日 %H:%M}才截止，确需提前冻结请填写理由"
        )
    found = snapshots.live(act, period, everybody=True)
    _reconciled(act, period, found)
    rows = snapshots.rows_of(period.id, found)
    if rows:
        act.db.execute(insert(snapshot_rows), rows)
    values = {
        "state": PeriodState.FROZEN,
        "frozen_at": act.now,
        "frozen_by": act.actor.account_id,
        "freeze_reason": reason,
        "as_of": min(act.now, period.cut_off_at),
        "snapshot_hash": snapshots.hash_of(period, [row["hash"] for row in rows]),
    }
    act.db.execute(update(T).where(T.c.id == period.id).values(**values, version=period.version + 1))
    chain = chain_of(period.division_code)
    act.note("period.freeze", "period", period.id, chain=chain, fields=sorted(values), content=values)
    return period_id


def _in_turn(act: Act, period: AnyRow) -> None:
    """Months are frozen one after the other: each difference is to the month before."""
    earlier = select(T.c.month).where(
        T.c.division_code == period.division_code, T.c.month < period.month, T.c.state == PeriodState.OPEN
    )
    month = act.db.execute(earlier.order_by(T.c.month).limit(1)).scalar()
    if month is not None:
        raise Conflict(f"{month}调度还没有冻结，请按月份先后冻结")


def _reconciled(act: Act, period: AnyRow, found: list[Record]) -> None:
    """
    That every count follows from the month before and the changes by name.

    Raises:
        GuardsUnmet
    """
    now = [counted(one) for one in found]
    then = [counted(one) for one in rows_before(act, period, everybody=True)]
    wrong = reconciling.difference(then, now).unexplained
    if wrong:
        raise GuardsUnmet([Unmet("adds_up", f"数字勾稽不平：{'；'.join(wrong)}，请先核对清单")])
