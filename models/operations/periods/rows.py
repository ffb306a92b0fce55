"""
The rows of a month: every problem as it stood at an instant, with the report on it, as plain JSON-able values.

The state at the instant is read from the steps, so that what happened after the cut-off belongs to the next month,
whenever the office comes to freeze. Only the latest round of a problem counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from models.domain.rectification.periods import Standing, is_overdue, word_of
from models.domain.rectification.reconciling import Counted
from models.domain.rectification.words import Part, Progress
from models.domain.states import Kind, State
from models.domain.timing.calendar import legal_day
from models.domain.words.text import canonical
from models.operations import scope
from models.operations.act import Act
from models.operations.periods import entries, past
from models.tables.base import AnyRow
from models.tables.cases import case_units, cases
from models.tables.ledgers import items, ledgers

Record = dict[str, Any]
"""One row as it is frozen and sent: JSON types only."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """At which instant, with how much tolerance (percent points), and the reports of which period."""

    as_of: datetime
    tolerance: int
    period_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What belongs to the items of one gathering, by case."""

    then: past.Past
    units: Mapping[UUID, Mapping[str, list[UUID]]]
    reports: Mapping[UUID, AnyRow]


def gather(
    act: Act, which: ColumnElement[bool], reckoning: Reckoning, *, everybody: bool = False
) -> list[Record]:
    """The records of the items that ``which`` names and the reader sees (``everybody``: all of them)."""
    reach = scope.Scope.of(act.actor)
    seen = which if everybody else and_(which, scope.visible(reach.shape))
    binds = {} if everybody else reach.binds()
    statement = (
        select(
            items,
            *(cases.c[name] for name in ("number", "title", "division_code", "state")),
            *(ledgers.c[name].label(f"ledger_{name}") for name in ("title", "origin", "batch")),
        )
        .join(cases, cases.c.id == items.c.case_id)
        .join(ledgers, ledgers.c.id == items.c.ledger_id)
        .where(cases.c.kind == Kind.RECTIFICATION, seen)
        .order_by(ledgers.c.origin, ledgers.c.title, items.c.problem_no, items.c.case_id)
    )
    rows = act.db.execute(statement, binds).all()
    mine = select(items.c.case_id).join(cases, cases.c.id == items.c.case_id).where(seen)
    beside = _beside(act, mine, binds, reckoning)
    states = beside.then.states
    there = [row for row in rows if states.get(row.case_id, State.VOID) is not State.VOID]
    followed = {row.follows_id for row in there}
    return [_record(act, row, beside, reckoning) for row in there if row.case_id not in followed]


def counted(record: Mapping[str, Any]) -> Counted:
    """A record as it is counted."""
    return Counted(
        ledger=record["ledger_id"],
        problem_no=record["problem_no"],
        origin=record["origin"],
        batch=record["batch"],
        round=record["round"],
        units=tuple(record["responsible"]),
        word=Progress(record["word"]),
        due_on=date.fromisoformat(record["due_on"]) if record["due_on"] else None,
        overdue=record["overdue"],
        title=record["title"],
    )


def _beside(act: Act, mine: Select[Any], binds: Mapping[str, Any], at: Reckoning) -> _Beside:
    units: dict[UUID, dict[str, list[UUID]]] = {}
    for row in act.db.execute(select(case_units).where(case_units.c.case_id.in_(mine)), binds):
        units.setdefault(row.case_id, {}).setdefault(row.part, []).append(row.unit_id)
    return _Beside(past.at(act, mine, binds, at.as_of), units, entries.of(act, mine, binds, at.period_id))


def _record(act: Act, row: AnyRow, beside: _Beside, at: Reckoning) -> Record:
    today = legal_day(at.as_of)
    state, entry = beside.then.states[row.case_id], beside.reports.get(row.case_id)
    due_on, confirmed = beside.then.due_on(row), beside.then.confirmed.get(row.case_id)
    standing = standing_of(row, state, confirmed, entry, due_on=due_on, percent=beside.then.percent(row))
    parts = beside.units.get(row.case_id, {})
    written_off = row.written_off_on if row.written_off_on and row.written_off_on <= today else None
    kept = ("case_id", "number", "title", "problem_no", "round", "ledger_id", "level", "stage", "listed_on")
    values = {name: getattr(row, name) for name in kept}
    values |= {name: getattr(row, name) for name in ("first_due_on", "accountability")}
    values |= {name: getattr(row, name) for name in ("responsible_person", "contact_leader")}
    values |= {
        "due_on": due_on,
        "ledger": row.ledger_title,
        "origin": row.ledger_origin,
        "batch": row.ledger_batch,
        "division": row.division_code,
        "written_off_on": written_off,
        "responsible": _names(act, parts.get(Part.RESPONSIBLE, [])),
        "lead": _names(act, parts.get(Part.LEAD, [])),
        "state": state,
        "word": word_of(standing, today, at.tolerance),
        "overdue": is_overdue(state, due_on, today),
        "percent": standing.percent,
        "entry": entries.told(state, entry),
    }
    plain: Record = json.loads(canonical(values))
    return plain


def standing_of(
    item: AnyRow,
    state: State,
    confirmed: datetime | None,
    entry: AnyRow | None,
    *,
    due_on: date | None,
    percent: int,
) -> Standing:
    """What the word of an item depends on; a report that was sent back does not count."""
    told = entry if entry is not None and entry.returned_note is None else None
    kept_up = item.progress is Progress.KEPT_UP
    if told is not None and told.progress is not None and told.reviewed_at is not None:
        kept_up = told.progress is Progress.KEPT_UP
    return Standing(
        state=state,
        percent=percent if told is None else told.percent,
        due_on=due_on,
        confirmed_on=item.listed_on if confirmed is None else legal_day(confirmed),
        reported=None if told is None else told.progress,
        kept_up=kept_up,
    )


def _names(act: Act, unit_ids: list[UUID]) -> list[str]:
    return sorted(act.law.units[one].name for one in unit_ids if one in act.law.units)
