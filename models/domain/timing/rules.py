"""
Rules 期限规则: how long a step may take, since when, and on what legal basis. All of it is data.

A rule is known by (rule_id, scope, valid_from); two rules of one id and scope are never in force on one
day. National and local rules stand side by side, and a clock takes the shortest (``clocks.shortest``).
Source: ``models/reference/rules.toml``, each row with its own basis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from models.domain.access import Role
from models.domain.errors import Flaw, Invalid
from models.domain.timing.clocks import Source
from models.domain.timing.rows import Row, read_rows
from models.domain.timing.terms import Direction, Term, Unit
from models.domain.timing.triggers import Trigger

_LONGEST: Final = 3660  # of whichever unit; a larger number is a typing mistake
_MOST_EXTENSIONS: Final = 9
_LEAST_SEVERE: Final = 9
PERIODS: Final = frozenset({"RECT_PUBLICITY"})
"""Rules on how long something must last at least; only they say whether the first day counts."""


class Subject(StrEnum):
    """What the clock runs on."""

    CASE = "case"  # 案件
    COMPLAINT = "complaint"  # 来件
    PUBLICATION = "publication"  # 公示公开
    ITEM = "item"  # 整改问题


class Confidence(StrEnum):
    """How well the number is known: read in the text, second hand, doubtful copy, memory, unsettled."""

    READ = "V"
    SECOND_HAND = "V2"
    DOUBTFUL = "V?"
    MEMORY = "M"
    UNSETTLED = "?"


class Scope(StrEnum):
    """Whose rule it is, from the widest to the narrowest."""

    NATIONAL = "national"
    HUNAN = "hunan"
    SHAOYANG = "shaoyang"
    BEITA = "beita"

    @property
    def source(self) -> Source:
        """What a clock says about where its limit comes from."""
        return Source.NATIONAL if self is Scope.NATIONAL else Source.LOCAL


class Party(StrEnum):
    """Who must be told of an extension."""

    REPORTER = "reporter"  # 举报人
    PARTY = "party"  # 当事人
    UPPER = "upper"  # 交办机关


@dataclass(frozen=True, slots=True)
class Basis:
    """One legal basis and the days on which it is in force; ``valid_to`` None = still."""

    instrument: str
    article: str
    valid_from: date
    valid_to: date | None = None

    @property
    def text(self) -> str:
        """《环保举报热线工作管理办法》第十一条; an internal setting stands without 《》."""
        return f"《{self.instrument}》{self.article}" if self.article else self.instrument


@dataclass(frozen=True, slots=True)
class SuspendReason:
    """A ground on which the clock may stand still, with its own origin: most are local practice."""

    code: str
    title: str
    scope: Scope
    confidence: Confidence
    overridable: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in one window of validity; ``severity`` 1 is the gravest consequence of missing it."""

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
    must_notify: tuple[Party, ...]
    suspend_reasons: tuple[SuspendReason, ...]
    severity: int
    basis: tuple[Basis, ...]
    confidence: Confidence
    scope: Scope
    overridable: bool
    valid_from: date
    valid_to: date | None = None
    counts_start_day: bool = (
        False  # of a period that must last: practice counts its first day, the law does not
    )

    @property
    def term(self) -> Term:
        """The limit as the clock counts it."""
        return Term(self.length, self.unit, self.direction, self.roll)

    @property
    def extension(self) -> Term | None:
        """The longest single extension, or None where the rule knows none."""
        if self.ext_length is None or self.ext_unit is None:
            return None
        return Term(self.ext_length, self.ext_unit, roll=self.roll)

    @property
    def version(self) -> str:
        """What a running clock remembers: a later change of the law never moves it by itself."""
        return f"{self.rule_id}@{self.scope}@{self.valid_from}"


