"""A month of reporting with its people, for tests of periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.operations.periods import correcting, filling, freezing, opening, reading
from models.operations.periods.correcting import CorrectionDraft
from models.operations.periods.filling import EntryDraft
from models.operations.periods.opening import PeriodDraft
from models.tables.base import AnyRow
from models.tables.periods import corrections, entries, periods
from tests.factories import COUNTY, NOW, World

AFTER: Final = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
"""Thursday 2026-11-26 09:00 in Shanghai: the day after the cut-off of November."""
DECEMBER: Final = datetime(2026, 12, 21, 1, 0, tzinfo=UTC)
AFTER_DECEMBER: Final = datetime(2026, 12, 28, 1, 0, tzinfo=UTC)


def opened(world: World, month: str = "2026-11", *, now: datetime = NOW, **changed: Any) -> UUID:
    """A month opened by the office."""
    with world.act("office", now=now) as act:
        return opening.open_month(act, PeriodDraft(month=month, division=COUNTY, **changed), None)


def draft(**changed: Any) -> EntryDraft:
    """A report with everything in it."""
    values: dict[str, Any] = {
        "this_month": "完成截污2处",
        "percent": 40,
        "invested_yuan": 1_250_500,
        "difficulties": "管网权属未明",
        "next_steps": "12月完成剩余1处",
    }
    return EntryDraft(**(values | changed))


def filled(
    world: World, period_id: UUID, case_id: UUID, who: str = "liaison", *, now: datetime = NOW, **changed: Any
) -> int:
    """A report at the version it has; gives the new one."""
    version = version_of(world, period_id, case_id)
    with world.act(who, now=now) as act:
        return filling.fill(act, period_id, case_id, draft(**changed), version=version)


def reviewed(
    world: World,
    period_id: UUID,
    case_id: UUID,
    who: str = "verifier",
    *,
    accept: bool = True,
    note: str | None = None,
    now: datetime = NOW,
) -> int:
    """A report accepted, or sent back."""
    version = version_of(world, period_id, case_id)
    with world.act(who, now=now) as act:
        return filling.review(act, period_id, case_id, accept=accept, note=note, version=version)


def frozen(
    world: World, period_id: UUID, *, now: datetime = AFTER, reason: str | None = None, version: int = 1
) -> UUID:
    """A month frozen by the office."""
    with world.act("office", now=now) as act:
        return freezing.freeze(act, period_id, reason=reason, version=version)


def corrected(
    world: World, period_id: UUID, case_id: UUID, field: str, after: Any, *, approve: bool = True
) -> UUID:
    """A correction by the office, decided by the supervisor."""
    wanted = CorrectionDraft(case_id=case_id, field=field, after=after, reason="录入有误")
    with world.act("office", now=AFTER) as act:
        made = correcting.propose(act, period_id, wanted, None)
    with world.act("supervisor", now=AFTER) as act:
        return correcting.decide(act, made, approve=approve, note=None if approve else "不属实", version=1)


def seen(
    world: World, period_id: UUID, who: str = "office", *, now: datetime = NOW
) -> dict[str, Mapping[str, Any]]:
    """The records of a period by problem number, as a person reads them."""
    with world.act(who, now=now) as act:
        return {one["problem_no"]: one for one in reading.every(act, period_id)}


def version_of(world: World, period_id: UUID, case_id: UUID) -> int:
    row = entry_of(world, period_id, case_id)
    return 0 if row is None else int(row.version)


def entry_of(world: World, period_id: UUID, case_id: UUID) -> AnyRow | None:
    with world.engine.connect() as db:
        here = (entries.c.period_id == period_id, entries.c.case_id == case_id)
        return db.execute(select(entries).where(*here)).one_or_none()


def period_of(world: World, period_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(periods).where(periods.c.id == period_id)).one()


def correction_of(world: World, correction_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(corrections).where(corrections.c.id == correction_id)).one()
