"""
Moves 期限变动: running clocks whose end is another under today's calendar and rules. Nothing moves by itself.

A suspended clock is not among them: it is reckoned anew when it runs on. A clock keeps its rule version; it is
listed for another one only when that version is valid on the clock's own start day (a correction after the fact).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, update

from models.domain.law import chain_of
from models.domain.timing.limits import Settled, Stretch, settle
from models.operations import deadlines
from models.operations.act import Act
from models.operations.law.clocks import in_counties
from models.operations.law.touched import touched_clocks
from models.operations.reckoning import candidates_of, stretches
from models.operations.scope import Scope, visible
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines as T

BATCH: Final = 100
LOOKED_AT_MOST: Final = 400
"""Clocks looked at for one page; its cursor goes on where they ended."""

COUNTED_MOST: Final = 2000
"""Clocks looked at for the number that a change of law or calendar answers with."""

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Move:
    """A clock as it stands (with its case's number), its end as reckoned today, and what changed."""

    clock: AnyRow
    settled: Settled
    candidates: Sequence[Mapping[str, Any]]
    why: str  # calendar | rule


def pending(act: Act, *, limit: int, after: Position | None) -> tuple[list[Move], Position | None]:
    """Up to ``limit`` moves within the reader's scope, and where to go on; ``None`` when all were looked at."""
    reach = Scope.of(act.actor)
    found: list[Move] = []
    sees = and_(visible(reach.shape), *in_counties(reach.shape))
    clocks = _examined(act, sees, reach.binds(), after)
    for examined, (row, move) in enumerate(clocks, start=1):
        if move is not None:
            found.append(move)
        if len(found) == limit or examined == LOOKED_AT_MOST:
            return found, (row.due_at, row.id)
    return found, None


def impact(act: Act) -> dict[str, Any]:
    """
    How many clocks of the whole instance would move, by rule: numbers only, for who changes law or calendar.

    Which they are is told to those who may see the cases (``pending``).
    """
    looked_at = list(islice(_examined(act, true(), {}, None), COUNTED_MOST))
    counted = Counter(
        (row.rule_id, row.rule.get("title", row.rule_id)) for row, move in looked_at if move is not None
    )
    return {
        "count": counted.total(),
        "capped": len(looked_at) == COUNTED_MOST,
        "by_rule": [
            {"rule_id": rule_id, "title": title, "count": count}
            for (rule_id, title), count in sorted(counted.items())
        ],
    }


def apply(act: Act, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Move the named clocks to where they belong today; one result per id, each move journalled."""
    reach = Scope.of(act.actor)
    seen = act.db.execute(_seen(ids, visible(reach.shape)), reach.binds()).all()
    _lock(act, {row.case_id for row in seen})
    rows = act.db.execute(select(T).where(T.c.id.in_([row.id for row in seen]))).all()
    clocks = {row.id: row for row in rows}
    moves = dict(zip(clocks, _compared(act, rows), strict=True))
    results = [_result(one, clocks.get(one), moves.get(one)) for one in dict.fromkeys(ids)]
    for move in moves.values():
        if move is not None:
            _move(act, move)
    for case_id in sorted({move.clock.case_id for move in moves.values() if move is not None}):
        act.db.execute(
            update(cases)
            .where(cases.c.id == case_id)
            .values(version=cases.c.version + 1, changed_at=act.now, **deadlines.nearest(act, case_id))
        )
    return results


def end_of(clock: AnyRow) -> dict[str, Any]:
    """The end of a clock as it stands."""
    return {
        "legal_due_on": clock.legal_due_on,
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "calendar_unconfirmed": clock.calendar_unconfirmed,
        "source": clock.source,
        "explanation": clock.explanation["sentence"],
    }


def new_end_of(settled: Settled) -> dict[str, Any]:
    """The end of a clock as reckoned today."""
    reckoning = settled.reckoning
    return {
        "legal_due_on": reckoning.legal_due_on,
        "due_on": reckoning.due_on,
        "due_at": reckoning.due_at,
        "calendar_unconfirmed": not reckoning.confirmed,
        "source": settled.chosen.source.value,
        "explanation": settled.sentence,
    }


def _examined(
    act: Act, reach: ColumnElement[bool], binds: Mapping[str, Any], after: Position | None
) -> Iterator[tuple[AnyRow, Move | None]]:
    """The clocks that could move, nearest first, each with its move if it does."""
    touched = touched_clocks(act)
    while True:
        rows = act.db.execute(_candidates(reach, touched, after), binds).all()
        yield from zip(rows, _compared(act, rows), strict=True)
        if len(rows) < BATCH:
            return
        after = (rows[-1].due_at, rows[-1].id)


def _candidates(
    reach: ColumnElement[bool], touched: ColumnElement[bool], after: Position | None
) -> Select[Any]:
    statement = (
        select(T, cases.c.number)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.state == "running", touched, reach)
        .order_by(T.c.due_at, T.c.id)
        .limit(BATCH)
    )
    if after is None:
        return statement
    due_at, clock_id = after
    return statement.where(
        T.c.due_at >= due_at, or_(T.c.due_at > due_at, and_(T.c.due_at == due_at, T.c.id > clock_id))
    )


def _compared(act: Act, rows: Sequence[AnyRow]) -> list[Move | None]:
    """Each clock's move, or ``None`` when it stays (or does not run)."""
    stretched = stretches(act, [row.id for row in rows])
    return [_compare(act, row, stretched[row.id]) if row.state == "running" else None for row in rows]


def _compare(act: Act, clock: AnyRow, stretch: Stretch) -> Move | None:
    candidates = _candidates_today(act, clock)
    settled = settle(candidates, clock.started_at, act.law.calendar, stretch)
    if _dates(end_of(clock)) == _dates(new_end_of(settled)):
        return None
    return Move(clock, settled, candidates, "calendar" if candidates is clock.candidates else "rule")


def _candidates_today(act: Act, clock: AnyRow) -> Sequence[Mapping[str, Any]]:
    """What the clock keeps, unless other versions are valid on its start day now."""
    kept: Sequence[Mapping[str, Any]] = clock.candidates
    if any("due_on" in one for one in kept):  # a day set outright is nobody's rule
        return kept
    ordered = next((datetime.fromisoformat(one["due_at"]) for one in kept if "due_at" in one), None)
    today = candidates_of(act, clock.rule_id, clock.division_code, clock.started_at, ordered)
    same = [one.get("version") for one in kept] == [one.get("version") for one in today]
    return kept if same or not today else today


def _dates(end: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in end.items() if name != "explanation")


def _seen(ids: Sequence[UUID], reach: ColumnElement[bool]) -> Select[Any]:
    return (
        select(T.c.id, T.c.case_id)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.id.in_(ids), reach)
        .order_by(T.c.id)
    )


def _lock(act: Act, case_ids: set[UUID]) -> None:
    wanted = select(cases.c.id).where(cases.c.id.in_(sorted(case_ids))).order_by(cases.c.id)
    act.db.execute(wanted.with_for_update()).all()


def _result(clock_id: UUID, clock: AnyRow | None, move: Move | None) -> dict[str, Any]:
    if clock is None:
        return _told(clock_id, "not_found", "没有找到，或不在您的查看范围内")
    if move is not None:
        ends = {"before": end_of(clock), "after": new_end_of(move.settled)}
        return _told(clock_id, "moved", f"已由{clock.due_on}改为{move.settled.reckoning.due_on}") | ends
    said = {"running": "期限不变", "suspended": "正在中止，恢复计时时按新的日历和规则计算"}
    return _told(clock_id, "unchanged", said.get(clock.state, "期限已停止，不再变动"))


def _told(clock_id: UUID, result: str, message: str) -> dict[str, Any]:
    return {"id": clock_id, "result": result, "message": message, "before": None, "after": None}


def _move(act: Act, move: Move) -> None:
    clock = move.clock
    deadlines.rewrite(act, clock, move.settled, move.candidates)
    act.note(
        "deadline.move",
        "deadline",
        clock.id,
        chain=chain_of(clock.division_code),
        fields=("legal_due_on", "due_on", "due_at", *(("rule",) if move.why == "rule" else ())),
        content={"before": end_of(clock), "after": new_end_of(move.settled)},
        reason=move.why,
    )
