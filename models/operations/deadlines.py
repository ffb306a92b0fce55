"""
Deadlines 期限: clocks that run on a case, each keeping the rule version, calendar reading and reason of its date.

Overdue is ``now >= due_at``, the end of the rolled date; reminders count back from the legal one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, insert, select, update

from models.domain.law import county_of
from models.domain.lifecycle import ALL_CLOCKS
from models.domain.timing.limits import Limits, Settled, binding, settle
from models.domain.timing.reminders import QuietHours, latest_due, next_after, plan
from models.domain.timing.terms import Unit
from models.operations.act import Act
from models.operations.reckoning import Started, reckon_start, stretches
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines as T
from models.tables.deadlines import extensions, suspensions
from models.tables.notices import notices

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""``due_at`` of a case without a running clock: it sorts last."""

STILL_SUSPENDED: Final = timedelta(days=30)
"""How often the approver is told that a clock still stands (``domain.md`` §8: monthly)."""

_INSERT = insert(T)


def running_of(case_id: Any) -> Select[Any]:
    """The running and suspended clocks of a case, each with the number of extensions granted."""
    extended = select(func.count()).where(extensions.c.deadline_id == T.c.id).scalar_subquery()
    return (
        select(T, extended.label("extended"))
        .where(T.c.case_id == case_id, T.c.stopped_at.is_(None))
        .correlate(cases)
    )


_RUNNING = running_of(bindparam("case_id", type_=T.c.case_id.type)).order_by(T.c.due_at, T.c.id)
_NEAREST = (
    select(T.c.due_at, T.c.rule_id)
    .where(T.c.case_id == bindparam("case_id", type_=T.c.case_id.type), T.c.state == "running")
    .order_by(T.c.due_at)
    .limit(1)
)


def insert_started(act: Act, case_id: UUID, division: str, round_: int, started: Sequence[Started]) -> None:
    """Insert clocks; a clock whose stage has come already reminds at once."""
    if started:
        act.db.execute(_INSERT, [_row(act, case_id, division, round_, one) for one in started])


def start(act: Act, case: AnyRow, rule_id: str, start_at: datetime, *, limits: Limits | None) -> None:
    """Start a clock where a rule binds."""
    started = reckon_start(act, rule_id, case.division_code, start_at, limits=limits)
    if started is not None:
        insert_started(act, case.id, case.division_code, case.round, [started])


def running(act: Act, case_id: UUID) -> Sequence[AnyRow]:
    """The running and suspended clocks of a case, nearest first, with the number of extensions granted."""
    return act.db.execute(_RUNNING, {"case_id": case_id}).all()


def nearest(act: Act, case_id: UUID) -> dict[str, Any]:
    """``due_at`` and ``due_rule`` for the case row."""
    row = act.db.execute(_NEAREST, {"case_id": case_id}).one_or_none()
    return {"due_at": row.due_at, "due_rule": row.rule_id} if row else {"due_at": NEVER, "due_rule": None}


def nearest_of(started: Sequence[Started]) -> dict[str, Any]:
    """The same for clocks not yet inserted."""
    if not started:
        return {"due_at": NEVER, "due_rule": None}
    first = min(started, key=lambda one: one.settled.reckoning.due_at)
    return {"due_at": first.settled.reckoning.due_at, "due_rule": first.rule_id}


def stop(act: Act, clocks: Sequence[AnyRow], rule_ids: Sequence[str], *, cancelled: bool) -> None:
    """End the named clocks (``*``: all); met late when the end had passed."""
    for clock in clocks:
        if clock.rule_id in rule_ids or ALL_CLOCKS in rule_ids:
            silence(act, clock.id)
            act.db.execute(
                update(T)
                .where(T.c.id == clock.id)
                .values(
                    state="cancelled" if cancelled else "met",
                    stopped_at=act.now,
                    met_late=act.now >= clock.due_at,
                    remind_at=None,
                    version=clock.version + 1,
                )
            )


def reopen(act: Act, case: AnyRow, rule_ids: Sequence[str], *, ended: str = "met") -> int:
    """What had stopped these clocks was undone: they run on from their old start; gives how many do."""
    reopened = 0
    for rule_id in rule_ids:
        stopped = act.db.execute(
            select(T)
            .where(
                T.c.case_id == case.id, T.c.rule_id == rule_id, T.c.round == case.round, T.c.state == ended
            )
            .order_by(T.c.stopped_at.desc())
            .limit(1)
        ).one_or_none()
        if stopped is not None:
            _rewrite(act, stopped, state="running", stopped_at=None, met_late=False)
            reopened += 1
    return reopened


