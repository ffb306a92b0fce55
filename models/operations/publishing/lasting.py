"""How long a publicity 公示 must last: by rules that are data; where several bind, the longest."""

from __future__ import annotations

from datetime import date

from models.domain.publications import RECT_PUBLICITY, Period, period
from models.domain.timing.terms import Term, Unit
from models.operations.act import Act

UNRULED = Term(5, Unit.WD)
"""Where no rule of the division binds: a publicity is never without a shortest length. Source: domain.md §2.3."""


def told(wanted: Period) -> str:
    """Until when a publicity must be shown at least."""
    counted = "计入" if wanted.counts_start_day else "不计入"
    return f"公示不得少于{wanted.text}（首日{counted}），截止日期最早为{wanted.last_day}"


def shortest(act: Act, division: str, first_day: date) -> Period:
    """The earliest end of a publicity that begins on a day, under the rules in force that day."""
    rules = act.law.candidates(RECT_PUBLICITY, first_day, division)
    wanted = [(rule.term, rule.counts_start_day) for rule in rules] or [(UNRULED, False)]
    found = (period(term, first_day, act.law.calendar, counts_start_day=counts) for term, counts in wanted)
    return max(found, key=lambda one: one.last_day)