def choose(rules: Iterable[Rule], rule_id: str, on: date, scopes: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of that id in force on a day, at most one per scope, in the order of ``scopes``."""
    found = {rule.scope: rule for rule in rules if rule.rule_id == rule_id and in_force(rule, on)}
    return tuple(found[Scope(scope)] for scope in dict.fromkeys(scopes) if scope in found)


def basis_on(rule: Rule, day: date) -> Basis | None:
    """The first legal basis in force on the day of the act; None when none is."""
    return next((one for one in rule.basis if in_force(one, day)), None)


def in_force(record: Rule | Basis, day: date) -> bool:
    """Whether a rule or a basis is valid on a day; its last day still counts."""
    return record.valid_from <= day and (record.valid_to is None or day <= record.valid_to)


def parse_rules(text: str) -> tuple[Rule, ...]:
    """The rules of ``rules.toml`` in their order. Raises ``Invalid`` with every flaw at once."""
    flaws: list[Flaw] = []
    rows = read_rows(text, "rule", "条规则", flaws)
    rules = [read_rule(row) for row in rows]
    if not flaws:  # windows made of stand-ins would overlap by accident
        _refuse_overlaps(rows, rules)
    if flaws:
        raise Invalid("期限规则有误，请逐项修改", flaws=flaws)
    return tuple(rules)


def read_rule(row: Row) -> Rule:
    unit, direction = row.choice("unit", Unit), row.choice("direction", Direction, default=Direction.AFTER)
    valid_from, valid_to = _window(row)
    rule = Rule(
        rule_id=row.text("rule_id"),
        title=row.text("title"),
        subject=row.choice("subject", Subject),
        trigger=row.choice("trigger", Trigger),
        length=row.whole("length", least=0, most=_LONGEST),
        unit=unit,
        direction=direction,
        roll=row.flag("roll", default=True),
        max_extensions=row.whole("max_extensions", least=0, most=_MOST_EXTENSIONS, default=0),
        ext_length=row.whole("ext_length", least=1, most=_LONGEST) if row.has("ext_length") else None,
        ext_unit=row.choice("ext_unit", Unit) if row.has("ext_unit") else None,
        ext_approver_role=row.choice("ext_approver_role", Role) if row.has("ext_approver_role") else None,
        must_notify=row.choices("must_notify", Party),
        suspend_reasons=tuple(_reason(one) for one in row.rows("suspend_reasons", "中止事由")),
        severity=row.whole("severity", least=1, most=_LEAST_SEVERE),
        basis=tuple(_basis(one) for one in row.rows("basis", "依据")),
        confidence=row.choice("confidence", Confidence),
        scope=row.choice("scope", Scope),
        overridable=row.flag("overridable"),
        valid_from=valid_from,
        valid_to=valid_to,
        counts_start_day=row.flag("counts_start_day", default=False),
    )
    row.finish()
    _refuse_nonsense(row, rule)
    return rule


def _window(row: Row) -> tuple[date, date | None]:
    valid_from, valid_to = row.day("valid_from"), row.day("valid_to") if row.has("valid_to") else None
    if valid_to is not None and valid_to < valid_from:
        row.flaw("valid_to", "order", "valid_to 早于 valid_from")
    return valid_from, valid_to


def _basis(row: Row) -> Basis:
    valid_from, valid_to = _window(row)
    basis = Basis(row.text("instrument"), row.text("article", default=""), valid_from, valid_to)
    row.finish()
    return basis


def _reason(row: Row) -> SuspendReason:
    scope, confidence = row.choice("scope", Scope), row.choice("confidence", Confidence)
    reason = SuspendReason(row.text("code"), row.text("title"), scope, confidence, row.flag("overridable"))
    row.finish()
    return reason


def _refuse_nonsense(row: Row, rule: Rule) -> None:
    """What no single cell shows; the clock would refuse it later, with less to say."""
    if not rule.basis:
        row.flaw("basis", "missing", "至少要写一条依据")
    if rule.unit is Unit.MD and not _is_month_day(rule.length):
        row.flaw("length", "wrong", "unit = MD 时 length 应为“月×100＋日”，如 331")
    if rule.counts_start_day and rule.rule_id not in PERIODS:
        row.flaw("counts_start_day", "wrong", "只有公示天数的规则可以让首日计入，办理期限的起算日一律不计入")
    back = rule.direction is Direction.BEFORE
    if back and (rule.unit is Unit.MD or rule.max_extensions or rule.suspend_reasons):
        row.flaw("direction", "wrong", "往前倒推的期限不能是固定月日，也不能延期、中止")
    _refuse_odd_extension(row, rule)


def _refuse_odd_extension(row: Row, rule: Rule) -> None:
    parts = (rule.ext_length, rule.ext_unit, rule.ext_approver_role)
    if any((part is None) == bool(rule.max_extensions) for part in parts):
        told = "可延期的规则须写明 ext_length、ext_unit、ext_approver_role，其他规则不写"
        row.flaw("max_extensions", "extension", told)
    if rule.ext_unit is None:
        return
    if rule.ext_unit is Unit.MD or (rule.ext_unit is Unit.H) != (rule.unit is Unit.H):
        row.flaw("ext_unit", "wrong", "按小时的期限只能按小时延长，按日的不能；也不能延长到固定月日")


def _is_month_day(length: int) -> bool:
    try:
        Term(length, Unit.MD)
    except ValueError:
        return False
    return True


def _refuse_overlaps(rows: Sequence[Row], rules: Sequence[Rule]) -> None:
    latest: dict[tuple[str, Scope], Rule] = {}
    for row, rule in sorted(zip(rows, rules, strict=True), key=lambda pair: pair[1].valid_from):
        before = latest.get((rule.rule_id, rule.scope))
        if before is not None and in_force(before, rule.valid_from):
            row.flaw(
                "valid_from",
                "overlap",
                f"{rule.rule_id}（{rule.scope}）与{before.valid_from}起的那条有效期重叠",
            )
        latest[rule.rule_id, rule.scope] = rule
