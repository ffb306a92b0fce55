"""The reports of a month on the items of one gathering, and how each is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from models.domain.rectification.periods import OVER, EntryState
from models.domain.states import State
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.people import accounts
from models.tables.periods import entries

_fillers, _reviewers = accounts.alias("filler"), accounts.alias("reviewer")


def of(act: Act, mine: Select[Any], binds: Mapping[str, Any], period_id: UUID | None) -> dict[UUID, AnyRow]:
    """The reports of a period by case; ``mine`` selects the case ids."""
    if period_id is None:
        return {}
    statement = (
        select(entries, _fillers.c.name.label("filler"), _reviewers.c.name.label("reviewer"))
        .join(_fillers, _fillers.c.id == entries.c.filled_by)
        .outerjoin(_reviewers, _reviewers.c.id == entries.c.reviewed_by)
        .where(entries.c.period_id == period_id, entries.c.case_id.in_(mine))
    )
    return {row.case_id: row for row in act.db.execute(statement, binds)}


def state_of(state: State, entry: AnyRow | None) -> EntryState:
    """How far the report on an item is."""
    if entry is None:
        return EntryState.NOT_DUE if state in OVER else EntryState.MISSING
    if entry.returned_note is not None:
        return EntryState.RETURNED
    return EntryState.FILLED if entry.reviewed_at is None else EntryState.REVIEWED


def told(state: State, entry: AnyRow | None) -> dict[str, Any]:
    """A report as it stands in a record; all ``None`` while nobody has filled it."""
    said = (
        *("this_month", "invested_yuan", "difficulties", "next_steps", "expected_on", "no_change"),
        *("no_change_reason", "filled_at", "reviewed_at", "returned_note", "progress"),
    )
    values = {name: None if entry is None else getattr(entry, name) for name in said}
    values["reported"] = values.pop("progress")
    return values | {
        "state": state_of(state, entry),
        "filled_by": None if entry is None else entry.filler,
        "reviewed_by": None if entry is None else entry.reviewer,
        "version": 0 if entry is None else entry.version,
    }
