"""Upcoming 将到: the clocks that will speak until a day, and what has been told of them already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.domain.timing.calendar import end_of_day
from models.operations import scope
from models.operations.act import Act
from models.operations.reminders.reminding import SPEAKING
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.notices import notices

Cursor = tuple[datetime, UUID]


def clocks(act: Act, day: date, after: Cursor | None, *, limit: int) -> Sequence[AnyRow]:
    """The clocks of the reader's cases that speak until the end of that day, in the order in which they do."""
    reach = Scope.of(act.actor)
    values = {"end": end_of_day(day), "limit": limit, **reach.binds()}
    if after is not None:
        values |= {"after_at": after[0], "after_id": after[1]}
    return act.db.execute(_statement(reach.shape, after is not None), values).all()


@lru_cache(maxsize=64)
def _statement(shape: Shape, more: bool) -> Select[Any]:
    statement = SPEAKING.add_columns(cases.c.title).where(
        deadlines.c.remind_at < bindparam("end", type_=Instant()), scope.visible(shape)
    )
    if more:
        at, row_id = bindparam("after_at", type_=Instant()), bindparam("after_id", type_=deadlines.c.id.type)
        later = and_(deadlines.c.remind_at == at, deadlines.c.id > row_id)
        statement = statement.where(or_(deadlines.c.remind_at > at, later))
    return statement.order_by(deadlines.c.remind_at, deadlines.c.id).limit(bindparam("limit"))


def known(act: Act, clock_ids: Sequence[UUID]) -> set[tuple[Any, ...]]:
    """What has been told, or waits to be: the scan does not tell it again."""
    rows = act.db.execute(
        select(
            notices.c.deadline_id,
            notices.c.rule_id,
            notices.c.round,
            notices.c.stage,
            notices.c.due_on,
            notices.c.account_id,
        ).where(
            notices.c.deadline_id.in_(clock_ids),
            or_(notices.c.state != "cancelled", notices.c.sent_at.is_not(None)),
        )
    )
    return {tuple(row) for row in rows}
