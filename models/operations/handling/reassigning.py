"""Bulk reassignment 批量改派: all open work of one person to others, one result per case."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import HuanxunError
from models.domain.states import Action, State
from models.operations import scope
from models.operations.act import Act
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.scope import Scope
from models.tables.cases import assignments
from models.tables.cases import cases as T

MOST: Final = 200
"""Cases in one call; the rest goes in the next."""

MOVABLE: Final = (State.ASSIGNED, State.INVESTIGATING)


def bulk(act: Act, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Reassign each case by the lifecycle's own step, under its own savepoint; locks go in order of id."""
    inputs = {name: order[name] for name in ("handlers", "lead", "reason")}
    step = Step(Action.REASSIGN, inputs)
    wanted = order.get("case_ids")
    found = open_work(
        act, UUID(order["from_account"]), [UUID(one) for one in wanted] if wanted is not None else None
    )
    return [_one(act, row.id, row.number, row.version, step) for row in found[:MOST]]


def open_work(act: Act, account_id: UUID, only: list[UUID] | None = None) -> list[Any]:
    """The open cases a person handles, as far as the reader may see them, in order of id."""
    reach = Scope.of(act.actor)
    statement = (
        select(T.c.id, T.c.number, T.c.version, T.c.title, T.c.state, T.c.due_at)
        .join(assignments, assignments.c.case_id == T.c.id)
        .where(
            scope.visible(reach.shape),
            assignments.c.account_id == account_id,
            assignments.c.ended_at.is_(None),
            T.c.state.in_(MOVABLE),
        )
        .order_by(T.c.id)
        .limit(MOST + 1)
    )
    if only is not None:
        statement = statement.where(T.c.id.in_(only))
    return list(act.db.execute(statement, reach.binds()).all())


def _one(act: Act, case_id: UUID, number: str, version: int, step: Step) -> dict[str, Any]:
    noted = len(act.entries)
    try:
        with act.db.begin_nested():
            advancing.advance(act, case_id, step, None, version=version)
    except HuanxunError as error:
        del act.entries[noted:]
        return {"case_id": case_id, "number": number, "ok": False, "message": error.message}
    return {"case_id": case_id, "number": number, "ok": True, "message": "已改派"}
