"""
Acceptance standards 验收销号标准 per problem type, as data: papers, limits with samples and dates, surveys.

Which version applies is chosen by the day the problem was handed over; unknown types follow the general standard.
Source: ``models/reference/standards.toml``, each number with its own source and how well it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from models.domain.acceptance.materials import MaterialKind, Phase
from models.domain.errors import Flaw, Invalid
from models.domain.timing.rows import Row, read_rows
from models.domain.timing.rules import Confidence, Scope

GENERAL: Final = "通用"
"""The type every item falls back on, and whose papers every other type needs too."""

LONGEST_TYPE: Final = 40


class Due(StrEnum):
    """By when a paper must be there."""

    APPLY = "apply"  # 申请销号
    WRITE_OFF = "write_off"  # 销号
    LOOK_BACK = "look_back"  # 归档


class When(StrEnum):
    """Under which condition a paper is needed at all."""

    ALWAYS = "always"
    MONITORING = "monitoring"  # the standard has limits
    SURVEY = "survey"  # the standard asks the people
    OBJECTION = "objection"  # somebody objected


class Limit(StrEnum):
    """How a value is held against its limit."""

    OVER = ">"
    AT_LEAST = ">="
    UNDER = "<"
    AT_MOST = "<="


LIMIT_TITLES: Final[dict[Limit, str]] = {
    Limit.OVER: "大于",
    Limit.AT_LEAST: "不小于",
    Limit.UNDER: "小于",
    Limit.AT_MOST: "不大于",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the catalogue; ``name`` tells one of several 过程材料, ``phase`` a photo before from one after."""

    kind: MaterialKind
    due: Due
    when: When
    confidence: Confidence
    name: str | None = None
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator 指标 and its limit in ``unit``."""

    name: str
    unit: str
    op: Limit
    limit: Decimal
    confidence: Confidence
    source: str

    def holds(self, value: Decimal) -> bool:
        """Whether a value keeps the limit."""
        return {
            Limit.OVER: value > self.limit,
            Limit.AT_LEAST: value >= self.limit,
            Limit.UNDER: value < self.limit,
            Limit.AT_MOST: value <= self.limit,
        }[self.op]

    @property
    def told(self) -> str:
        return f"应{LIMIT_TITLES[self.op]}{self.limit:f}{self.unit}"


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How often and where is sampled after completion, and how long a report is good for."""

    points: int  # least number of places
    samples: int  # least number of sampling days at each
    spread_days: int  # least days between the first and the last of them
    valid_months: int  # of a report that names no end itself
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class Survey:
    """How many people are asked and how many of them must be satisfied."""

    least_forms: int
    least_percent: int
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of the standard of one problem type."""

    type: str
    title: str
    scope: Scope
    confidence: Confidence
    source: str
    valid_from: date
    valid_to: date | None
    conditions: tuple[str, ...]
    papers: tuple[Paper, ...]  # its own; ``choose`` adds the general ones
    indicators: tuple[Indicator, ...]
    monitoring: Monitoring | None
    survey: Survey | None
    local: bool = False


def choose(standards: Sequence[Standard], type_: str | None, on: date) -> Standard:
    """
    The version of a type in force on a day, with the general papers beside its own; a local one goes before a
    shipped one. Problems older than every version follow the earliest, types without one the general standard.
    """
    general = _in_force([one for one in standards if one.type == GENERAL], on)
    named = [one for one in standards if one.type == type_]
    if type_ == GENERAL or not named:
        return general
    found = _in_force(named, on)
    return replace(found, papers=general.papers + found.papers)


def _in_force(versions: Sequence[Standard], on: date) -> Standard:
    in_force = [
        one for one in versions if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
    ]
    if not in_force:
        return min(versions, key=lambda one: one.valid_from)
    return max(in_force, key=lambda one: (one.local, one.valid_from))


def parse_standards(text: str, *, local: bool = False) -> tuple[Standard, ...]:
    """
    The standards of ``standards.toml`` in their order, or those of a bureau in the same form.

    Raises:
        Invalid: every flaw at once, with its place.
    """
    flaws: list[Flaw] = []
    rows = read_rows(text, "standard", "个验收标准", flaws)
    standards = tuple(_standard(row, local) for row in rows)
    known = [(one.type, one.valid_from) for one in standards]
    for row, key in zip(rows, known, strict=True):
        if known.count(key) > 1:
            row.flaw("type", "repeated", f"{key[0]} 自 {key[1]} 起的标准写了两次")
        if len(key[0]) > LONGEST_TYPE:
            row.flaw("type", "too_long", f"type 最多{LONGEST_TYPE}个字")
        if local and row.cells.get("scope") == Scope.NATIONAL:
            row.flaw("scope", "national", "国家标准随软件升级更新，本地只能增加地方标准")
    if rows and not local and GENERAL not in {one.type for one in standards}:
        rows[0].flaw("type", "no_general", f"应有“{GENERAL}”标准，其他类型都用它的材料目录")
    if flaws:
        raise Invalid("验收标准有误，请逐项修改", flaws=flaws)
    return standards


def _standard(row: Row, local: bool) -> Standard:
    papers = tuple(_paper(one) for one in row.rows("papers", "材料"))
    indicators = tuple(_indicator(one) for one in row.rows("indicators", "指标"))
    monitoring = [_monitoring(one) for one in row.rows("monitoring", "监测要求")]
    surveys = [_survey(one) for one in row.rows("survey", "评议要求")]
    standard = Standard(
        type=row.text("type"),
        title=row.text("title"),
        scope=row.choice("scope", Scope),
        confidence=row.choice("confidence", Confidence),
        source=row.text("source"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to") if row.has("valid_to") else None,
        conditions=row.texts("conditions"),
        papers=papers,
        indicators=indicators,
        monitoring=monitoring[0] if monitoring else None,
        survey=surveys[0] if surveys else None,
        local=local,
    )
    if len(monitoring) > 1 or len(surveys) > 1:
        row.flaw("", "too_many", "监测要求、评议要求各只能有一项")
    if bool(indicators) != bool(monitoring):
        row.flaw("monitoring", "half", "有指标就要有监测要求，有监测要求就要有指标")
    row.finish()
    return standard


def _paper(row: Row) -> Paper:
    paper = Paper(
        kind=row.choice("kind", MaterialKind),
        due=row.choice("due", Due),
        when=row.choice("when", When, default=When.ALWAYS),
        confidence=row.choice("confidence", Confidence),
        name=row.text("name") if row.has("name") else None,
        phase=row.choice("phase", Phase) if row.has("phase") else None,
    )
    row.finish()
    return paper


def _indicator(row: Row) -> Indicator:
    limit = row.text("limit")
    try:
        number = Decimal(limit or "0")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        row.flaw("limit", "wrong", 'limit 应为加引号的数字，如 "0.2"')
        number = Decimal(0)
    indicator = Indicator(
        name=row.text("name"),
        unit=row.text("unit"),
        op=row.choice("op", Limit),
        limit=number,
        confidence=row.choice("confidence", Confidence),
        source=row.text("source"),
    )
    row.finish()
    return indicator


def _monitoring(row: Row) -> Monitoring:
    monitoring = Monitoring(
        points=row.whole("points", least=1, most=100),
        samples=row.whole("samples", least=1, most=400),
        spread_days=row.whole("spread_days", least=0, most=400),
        valid_months=row.whole("valid_months", least=1, most=36),
        confidence=row.choice("confidence", Confidence),
        source=row.text("source"),
    )
    row.finish()
    return monitoring


def _survey(row: Row) -> Survey:
    survey = Survey(
        least_forms=row.whole("least_forms", least=1, most=10_000),
        least_percent=row.whole("least_percent", least=1, most=100),
        confidence=row.choice("confidence", Confidence),
        source=row.text("source"),
    )
    row.finish()
    return survey
