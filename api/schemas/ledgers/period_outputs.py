"""What comes out of a month 调度成果 on the wire: figures, the difference to the month before, corrections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StrictInt, StrictStr

from api.schemas.base import In, Out, Words
from models.domain.rectification.periods import CorrectionState
from models.domain.rectification.reconciling import Change, Counted, Figures
from models.domain.rectification.words import Progress
from models.operations.periods.correcting import CorrectionDraft
from models.operations.periods.differences import Compared
from models.tables.base import AnyRow

Reason = Annotated[Words, Field(min_length=2, max_length=200)]


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


class TallyOut(Out):
    """One line of counts; ``total`` is the sum of ``words``."""

    name: str
    total: int
    words: dict[Progress, int]
    overdue: int


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
