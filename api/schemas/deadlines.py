"""Deadlines 期限 on the wire: lists, one with all its date rests on, moves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter

from api.paging import PageQuery
from api.schemas.base import In, Moment, Out
from api.schemas.whole_case import DeadlineOut
from models.domain.timing.rules import Confidence
from models.domain.timing.titles import CONFIDENCE_TITLES
from models.operations.law import moves
from models.operations.law.clocks import KEYS, ClockView, Filters
from models.operations.law.moves import Move

ClockState = Literal["running", "suspended", "met", "cancelled"]


class DeadlineQuery(PageQuery):
    """What narrows a list of deadlines."""

    state: Annotated[ClockState, Field(description="计时状态，默认正在计时的")] = "running"
    rule_id: Annotated[str, Field(max_length=40, description="期限规则编号")] | None = None
    due_before: Annotated[Moment, Field(description="最后期限早于")] | None = None
    overdue: Annotated[bool, Field(description="true 只列已逾期的，false 只列未逾期的")] | None = None

    def filters(self) -> Filters:
        """The plain values an operation takes."""
        return Filters(self.state, self.rule_id, self.due_before, self.overdue)


class DeadlineRow(Out):
    """One line of a list."""

    id: UUID
    case_id: UUID
    subject_id: UUID = Field(description="期限针对的对象：案件本身，或其中的异议、公示、整改任务")
    number: str
    case_title: str
    rule_id: str
    title: str | None
    state: ClockState
    source: str
    severity: int
    started_at: datetime
    legal_due_on: date
    due_on: date
    due_at: datetime
    calendar_unconfirmed: bool


_ROWS = TypeAdapter(list[DeadlineRow])


def deadline_rows(rows: Any) -> list[DeadlineRow]:
    """A page at once."""
    return _ROWS.validate_python([dict(zip(KEYS, row, strict=True)) for row in rows])


class SuspensionOut(Out):
    """A time in which the clock stood still."""

    from_at: datetime
    to_at: datetime | None
    reason: str
    note: str
    document: str | None
    by_name: str | None


class ExtensionOut(Out):
    """An extension granted, and how the reporter was told."""

    granted_at: datetime
    length: int
    unit: str
    reason: str
    told_at: datetime | None
    told_way: str | None
    due_before: date
    due_after: date
    by_name: str | None


class LimitOut(Out):
    """One limit that competed: a rule version with its basis and confidence, or the work order's date."""

    source: str
    rule_version: str | None
    title: str
    basis: str | None
    confidence: Confidence | None
    confidence_title: str | None
    length: int | None
    unit: str | None
    due_at: datetime | None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        mark = Confidence(kept["confidence"]) if "confidence" in kept else None
        return cls(
            source=kept["source"],
            rule_version=kept.get("version"),
            title=kept.get("title", "工单要求的期限"),
            basis=kept.get("basis"),
            confidence=mark,
            confidence_title=CONFIDENCE_TITLES[mark] if mark else None,
            length=kept.get("length"),
            unit=kept.get("unit"),
            due_at=datetime.fromisoformat(kept["due_at"]) if "due_at" in kept else None,
        )


class DeadlineWhole(Out):
    """A clock with its explanation, the limits it was chosen from, its suspensions and extensions."""

    deadline: DeadlineOut
    case_number: str
    limits: list[LimitOut]
    suspensions: list[SuspensionOut]
    extensions: list[ExtensionOut]

    @classmethod
    def of(cls, view: ClockView) -> Self:
        return cls(
            deadline=DeadlineOut.of(view.clock),
            case_number=view.clock.number,
            limits=[LimitOut.of(kept) for kept in view.clock.candidates],
            suspensions=[SuspensionOut.model_validate(row) for row in view.suspensions],
            extensions=[ExtensionOut.model_validate(row) for row in view.extensions],
        )


class EndOut(Out):
    """An end: legal day, rolled day, the first instant too late, and why."""

    legal_due_on: date
    due_on: date
    due_at: datetime
    calendar_unconfirmed: bool
    source: str
    explanation: str


class MoveOut(Out):
    """A clock that would move: before and after, each with its explanation."""

    id: UUID
    case_id: UUID
    number: str
    rule_id: str
    title: str
    why: Literal["calendar", "rule"]
    before: EndOut
    after: EndOut

    @classmethod
    def of(cls, move: Move) -> Self:
        clock = move.clock
        return cls(
            id=clock.id,
            case_id=clock.case_id,
            number=clock.number,
            rule_id=clock.rule_id,
            title=clock.rule.get("title", "工单要求的期限"),
            why="rule" if move.why == "rule" else "calendar",
            before=EndOut(**moves.end_of(clock)),
            after=EndOut(**moves.new_end_of(move.settled)),
        )


class MovesIn(In):
    """The deadlines that a person moves, by id."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=200, description="要变动的期限，逐个点名")]


class MovedOut(Out):
    """What came of one id."""

    id: UUID
    result: Literal["moved", "unchanged", "not_found"]
    message: str
    before: EndOut | None
    after: EndOut | None


class MovesDone(Out):
    """One result per id."""

    items: list[MovedOut]


class RuleImpact(Out):
    """How many clocks of one rule would move."""

    rule_id: str
    title: str
    count: int


class Impact(Out):
    """How many clocks of the whole instance would move; numbers only."""

    count: int
    capped: bool
    by_rule: list[RuleImpact]
