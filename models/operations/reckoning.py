"""What a clock is reckoned from: the limits that bind it, the event it counts from, what has lengthened it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.timing.calendar import legal_day
from models.domain.timing.limits import Limits, Settled, Stretch, keep, keep_day, settle
from models.domain.timing.terms import Interval, Term, Unit
from models.domain.timing.triggers import FROM_DISPATCH
from models.operations.act import Act
from models.tables.deadlines import extensions, suspensions

_ids = bindparam("ids", expanding=True, type_=suspensions.c.deadline_id.type)
_HELD = (
    select(suspensions.c.deadline_id, suspensions.c.from_at, suspensions.c.to_at)
    .where(suspensions.c.deadline_id.in_(_ids))
    .order_by(suspensions.c.from_at)
)
_GRANTED = (
    select(extensions.c.deadline_id, extensions.c.length, extensions.c.unit)
    .where(extensions.c.deadline_id.in_(_ids))
    .order_by(extensions.c.granted_at, extensions.c.id)
)


@dataclass(frozen=True, slots=True)
class Started:
    """A clock that is about to be inserted."""

    rule_id: str
    candidates: Sequence[Mapping[str, Any]]
    start_at: datetime
    settled: Settled


def candidates_of(
    act: Act, rule_id: str, division: str, start_at: datetime, order_date: datetime | None
) -> list[dict[str, Any]]:
    """Every limit that binds a clock starting then: the rules valid that day, and the work order's date."""
    on = legal_day(start_at)
    return keep(act.law.candidates(rule_id, on, division), on, order_date)


def event_at(act: Act, rule_id: str, division: str, received_at: datetime, sent: datetime | None) -> datetime:
    """When a registered case's clock began: at the work order's dispatch where the rule says so, else at receipt."""
    if sent is None:
        return received_at
    rules = act.law.candidates(rule_id, legal_day(sent), division)
    return sent if any(rule.trigger in FROM_DISPATCH for rule in rules) else received_at


def reckon_start(
    act: Act, rule_id: str, division: str, start_at: datetime, *, limits: Limits | None = None
) -> Started | None:
    """
    The clock of a rule from its start event, under the law valid that day.

    ``None`` where nothing binds: a local rule of another county, or a day before the rule came into force.
    """
    kept = candidates_of(act, rule_id, division, start_at, limits.for_rule(rule_id) if limits else None)
    if not kept:
        return None
    return Started(rule_id, kept, start_at, settle(kept, start_at, act.law.calendar, Stretch()))


def dated_start(act: Act, rule_id: str, due_on: date, **told: Any) -> Started:
    """A clock from now to a day that was set outright; ``told``: title, event, basis, severity."""
    kept = [keep_day(due_on, **told)]
    return Started(rule_id, kept, act.now, settle(kept, act.now, act.law.calendar, Stretch()))


def first_clocks(
    act: Act, rule_ids: Sequence[str], division: str, received_at: datetime, limits: Limits | None
) -> list[Started]:
    """The clocks of a case that is being registered, each from its own event."""
    sent = limits.dispatched_at if limits else None
    begun = ((one, event_at(act, one, division, received_at, sent)) for one in rule_ids)
    started = (reckon_start(act, rule_id, division, at, limits=limits) for rule_id, at in begun)
    return [one for one in started if one is not None]


def stretches(act: Act, clock_ids: Sequence[UUID]) -> dict[UUID, Stretch]:
    """The suspensions and extensions of each clock."""
    held, granted = defaultdict(list), defaultdict(list)
    for row in act.db.execute(_HELD, {"ids": clock_ids}):
        held[row.deadline_id].append(Interval(row.from_at, row.to_at))
    for row in act.db.execute(_GRANTED, {"ids": clock_ids}):
        granted[row.deadline_id].append(Term(row.length, Unit(row.unit)))
    return {one: Stretch(held[one], granted[one], act.now) for one in clock_ids}
