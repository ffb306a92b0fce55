"""Months of reporting 月度调度 on the wire: the period, the report on an item, freezing, corrections, figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Moment, Out, Patch, Words
from api.schemas.ledgers.period_outputs import FiguresOut, Reason
from models.domain.rectification.periods import (
    ENTRY_TITLES,
    MOST_YUAN,
    PERIOD_TITLES,
    EntryState,
    PeriodState,
)
from models.domain.rectification.words import Level, Progress
from models.domain.states import State
from models.operations.periods.differences import Overview
from models.operations.periods.filling import EntryDraft
from models.operations.periods.opening import PeriodDraft
from models.tables.base import AnyRow

Text = Annotated[Words, Field(min_length=1, max_length=2000)]
Tolerance = Annotated[int, Field(ge=0, le=50, description="低于序时多少个百分点以内不算滞后")]


class PeriodIn(In):
    """A month to open; what is left out is proposed: 20th, 25th 17:30, 10 points."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="如 2026-11")]
    division: DivisionCode
    opens_at: Moment | None = None
    cut_off_at: Moment | None = None
    tolerance: Tolerance | None = None

    def draft(self) -> PeriodDraft:
        """The plain values an operation takes."""
        return PeriodDraft(**self.model_dump())


class PeriodPatch(Patch):
    """What moves; what is left out stays."""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset({"opens_at", "cut_off_at", "tolerance"})

    opens_at: Moment | None = None
    cut_off_at: Moment | None = None
    tolerance: Tolerance | None = None


class PeriodItemQuery(PageQuery):
    """What narrows the items of a month."""

    word: Progress | None = None
    report: Annotated[EntryState, Field(description="填报情况")] | None = None


class EntryIn(In):
    """A month's report on an item."""

    this_month: Text | None = Field(default=None, description="本月进展；选“无变化”时可不填")
    percent: Annotated[int, Field(ge=0, le=100, description="累计进展 %")]
    invested_yuan: Annotated[int, Field(ge=0, le=MOST_YUAN, description="开始整改以来累计投入资金，单位元")]
    difficulties: Text | None = None
    next_steps: Text | None = None
    expected_on: date | None = None
    progress: Progress | None = Field(
        default=None, description="不填则由系统按序时计算；“长期坚持”只由整改办填"
    )
    no_change: bool = False
    no_change_reason: Reason | None = Field(default=None, description="连续第二个月起“无变化”必填")

    def draft(self) -> EntryDraft:
        """The plain values an operation takes."""
        return EntryDraft(**self.model_dump())


class ReviewIn(In):
    """Accepted, or sent back with what is missing."""

    accept: bool
    note: Reason | None = Field(default=None, description="退回时必填")


class FreezeIn(In):
    """Why before the cut-off, where it is."""

    reason: Reason | None = None


class PeriodOut(Out):
    """A month of a division."""

    id: UUID
    month: str
    division: str
    state: PeriodState
    state_title: str
    opens_at: datetime
    cut_off_at: datetime
    tolerance: int
    frozen_at: datetime | None
    freeze_reason: str | None
    as_of: datetime | None = Field(description="快照反映的时点：截止时间，提前冻结的为冻结时间")
    snapshot_hash: str | None
    version: int

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate(_period(row))


class ReportsOut(Out):
    """How many reports are how far."""

    state: EntryState
    title: str
    count: int


class OverviewOut(PeriodOut):
    """A month with its figures, over the items the reader sees."""

    figures: FiguresOut
    reports: list[ReportsOut]
    intact: bool | None = Field(description="快照与冻结时的哈希是否一致；未冻结为 null")

    @classmethod
    def of_whole(cls, view: Overview) -> Self:
        reports = [
            {"state": state, "title": ENTRY_TITLES[state], "count": count}
            for state, count in view.reports.items()
        ]
        return cls.model_validate(
            {**_period(view.period), "figures": view.figures, "reports": reports, "intact": view.intact}
        )


class EntryOut(Out):
    """The report on an item, as filled; a frozen one as it was."""

    state: EntryState
    version: int
    this_month: str | None
    invested_yuan: int | None
    difficulties: str | None
    next_steps: str | None
    expected_on: date | None
    reported: Progress | None
    no_change: bool | None
    no_change_reason: str | None
    filled_by: str | None
    filled_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    returned_note: str | None


class RecordOut(Out):
    """One problem in a month."""

    case_id: UUID
    number: str
    problem_no: str
    round: int
    title: str
    ledger_id: UUID
    ledger: str
    origin: str
    batch: str | None
    level: Level
    division: str
    stage: str | None
    listed_on: date
    due_on: date | None
    first_due_on: date | None
    written_off_on: date | None
    responsible: list[str]
    lead: list[str]
    responsible_person: str | None
    contact_leader: str | None
    accountability: bool
    state: State
    word: Progress
    overdue: bool
    percent: int
    entry: EntryOut


class MissingOut(Out):
    """What a unit has not reported."""

    unit: str
    items: list[RecordOut]


def _period(row: AnyRow) -> dict[str, Any]:
    return {**row._mapping, "division": row.division_code, "state_title": PERIOD_TITLES[row.state]}
