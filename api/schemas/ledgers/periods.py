"""Months of reporting 月度调度 on the wire: the period, the report on an item, freezing, corrections, figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, StrictInt, StrictStr

from api.schemas.base import DivisionCode, In, Moment, Out, Patch, Words
from models.domain.rectification.periods import (
    ENTRY_TITLES,
    MOST_YUAN,
    PERIOD_TITLES,
    CorrectionState,
    EntryState,
    PeriodState,
)
from models.domain.rectification.reconciling import Change, Counted, Figures, Tally
from models.domain.rectification.words import Level, Progress
from models.domain.states import State
from models.operations.periods.correcting import CorrectionDraft
from models.operations.periods.differences import Compared, Overview
from models.operations.periods.filling import EntryDraft
from models.operations.periods.opening import PeriodDraft
from models.tables.base import AnyRow

Text = Annotated[Words, Field(min_length=1, max_length=2000)]
Reason = Annotated[Words, Field(min_length=2, max_length=200)]
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


class CorrectionIn(In):
    """What was frozen wrongly."""

    case_id: UUID
    field: Literal["this_month", "percent", "invested_yuan", "difficulties", "next_steps", "expected_on"]
    after: StrictInt | StrictStr
    reason: Reason

    def draft(self) -> CorrectionDraft:
        """The plain values an operation takes."""
        return CorrectionDraft(**self.model_dump())


class DecisionIn(In):
    """Approved, or refused with a reason."""

    approve: bool
    note: Reason | None = Field(default=None, description="不同意时必填")


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


class TallyOut(Out):
    """One line of counts; ``total`` is the sum of ``words``."""

    name: str
    total: int
    words: dict[Progress, int]
    overdue: int

    @classmethod
    def of(cls, one: Tally) -> Self:
        return cls.model_validate(one)


class FiguresOut(Out):
    """The whole and its breakdowns; an item of two units counts for each of them."""

    whole: TallyOut
    by_origin: list[TallyOut]
    by_batch: list[TallyOut]
    by_round: list[TallyOut]
    by_unit: list[TallyOut]

    @classmethod
    def of(cls, one: Figures) -> Self:
        return cls.model_validate(one)


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


class ChangeOut(Out):
    """One problem that is counted otherwise than before."""

    problem_no: str
    title: str
    origin: str
    word_before: Progress | None
    word_after: Progress | None
    due_before: date | None
    due_after: date | None
    round_before: int | None
    round_after: int | None

    @classmethod
    def of(cls, one: Change) -> Self:
        here = one.after or one.before
        assert isinstance(here, Counted)
        values: dict[str, Any] = {"problem_no": here.problem_no, "title": here.title, "origin": here.origin}
        for name, side in (("before", one.before), ("after", one.after)):
            values[f"word_{name}"] = side.word if side else None
            values[f"due_{name}"] = side.due_on if side else None
            values[f"round_{name}"] = side.round if side else None
        return cls.model_validate(values)


class DifferenceOut(Out):
    """Two months side by side; a first month has nothing to be compared with."""

    month: str
    before_month: str | None
    before: FiguresOut | None
    after: FiguresOut
    new: list[ChangeOut]
    gone: list[ChangeOut]
    moved_word: list[ChangeOut]
    moved_date: list[ChangeOut]
    relapsed: list[ChangeOut]
    unexplained: list[str] = Field(description="逐项变化不能解释的差额；应为空")

    @classmethod
    def of(cls, view: Compared) -> Self:
        kinds = ("new", "gone", "moved_word", "moved_date", "relapsed")
        found = view.difference
        changes = {
            name: [ChangeOut.of(one) for one in getattr(found, name)] if found is not None else []
            for name in kinds
        }
        return cls.model_validate(
            {
                "month": view.month,
                "before_month": view.before_month,
                "before": view.before,
                "after": view.after,
                "unexplained": found.unexplained if found is not None else (),
                **changes,
            }
        )


class CorrectionOut(Out):
    """A correction beside the snapshot."""

    id: UUID
    period_id: UUID
    month: str
    no: int
    case_id: UUID
    title: str
    field: str
    before: int | str | None
    after: int | str
    reason: str
    state: CorrectionState
    by: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    version: int

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate({**row._mapping, "by": row.proposer, "decided_by": row.decider})


def _period(row: AnyRow) -> dict[str, Any]:
    return {**row._mapping, "division": row.division_code, "state_title": PERIOD_TITLES[row.state]}
