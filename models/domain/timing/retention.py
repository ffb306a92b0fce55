"""
Retention 保存期限: how long the reporter's part of a complaint must be kept before it may be erased.

The terms are rules like every other limit of law (``models/reference/retention.toml``, dated, with basis and
confidence, a local version beside the shipped one); here is which of them bind a complaint, and until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from models.domain.complaints import Measure, Track
from models.domain.states import State
from models.domain.timing.calendar import Calendar
from models.domain.timing.rules import Rule, basis_on
from models.domain.timing.terms import advance

KEEP_REPORT: Final = "KEEP_REPORT"
KEEP_PETITION: Final = "KEEP_PETITION"
KEEP_CASE_FILE: Final = "KEEP_CASE_FILE"

ANSWERED: Final = frozenset({State.REFUSED, State.REPLIED, State.CALLED_BACK, State.ARCHIVED, State.VOID})
"""States in which nobody needs the reporter's address any more."""

ENDINGS: Final = frozenset({State.CONCLUDED, State.REFUSED, State.VOID})
"""Arriving in one of these is the event (办结) from which retention counts; the last arrival holds."""

UNANSWERED: Final = (
    "案件还没有办结答复，仍需联系举报人（《环保举报热线工作管理办法》第八条、第十二条）；请在答复后再申请"
)


class Ground(StrEnum):
    """Why a person is forgotten. Source: 个人信息保护法第四十七条第一款各项."""

    ON_REQUEST = "on_request"
    RETENTION_OVER = "retention_over"
    UNLAWFUL = "unlawful"


GROUND_TITLES: Final[dict[Ground, str]] = {
    Ground.ON_REQUEST: "本人撤回同意并要求删除",
    Ground.RETENTION_OVER: "保存期限届满，处理目的已实现",
    Ground.UNLAWFUL: "违反规定或约定收集",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """What still forbids the erasure: the rule, its basis in words, and the first day on which it may be done."""

    rule_id: str
    basis: str
    first_day: date


def rules_for(track: Track, measures: Iterable[str | None]) -> tuple[str, ...]:
    """The ids of the retention rules that bind a complaint of this track, whose points led to these measures."""
    bound = [KEEP_REPORT]
    if track is Track.PETITION:
        bound.append(KEEP_PETITION)
    if {Measure.FILED.value, Measure.TO_POLICE.value} & set(measures):
        bound.append(KEEP_CASE_FILE)
    return tuple(bound)


def hold(rules: Sequence[Rule], ended_on: date, today: date, calendar: Calendar) -> Hold | None:
    """
    The longest term that still runs today; ``None`` when all are over.

    Args:
        rules: those in force on the day the case ended. ended_on, today: Shanghai days.
    """
    running = [
        Hold(rule.rule_id, _said(rule, ended_on), first)
        for rule in rules
        if (first := advance(ended_on, rule.term, calendar) + timedelta(days=1)) > today
    ]
    return max(running, key=lambda one: one.first_day, default=None)


def _said(rule: Rule, on: date) -> str:
    basis = basis_on(rule, on)
    return f"{rule.title}{rule.term.text}（{basis.text}）" if basis else f"{rule.title}{rule.term.text}"
