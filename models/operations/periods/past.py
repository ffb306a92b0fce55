"""
How items stood at an instant, read from their steps: state, confirmation, last day and percentage.

What a step wrote on the item after the instant is taken back. A last day that the ledger named from the beginning and
the plan kept is not told apart from one that only the plan set: it counts from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from models.domain.states import Action, State
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import steps
from models.tables.periods import entries

_TELLING: Final = (
    Action.SUBMIT_PLAN,
    Action.REQUEST_EXTENSION,
    Action.GRANT_EXTENSION,
    Action.SELF_CHECK,
)


@dataclass(slots=True)
class Undone:
    """What later steps wrote on an item, taken back: the last day the steps before had set, if they had."""

    due_moved: bool = False
    due_on: date | None = None
    finished: bool = False
    asked: date | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The items at the instant, by case; ``percents`` are those of the last accepted report."""

    states: Mapping[UUID, State]
    confirmed: Mapping[UUID, datetime]
    undone: Mapping[UUID, Undone]
    percents: Mapping[UUID, int] = field(default_factory=dict)

    def due_on(self, item: AnyRow) -> date | None:
        """The last day of an item."""
        undone = self.undone.get(item.case_id)
        due_on: date | None = item.due_on
        if undone is not None and undone.due_moved:
            due_on = undone.due_on or item.first_due_on
        return due_on

    def percent(self, item: AnyRow) -> int:
        """How far the work was, without a report of this month."""
        undone = self.undone.get(item.case_id)
        if undone is not None and undone.finished:
            return self.percents.get(item.case_id, 0)
        return int(item.percent)


def at(act: Act, mine: Select[Any], binds: Mapping[str, Any], instant: datetime) -> Past:
    """The items that ``mine`` selects (case ids, with its ``binds``) at the instant."""
    last = (
        select(steps.c.case_id, func.max(steps.c.seq).label("seq"))
        .where(steps.c.at <= instant, steps.c.case_id.in_(mine))
        .group_by(steps.c.case_id)
        .subquery()
    )
    states = select(steps.c.case_id, steps.c.target).join(
        last, and_(last.c.case_id == steps.c.case_id, last.c.seq == steps.c.seq)
    )
    confirmed = (
        select(steps.c.case_id, func.max(steps.c.at).label("at"))
        .where(steps.c.action == Action.CONFIRM_PLAN, steps.c.at <= instant, steps.c.case_id.in_(mine))
        .group_by(steps.c.case_id)
    )
    later = select(steps.c.case_id).where(steps.c.at > instant, steps.c.case_id.in_(mine))
    telling = (
        select(steps.c.case_id, steps.c.action, steps.c.inputs, steps.c.at)
        .where(steps.c.case_id.in_(later), steps.c.action.in_(_TELLING))
        .order_by(steps.c.case_id, steps.c.seq)
    )
    undone = _undone(act.db.execute(telling, binds), instant)
    return Past(
        {row.case_id: row.target for row in act.db.execute(states, binds)},
        {row.case_id: row.at for row in act.db.execute(confirmed, binds)},
        undone,
        _accepted(act, [case_id for case_id, one in undone.items() if one.finished]),
    )


def _undone(rows: Iterable[AnyRow], instant: datetime) -> dict[UUID, Undone]:
    found: dict[UUID, Undone] = {}
    for row in rows:
        one = found.setdefault(row.case_id, Undone())
        if row.at > instant:
            one.due_moved |= row.action in (Action.SUBMIT_PLAN, Action.GRANT_EXTENSION)
            one.finished |= row.action is Action.SELF_CHECK
        elif row.action is Action.SUBMIT_PLAN:
            one.due_on = date.fromisoformat(row.inputs["due_on"])
        elif row.action is Action.REQUEST_EXTENSION:
            one.asked = date.fromisoformat(row.inputs["until"])
        elif row.action is Action.GRANT_EXTENSION:
            one.due_on = one.asked
    return found


def _accepted(act: Act, case_ids: list[UUID]) -> dict[UUID, int]:
    """The percentage of the last accepted report, by case."""
    if not case_ids:
        return {}
    statement = (
        select(entries.c.case_id, entries.c.percent)
        .where(entries.c.case_id.in_(case_ids), entries.c.reviewed_at.is_not(None))
        .order_by(entries.c.reviewed_at)
    )
    return {row.case_id: row.percent for row in act.db.execute(statement)}
