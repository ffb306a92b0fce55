"""
The limits of one clock: every rule and work-order date that binds it, and the shortest of them.

A clock keeps its candidates as plain JSON, so that years later the same date can be reckoned and explained
again from what was in force when it started. Suspensions and extensions lengthen rules, never the instant
of a work order; the day that a plan set is moved by extensions alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from models.domain.timing.calendar import Calendar, end_of_day
from models.domain.timing.clocks import Chosen, Extension, Reckoning, Source, fixed, reckon, shortest
from models.domain.timing.explanations import explain, explain_choice
from models.domain.timing.rules import Rule, basis_on
from models.domain.timing.terms import Direction, Interval, Term, Unit
from models.domain.timing.triggers import TRIGGER_TITLES


@dataclass(frozen=True, slots=True)
class Limits:
    """What the work order 工单 itself says: dates by the rule they compete with, and when it was sent."""

    sign_by: datetime | None = None
    return_by: datetime | None = None
    external_due_at: datetime | None = None
    dispatched_at: datetime | None = None

    def for_rule(self, rule_id: str) -> datetime | None:
        return {
            "HOTLINE_SIGN": self.sign_by,
            "HOTLINE_RETURN": self.return_by,
            "RPT_CLOSE": self.external_due_at,
            "PLATFORM_REPLY": self.external_due_at,
        }.get(rule_id)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lengthens a clock: its suspensions and extensions so far, and until when an open one counts."""

    suspensions: Sequence[Interval] = ()
    extensions: Sequence[Term] = ()
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a clock, where it comes from, and why, in words and steps."""

    chosen: Chosen
    sentence: str
    steps: tuple[Mapping[str, Any], ...]

    @property
    def reckoning(self) -> Reckoning:
        return self.chosen.reckoning


def keep(rules: Sequence[Rule], on: date, order_date: datetime | None) -> list[dict[str, Any]]:
    """The candidates of a clock that starts on a day, as JSON."""
    kept = [_kept(rule, on) for rule in rules]
    if order_date is not None:
        kept.append({"source": Source.WORK_ORDER.value, "due_at": order_date.isoformat()})
    return kept


def keep_day(due_on: date, *, title: str, event: str, basis: str, severity: int) -> dict[str, Any]:
    """The one candidate of a clock whose last day was set outright, by a plan (``basis`` 整改方案); as JSON."""
    return {
        "source": Source.WORK_ORDER.value,
        "due_on": due_on.isoformat(),
        "due_at": end_of_day(due_on).isoformat(),
        "title": title,
        "event": event,
        "basis": basis,
        "severity": severity,
    }


def appointed(day: date, start_at: datetime, extensions: Sequence[Term] = ()) -> Reckoning:
    """
    The reckoning of a day that a plan set: it neither rolls nor is suspended, and an extension is in plain days.

    Raises ``ValueError`` for an extension in anything else.
    """
    if any(one.unit is not Unit.ND for one in extensions):
        raise ValueError("a day set outright is extended by plain days")
    extended: list[Extension] = []
    last = day
    for one in extensions:
        before, last = last, last + timedelta(days=one.length)
        extended.append(Extension(one, before, last, end_of_day(last)))
    return replace(fixed(last, start_at), base_due_on=day, extended=tuple(extended))


def settle(
    candidates: Sequence[Mapping[str, Any]], start_at: datetime, calendar: Calendar, stretch: Stretch
) -> Settled:
    """Reckon every candidate and take the shortest."""
    reckoned = [(Source(one["source"]), _reckon(one, start_at, calendar, stretch)) for one in candidates]
    chosen = shortest(reckoned)
    by = next(
        one
        for one, (source, reckoning) in zip(candidates, reckoned, strict=True)
        if source is chosen.source and reckoning == chosen.reckoning
    )
    told = explain(
        chosen.reckoning,
        rule_title=by.get("title", "工单要求的期限"),
        basis=by.get("basis", ""),
        start_event=by.get("event", "派发"),
        calendar=calendar,
    )
    sentence = told.sentence + (explain_choice(chosen) if len(candidates) > 1 else "")
    steps = tuple(
        {"day": step.day.isoformat() if step.day else None, "text": step.text} for step in told.steps
    )
    return Settled(chosen, sentence, steps)


def binding(candidates: Sequence[Mapping[str, Any]], source: str) -> Mapping[str, Any]:
    """The rule that binds: it says whether the clock may be extended; behind a work order the first rule does."""
    rules = [one for one in candidates if "due_at" not in one] or list(candidates)
    return next((one for one in rules if one["source"] == source), rules[0])


def term_of(kept: Mapping[str, Any]) -> Term:
    """The term a kept candidate was made from."""
    return Term(kept["length"], Unit(kept["unit"]), Direction(kept["direction"]), kept["roll"])


def _reckon(kept: Mapping[str, Any], start_at: datetime, calendar: Calendar, stretch: Stretch) -> Reckoning:
    if "due_on" in kept:
        return appointed(date.fromisoformat(kept["due_on"]), start_at, stretch.extensions)
    if "due_at" in kept:
        return fixed(datetime.fromisoformat(kept["due_at"]), start_at)
    return reckon(
        term_of(kept),
        start_at,
        calendar,
        suspensions=stretch.suspensions,
        extensions=stretch.extensions,
        now=stretch.now,
    )


def _kept(rule: Rule, on: date) -> dict[str, Any]:
    basis = basis_on(rule, on)
    return {
        "source": rule.scope.source.value,
        "version": rule.version,
        "title": rule.title,
        "event": TRIGGER_TITLES[rule.trigger],
        "basis": basis.text if basis else "",
        "confidence": rule.confidence.value,
        "length": rule.length,
        "unit": rule.unit.value,
        "direction": rule.direction.value,
        "roll": rule.roll,
        "severity": rule.severity,
        "max_extensions": rule.max_extensions,
        "ext_length": rule.ext_length or 0,
        "ext_unit": (rule.ext_unit or rule.unit).value,
        "must_notify": [party.value for party in rule.must_notify],
        "suspend_reasons": [{"code": one.code, "title": one.title} for one in rule.suspend_reasons],
    }
