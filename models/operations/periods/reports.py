"""One report of a period, locked: its case in sight, the entry if any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from models.db.engines import insert_unless_there
from models.domain.errors import Conflict, NotFound, StaleVersion
from models.domain.law import chain_of
from models.domain.rectification.periods import OVER
from models.domain.states import Kind, State
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.periods import keeping
from models.tables.base import AnyRow
from models.tables.periods import entries as T

_ENTRY: Final = select(T).where(
    T.c.period_id == bindparam("period_id", type_=T.c.period_id.type),
    T.c.case_id == bindparam("case_id", type_=T.c.case_id.type),
)


@dataclass(frozen=True, slots=True)
class Report:
    """The period, held open; the case, locked; its report, ``None`` while nobody has filled it."""

    period: AnyRow
    case: AnyRow
    entry: AnyRow | None

    @property
    def version(self) -> int:
        return 0 if self.entry is None else int(self.entry.version)


def lock(act: Act, period_id: UUID, case_id: UUID) -> Report:
    """
    The report on an item of the period, locked in the order period, case.

    Raises:
        NotFound: the period or the case is absent or outside, or the case is no item of this division.
    """
    period = keeping.lock(act, period_id)
    case = sight.lock(act, case_id)
    if case.kind is not Kind.RECTIFICATION or not case.division_code.startswith(period.division_code):
        raise NotFound()
    return Report(period, case, entry_of(act, period_id, case_id))


def entry_of(act: Act, period_id: UUID, case_id: UUID) -> AnyRow | None:
    """The report as it stands."""
    return act.db.execute(_ENTRY, {"period_id": period_id, "case_id": case_id}).one_or_none()


def fillable(act: Act, report: Report) -> None:
    """
    That the period takes reports now, and the item needs one.

    Raises:
        Conflict
    """
    period = report.period
    keeping.still_open(period)
    if act.now < period.opens_at:
        raise Conflict(f"{period.month}调度还没有开始填报，开始时间为{period.opens_at:%m月%d日 %H:%M}")
    if act.now > period.cut_off_at:
        raise Conflict(
            f"{period.month}调度已于{period.cut_off_at:%m月%d日 %H:%M}截止，请联系整改办延后截止时间或报入下月"
        )
    if report.case.state in OVER or report.case.state is State.VOID:
        raise Conflict("本问题已销号或作废，不需要填报")


def write(act: Act, report: Report, values: Mapping[str, Any], verb: str) -> None:
    """
    Write the report at its next version, with its journal row.

    Raises:
        StaleVersion: two filled an unfilled one at once.
    """
    key = {"period_id": report.period.id, "case_id": report.case.id}
    if report.entry is None:
        made = act.db.execute(insert_unless_there(act.db.dialect.name, T), {**key, **values, "version": 1})
        if made.rowcount == 0:
            raise StaleVersion(current=1, changes=[])
    else:
        here = [T.c[name] == value for name, value in key.items()]
        act.db.execute(update(T).where(*here).values(**values, version=report.version + 1))
    act.note(
        verb,
        "case",
        report.case.id,
        chain=chain_of(report.case.division_code),
        fields=sorted(values),
        content={**values, "period": report.period.id},
    )
