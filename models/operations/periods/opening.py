"""Opening a month's reporting, and moving its times; both by the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from models.domain.access import Verb
from models.domain.errors import Conflict, Duplicate, Flaw, Invalid
from models.domain.law import chain_of
from models.domain.rectification.periods import PeriodState
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.periods import keeping, terms
from models.tables.periods import periods as T

MOST_TOLERANCE = 50
_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodDraft:
    """A month of a county or wider division; times and tolerance left out are proposed from data."""

    month: str
    division: str
    opens_at: datetime | None = None
    cut_off_at: datetime | None = None
    tolerance: int | None = None


def open_month(act: Act, draft: PeriodDraft, key: Key | None) -> UUID:
    """
    Open a month; a retry under the same key gives the same one.

    Raises:
        Forbidden; Invalid: division or times; Duplicate: it is open already; Conflict: a later one is; OtherContent.
    """
    return once(act, key, "periods.open", asdict(draft), lambda: _open(act, draft))


def change(act: Act, period_id: UUID, changes: Mapping[str, Any], *, version: int | None) -> UUID:
    """
    Move opening, cut-off or tolerance of an open month.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion; Conflict: frozen.
    """
    row = keeping.lock(act, period_id, alone=True)
    keeping.keeps(act, Verb.LEDGER_KEEP, row.division_code)
    _times(changes.get("opens_at", row.opens_at), changes.get("cut_off_at", row.cut_off_at))
    keeping.current(version, row.version)
    keeping.still_open(row)
    act.db.execute(update(T).where(T.c.id == row.id).values(**changes, version=row.version + 1))
    _note(act, "period.change", row.id, row.division_code, changes)
    return period_id


def _open(act: Act, draft: PeriodDraft) -> UUID:
    division = act.law.divisions.get(draft.division)
    if division is None or division.successor is not None or len(draft.division) > _COUNTY_DIGITS:
        raise Invalid(flaws=[Flaw("/division", "unknown_division", "应为现行的县（区）级或以上区划代码")])
    keeping.keeps(act, Verb.LEDGER_KEEP, draft.division)
    _not_ahead(act, draft.month)
    proposed = terms.schedule(draft.month)
    opens_at = draft.opens_at or proposed.opens_at(draft.month)
    cut_off_at = draft.cut_off_at or proposed.cut_off_at(draft.month)
    _times(opens_at, cut_off_at)
    values = {
        "month": draft.month,
        "division_code": draft.division,
        "opens_at": opens_at,
        "cut_off_at": cut_off_at,
        "tolerance": proposed.tolerance if draft.tolerance is None else draft.tolerance,
    }
    _in_order(act, draft)
    period_id = act.new_id()
    fixed = {"state": PeriodState.OPEN, "opened_at": act.now, "opened_by": act.actor.account_id}
    act.db.execute(insert(T).values(id=period_id, **values, **fixed))
    _note(act, "period.open", period_id, draft.division, values)
    return period_id


def _not_ahead(act: Act, month: str) -> None:
    """A month far ahead, once opened, would bar every month before it: none can be taken back."""
    last = (legal_day(act.now).replace(day=1) + timedelta(days=31)).isoformat()[:7]
    if month > last:
        raise Invalid(flaws=[Flaw("/month", "too_far", f"最多提前一个月开启，现在最晚可开启{last}")])


def _in_order(act: Act, draft: PeriodDraft) -> None:
    """Months are opened one after the other: a difference to the month before has one meaning only."""
    last = act.db.execute(select(func.max(T.c.month)).where(T.c.division_code == draft.division)).scalar_one()
    if last is not None and last == draft.month:
        raise Duplicate(f"{draft.month}调度已经开启，请直接打开")
    if last is not None and last > draft.month:
        raise Conflict(f"已开启{last}调度，不能再补开更早的月份")


def _times(opens_at: datetime, cut_off_at: datetime) -> None:
    if cut_off_at <= opens_at:
        raise Invalid(flaws=[Flaw("/cut_off_at", "before_opening", "截止时间须晚于开始时间")])


def _note(act: Act, verb: str, period_id: UUID, division: str, values: Mapping[str, Any]) -> None:
    act.note(verb, "period", period_id, chain=chain_of(division), fields=sorted(values), content=values)