def extend(act: Act, case: AnyRow, clock: AnyRow | None, inputs: Mapping[str, Any]) -> None:
    """Grant an extension; the old date stays in the record."""
    assert clock is not None
    unit = Unit(clock.rule["ext_unit"])
    extension_id = act.new_id()
    told = inputs.get("told_at")
    act.db.execute(
        insert(extensions).values(
            id=extension_id,
            deadline_id=clock.id,
            granted_at=act.now,
            length=inputs["length"],
            unit=unit.value,
            reason=inputs["reason"],
            told_at=datetime.fromisoformat(told) if told else None,
            told_way=inputs.get("told_way"),
            due_before=clock.due_on,
            due_after=clock.due_on,
            by=act.actor.account_id,
        )
    )
    settled = _rewrite(act, clock)
    act.db.execute(
        update(extensions).where(extensions.c.id == extension_id).values(due_after=settled.reckoning.due_on)
    )


def suspend(act: Act, clock: AnyRow | None, inputs: Mapping[str, Any]) -> None:
    """Stop the clock for a reason; the base date is never edited."""
    assert clock is not None
    act.db.execute(
        insert(suspensions).values(
            id=act.new_id(),
            deadline_id=clock.id,
            from_at=act.now,
            reason=inputs["reason"],
            note=inputs["note"],
            document=inputs.get("document"),
            by=act.actor.account_id,
        )
    )
    silence(act, clock.id)
    act.db.execute(
        update(T)
        .where(T.c.id == clock.id)
        .values(state="suspended", remind_at=act.now + STILL_SUSPENDED, version=clock.version + 1)
    )


def resume(act: Act, case: AnyRow, clock: AnyRow | None) -> None:
    """Let the clock run on; its end moves by the days it stood."""
    assert clock is not None
    act.db.execute(
        update(suspensions)
        .where(suspensions.c.deadline_id == clock.id, suspensions.c.to_at.is_(None))
        .values(to_at=act.now)
    )
    _rewrite(act, clock, state="running")


def resettle(act: Act, clock: AnyRow) -> Settled:
    """The end of a clock as today's calendar, suspensions and extensions make it; writes nothing."""
    stretch = stretches(act, [clock.id])[clock.id]
    return settle(clock.candidates, clock.started_at, act.law.calendar, stretch)


def rewrite(act: Act, clock: AnyRow, settled: Settled, candidates: Sequence[Mapping[str, Any]]) -> None:
    """Write an end as reckoned today from these candidates; reminders are planned anew."""
    silence(act, clock.id)
    act.db.execute(
        update(T)
        .where(T.c.id == clock.id)
        .values(
            **_end_columns(settled),
            **_rule_columns(candidates, settled),
            remind_at=remind_at(act, settled),
            version=clock.version + 1,
        )
    )


def silence(act: Act, clock_id: UUID) -> None:
    """Cancel what still waits to be said of the end as it was; what was told stays."""
    act.db.execute(
        update(notices)
        .where(notices.c.deadline_id == clock_id, notices.c.state.in_(("waiting", "dead")))
        .values(state="cancelled")
    )


def remind_at(act: Act, settled: Settled) -> datetime | None:
    """When the clock next has something to say: at once when a stage has come already."""
    reckoning = settled.reckoning
    planned = plan(act.law.stages, reckoning, act.law.calendar, quiet=QuietHours(), hourly=reckoning.in_hours)
    if latest_due(planned, act.now) is not None:
        return act.now
    following = next_after(planned, act.now)
    return following.at if following else None


def _rewrite(act: Act, clock: AnyRow, **changed: Any) -> Settled:
    settled = resettle(act, clock)
    silence(act, clock.id)
    act.db.execute(
        update(T)
        .where(T.c.id == clock.id)
        .values(
            **_end_columns(settled), remind_at=remind_at(act, settled), version=clock.version + 1, **changed
        )
    )
    return settled


def _row(act: Act, case_id: UUID, division: str, round_: int, started: Started) -> dict[str, Any]:
    return {
        "id": act.new_id(),
        "case_id": case_id,
        "county": county_of(division),
        "division_code": division,
        "rule_id": started.rule_id,
        "round": round_,
        "state": "running",
        "started_at": started.start_at,
        "remind_at": remind_at(act, started.settled),
        **_rule_columns(started.candidates, started.settled),
        **_end_columns(started.settled),
    }


def _rule_columns(candidates: Sequence[Mapping[str, Any]], settled: Settled) -> dict[str, Any]:
    rule = binding(candidates, settled.chosen.source.value)
    return {
        "rule": dict(rule),
        "candidates": list(candidates),
        "severity": rule.get("severity", 5),
        "start_event": rule.get("event", "派发"),
    }


def _end_columns(settled: Settled) -> dict[str, Any]:
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
