"""
Deadlines 期限: clocks that run on a case, each keeping the rule version, calendar reading and reason of its date.

Overdue is ``now >= due_at``, the end of the rolled date; reminders count back from the legal one. A clock's
subject is the case itself, or what the clock is about within it: an objection, a publication, a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, insert, select, update

from models.domain.lifecycle import ALL_CLOCKS
from models.domain.timing.limits import Limits, Settled, settle
from models.domain.timing.terms import Unit
from models.operations.act import Act
from models.operations.clock_rows import clock_row, end_columns, remind_at, rule_columns
from models.operations.reckoning import Started, dated_start, reckon_start, stretches
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
        act.db.execute(_INSERT, [clock_row(act, case_id, division, round_, one) for one in started])


def start(
    act: Act,
    case: AnyRow,
    rule_id: str,
    start_at: datetime,
    *,
    limits: Limits | None,
    subject_id: UUID | None = None,
) -> Settled | None:
    """Start a clock where a rule binds; ``subject_id``: what it is about, when not the case as a whole."""
    started = reckon_start(act, rule_id, case.division_code, start_at, limits=limits)
    return _insert(act, case, started, subject_id) if started is not None else None


def start_dated(
    act: Act,
    case: AnyRow,
    rule_id: str,
    due_on: date,
    *,
    title: str,
    event: str,
    basis: str,
    severity: int,
    subject_id: UUID | None = None,
) -> Settled:
    """Start a clock whose last day was set outright; ``basis`` names what set it (整改方案)."""
    started = dated_start(act, rule_id, due_on, title=title, event=event, basis=basis, severity=severity)
    return _insert(act, case, started, subject_id)


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
    """
    End the named clocks; met late when the end had passed.

    ``*`` ends all of the case's own: what is owed on an objection outlives the case, unless it is void (cancelled).
    """
    for clock in clocks:
        own = cancelled or clock.subject_id == clock.case_id
        if clock.rule_id in rule_ids or (ALL_CLOCKS in rule_ids and own):
            _end(act, clock, cancelled=cancelled)


def stop_of(act: Act, subject_id: UUID, *, cancelled: bool = False) -> None:
    """End the clocks about an objection, a publication or a task; no case is a subject here."""
    about = (T.c.subject_id == subject_id, T.c.subject_id != T.c.case_id, T.c.stopped_at.is_(None))
    for clock in act.db.execute(select(T).where(*about).order_by(T.c.id)).all():
        _end(act, clock, cancelled=cancelled)


def refresh(act: Act, case_id: UUID) -> None:
    """
    The case's nearest end after a clock of something within it started or stopped; the case is locked.

    Its version stays: nothing that a person changes in the case has changed.
    """
    values = {"changed_at": act.now, **nearest(act, case_id)}
    act.db.execute(update(cases).where(cases.c.id == case_id).values(**values))


def reopen(act: Act, case: AnyRow, rule_ids: Sequence[str], *, ended: str = "met") -> int:
    """What had stopped these clocks was undone: they run on from their old start; gives how many do."""
    reopened = 0
    for rule_id in rule_ids:
        stopped = act.db.execute(
            select(T)
            .where(T.c.case_id == case.id, T.c.subject_id == case.id)
            .where(T.c.rule_id == rule_id, T.c.round == case.round, T.c.state == ended)
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
    told = inputs.get("told_at")
    _lengthen(
        act,
        clock,
        length=inputs["length"],
        unit=clock.rule["ext_unit"],
        reason=inputs["reason"],
        told_at=datetime.fromisoformat(told) if told else None,
        told_way=inputs.get("told_way"),
    )


def redate(act: Act, clock: AnyRow, due_on: date, *, reason: str = "经批准延期") -> None:
    """
    Move the day that a plan set (``start_dated``) to a later one; the old date stays in the record.

    Raises:
        ValueError: not later, or the end of this clock was counted and not set.
    """
    if due_on <= clock.due_on or not any("due_on" in one for one in clock.candidates):
        raise ValueError("only a day set outright is moved, and only to a later one")
    _lengthen(act, clock, length=(due_on - clock.due_on).days, unit=Unit.ND.value, reason=reason)


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
            **end_columns(settled),
            **rule_columns(candidates, settled),
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


def _insert(act: Act, case: AnyRow, started: Started, subject_id: UUID | None) -> Settled:
    row = clock_row(act, case.id, case.division_code, case.round, started, subject_id=subject_id)
    act.db.execute(_INSERT, row)
    return started.settled


def _end(act: Act, clock: AnyRow, *, cancelled: bool) -> None:
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


def _lengthen(act: Act, clock: AnyRow, **granted: Any) -> None:
    """Record an extension and reckon the end anew with it."""
    extension_id = act.new_id()
    ends = {"due_before": clock.due_on, "due_after": clock.due_on}
    act.db.execute(
        insert(extensions).values(
            id=extension_id,
            deadline_id=clock.id,
            granted_at=act.now,
            by=act.actor.account_id,
            **ends,
            **granted,
        )
    )
    settled = _rewrite(act, clock)
    act.db.execute(
        update(extensions).where(extensions.c.id == extension_id).values(due_after=settled.reckoning.due_on)
    )


def _rewrite(act: Act, clock: AnyRow, **changed: Any) -> Settled:
    settled = resettle(act, clock)
    silence(act, clock.id)
    act.db.execute(
        update(T)
        .where(T.c.id == clock.id)
        .values(
            **end_columns(settled), remind_at=remind_at(act, settled), version=clock.version + 1, **changed
        )
    )
    return settled
