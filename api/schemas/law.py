"""Law as data on the wire: calendar, rules, code lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import In, Out, Words
from api.schemas.deadlines import Impact, MoveOut
from models.domain.access import Role
from models.domain.timing.rules import Confidence, Party, Scope, Subject
from models.domain.timing.terms import Direction, Unit
from models.domain.timing.titles import CONFIDENCE_TITLES
from models.domain.timing.triggers import Trigger
from models.operations.law.rules import Filters

RuleId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]
Line = Annotated[Words, Field(min_length=1, max_length=200)]


class YearQuery(BaseModel):
    """Which year of the calendar."""

    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Field(ge=1949, le=9998, description="年份，默认今年")] | None = None


class DayOut(Out):
    """A day that works otherwise than its weekday says."""

    day: date
    is_workday: bool
    name: str


class YearOut(Out):
    """One year: confirmed by a published notice, or counted by weekends only."""

    year: int
    confirmed: bool
    notice: str | None
    origin: str | None
    loaded_at: datetime | None
    days: list[DayOut]
    years: list[int]


class YearIn(In):
    """One year's arrangement as CSV: ``# notice`` lines, then ``day,is_workday,name``."""

    csv: Annotated[str, Field(min_length=1, max_length=20_000)] = Field(
        description="“# 通知名称和文号”，然后逐行 day,is_workday,name（0 休息，1 调休上班）"
    )


class Consequences(Out):
    """What the change would move: numbers for the instance, the first ones the reader may see."""

    impact: Impact
    moves: list[MoveOut]


class YearLoaded(Consequences):
    """The year as loaded; nothing has moved by itself."""

    calendar: YearOut

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        return cls.model_validate(found | {"moves": [MoveOut.of(move) for move in found["moves"]]})


class BasisIn(In):
    """A legal basis and its validity."""

    instrument: Line
    article: Annotated[Words, Field(max_length=100)] = ""
    valid_from: date
    valid_to: date | None = None


class ReasonIn(In):
    """A ground on which the clock may stand still."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    title: Line
    scope: Scope
    confidence: Confidence
    overridable: bool


class RuleQuery(BaseModel):
    """What narrows the list of rules."""

    model_config = ConfigDict(extra="forbid")

    rule_id: Annotated[str, Field(max_length=40)] | None = None
    scope: Scope | None = None
    on: Annotated[date, Field(description="在这一天有效的")] | None = None

    def filters(self) -> Filters:
        """The plain values an operation takes."""
        return Filters(self.rule_id, self.scope, self.on)


class RuleIn(In):
    """A local version of a rule; where several bind, the shortest is taken."""

    rule_id: RuleId
    title: Line
    subject: Subject
    trigger: Trigger
    length: Annotated[int, Field(ge=0, le=3660)]
    unit: Unit
    direction: Direction = Direction.AFTER
    roll: bool = True
    max_extensions: Annotated[int, Field(ge=0, le=9)] = 0
    ext_length: Annotated[int, Field(ge=1, le=3660)] | None = None
    ext_unit: Unit | None = None
    ext_approver_role: Role | None = None
    must_notify: Annotated[list[Party], Field(max_length=3)] = []
    suspend_reasons: Annotated[list[ReasonIn], Field(max_length=20)] = []
    severity: Annotated[int, Field(ge=1, le=9)]
    basis: Annotated[list[BasisIn], Field(min_length=1, max_length=10)]
    confidence: Confidence
    scope: Scope
    overridable: bool = True
    valid_from: date
    valid_to: date | None = None
    counts_start_day: bool = Field(False, description="公示首日是否计入；只用于公示天数的规则")
    ends_previous: bool = Field(False, description="同时结束仍然有效的上一个本地版本（至新版本生效前一日）")

    def cells(self) -> dict[str, Any]:
        """The cells an operation takes."""
        return self.model_dump(mode="json", exclude={"ends_previous"}, exclude_none=True)


class BasisOut(Out):
    """A legal basis and its validity."""

    instrument: str
    article: str
    valid_from: date
    valid_to: date | None


class ReasonOut(Out):
    """A ground on which the clock may stand still."""

    code: str
    title: str
    scope: Scope
    confidence: Confidence
    overridable: bool


class RuleOut(Out):
    """One version of a rule with everything it says, where it comes from and how well it is known."""

    id: UUID
    origin: str
    rule_id: str
    title: str
    subject: Subject
    trigger: Trigger
    length: int
    unit: Unit
    direction: Direction
    roll: bool
    max_extensions: int
    ext_length: int | None
    ext_unit: Unit | None
    ext_approver_role: Role | None
    must_notify: list[Party]
    suspend_reasons: list[ReasonOut]
    severity: int
    basis: list[BasisOut]
    confidence: Confidence
    confidence_title: str
    scope: Scope
    overridable: bool
    valid_from: date
    valid_to: date | None
    counts_start_day: bool

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        cells = dict.fromkeys(("ext_length", "ext_unit", "ext_approver_role", "valid_to")) | found["cells"]
        basis = [{"valid_to": None} | one for one in cells["basis"]]
        title = CONFIDENCE_TITLES[Confidence(cells["confidence"])]
        more = {"id": found["id"], "origin": found["origin"], "basis": basis, "confidence_title": title}
        return cls.model_validate({"counts_start_day": False} | cells | more)


class RulesOut(Out):
    """Every version asked for; the list is short and has one page."""

    items: list[RuleOut]
    next: str | None

    @classmethod
    def of(cls, found: list[dict[str, Any]]) -> Self:
        return cls(items=[RuleOut.of(one) for one in found], next=None)


class RuleAdded(Consequences):
    """The new version; running clocks keep theirs."""

    rule: RuleOut

    @classmethod
    def of(cls, made: dict[str, Any]) -> Self:
        moves = [MoveOut.of(move) for move in made["moves"]]
        return cls.model_validate(made | {"rule": RuleOut.of(made["rule"]), "moves": moves})


class CodeOut(Out):
    """A code and what it is called."""

    code: str
    title: str


class CodeLists(Out):
    """Every list a form offers."""

    channels: list[CodeOut]
    tracks: list[CodeOut]
    confidentiality: list[CodeOut]
    verdicts: list[CodeOut]
    measures: list[CodeOut]
    refusal_reasons: list[CodeOut]
    return_reasons: list[CodeOut]
    contact_ways: list[CodeOut]
    contact_outcomes: list[CodeOut]
    satisfaction: list[CodeOut]
    roles: list[CodeOut]
    states: list[CodeOut]
    actions: list[CodeOut]
    phrase_uses: list[CodeOut]
    rule_scopes: list[CodeOut]
    rule_confidences: list[CodeOut]
    categories: list[CodeOut]
    triage_words: list[CodeOut]
