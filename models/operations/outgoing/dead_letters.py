"""
Dead letters 死信: notices that a channel would not take after eight tries, and those nobody knows the fate of.

Leaders and the office see those of their division subtree; the administrator of the division, who mends the
channel, sees that they are there, but not which case: he sees no cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models.domain.access import GRANTS, Actor, Verb
from models.domain.errors import IllegalTransition, NotFound
from models.domain.law import chain_of
from models.operations import scope
from models.operations.act import Act
from models.operations.outgoing.dispatches import UNDELIVERED, send_again
from models.operations.scope import Scope
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.notices import notices as T
from models.tables.people import accounts

STATES: Final = ("dead", "outcome_unknown")
Cursor = tuple[datetime, UUID]


def page(act: Act, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` undelivered notices, newest first; ``number`` is null where the case is not seen."""
    statement = _within(act.actor).where(UNDELIVERED)
    if after is not None:
        at, row_id = after
        statement = statement.where(
            T.c.planned_at <= at, or_(T.c.planned_at < at, and_(T.c.planned_at == at, T.c.id < row_id))
        )
    statement = statement.order_by(T.c.planned_at.desc(), T.c.id.desc()).limit(limit + 1)
    return act.db.execute(statement, Scope.of(act.actor).binds()).all()


def resend(act: Act, notice_id: UUID) -> None:
    """
    Let a dead letter be tried again, also on a channel whose last outcome is unknown: a person decided so.

    Raises:
        NotFound: absent, or outside the actor's division.
        IllegalTransition: it was delivered, still waits, or its clock has moved on.
    """
    statement = _within(act.actor).where(T.c.id == notice_id).with_for_update(of=T)
    row = act.db.execute(statement, Scope.of(act.actor).binds()).one_or_none()
    if row is None:
        raise NotFound()
    if row.state not in STATES:
        raise IllegalTransition("只有发不出去或结果不明的提醒可以重发，请刷新列表")
    send_again(act, row)
    act.note("notice.resend", "notice", notice_id, chain=chain_of(row.division_code), fields=("state",))


def _within(actor: Actor) -> Select[Any]:
    seen = and_(cases.c.id == T.c.case_id, scope.visible(Scope.of(actor).shape))
    return (
        select(
            T.c.id,
            T.c.state,
            T.c.rule_id,
            T.c.stage,
            T.c.tries,
            T.c.error,
            T.c.planned_at,
            T.c.account_id,
            T.c.content,
            deadlines.c.division_code,
            accounts.c.name.label("person"),
            cases.c.id.label("case_id"),
            cases.c.number,
        )
        .join(deadlines, deadlines.c.id == T.c.deadline_id)
        .join(accounts, accounts.c.id == T.c.account_id)
        .outerjoin(cases, seen)
        .where(_reached(actor))
    )


def _reached(actor: Actor) -> ColumnElement[bool]:
    """The divisions of the grants that may read the work."""
    areas = {area for one in actor.grants if Verb.WORK_READ in GRANTS[one.role] for area in one.areas}
    return or_(false(), *(deadlines.c.division_code.startswith(area) for area in sorted(areas)))
