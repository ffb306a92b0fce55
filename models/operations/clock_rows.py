"""The columns of a clock 期限: what it keeps of its rule, its end as reckoned, and when it next speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from models.domain.law import county_of
from models.domain.timing.limits import Settled, binding
from models.domain.timing.reminders import QuietHours, latest_due, next_after, plan
from models.operations.act import Act
from models.operations.reckoning import Started


def clock_row(
    act: Act, case_id: UUID, division: str, round_: int, started: Started, *, subject_id: UUID | None = None
) -> dict[str, Any]:
    """A clock that begins to run; without ``subject_id`` it is the case's own."""
    return {
        "id": act.new_id(),
        "case_id": case_id,
        "subject_id": subject_id or case_id,
        "county": county_of(division),
        "division_code": division,
        "rule_id": started.rule_id,
        "round": round_,
        "state": "running",
        "started_at": started.start_at,
        "remind_at": remind_at(act, started.settled),
        **rule_columns(started.candidates, started.settled),
        **end_columns(started.settled),
    }


def rule_columns(candidates: Sequence[Mapping[str, Any]], settled: Settled) -> dict[str, Any]:
    """What a clock keeps of the rule that binds it, and of all that competed."""
    rule = binding(candidates, settled.chosen.source.value)
    return {
        "rule": dict(rule),
        "candidates": list(candidates),
        "severity": rule.get("severity", 5),
        "start_event": rule.get("event", "派发"),
    }


def end_columns(settled: Settled) -> dict[str, Any]:
    """The end of a clock and why it is that."""
    reckoning = settled.reckoning
    return {
        "source": settled.chosen.source.value,
        "legal_due_on": reckoning.legal_due_on,
        "due_on": reckoning.due_on,
        "due_at": reckoning.due_at,
        "earlier_due_on": reckoning.earlier_due_on,
        "calendar_unconfirmed": not reckoning.confirmed,
        "explanation": {"sentence": settled.sentence, "steps": list(settled.steps)},
    }


def remind_at(act: Act, settled: Settled) -> datetime | None:
    """When the clock next has something to say: at once when a stage has come already."""
    reckoning = settled.reckoning
    calendar, hourly = act.law.calendar, reckoning.in_hours
    planned = plan(act.law.stages, reckoning, calendar, quiet=QuietHours(), hourly=hourly, until=act.now)
    if latest_due(planned, act.now) is not None:
        return act.now
    following = next_after(planned, act.now)
    return following.at if following else None
