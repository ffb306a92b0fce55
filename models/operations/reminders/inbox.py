"""
The inbox 收件箱 of one person: what he was told, newest first, as far as he still sees the cases.

A notice outlives the grant it came with; so every read goes through ``scope.visible`` again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select, update

from models.domain.errors import NotFound
from models.domain.law import chain_of
from models.operations import scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow, Instant
from models.tables.cases import cases
from models.tables.notices import notices as T

UNREAD_CAP: Final = 100
Cursor = tuple[datetime, UUID]

_account = bindparam("account", type_=T.c.account_id.type)
_COLUMNS = (
    T.c.id,
    T.c.case_id,
    T.c.rule_id,
    T.c.round,
    T.c.stage,
    T.c.due_on,
    T.c.content,
    T.c.planned_at,
    T.c.read_at,
    T.c.ack_due_at,
    T.c.ack_at,
    cases.c.number,
    cases.c.title,
)


def page(act: Act, *, unread: bool, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` notices, newest first: one more than shown tells that there is a next page."""
    reach = Scope.of(act.actor)
    values = {"account": act.actor.account_id, "limit": limit + 1, **reach.binds()}
    if after is not None:
        values |= {"after_at": after[0], "after_id": after[1]}
    return act.db.execute(_page(reach.shape, unread, after is not None), values).all()


def unread_count(act: Act) -> dict[str, Any]:
    """How many are not read yet: ``{"count": 100, "capped": true}`` where it is more than a hundred."""
    reach = Scope.of(act.actor)
    values = {"account": act.actor.account_id, **reach.binds()}
    count = act.db.execute(_unread(reach.shape), values).scalar_one()
    return {"count": min(count, UNREAD_CAP), "capped": count > UNREAD_CAP}


def mark_read(act: Act, notice_id: UUID) -> None:
    """
    Remember that the reader has read it; the first time counts.

    Raises:
        NotFound: absent, somebody else's, or of a case the reader no longer sees.
    """
    row = own(act, notice_id)
    if row.read_at is None:
        act.db.execute(update(T).where(T.c.id == notice_id).values(read_at=act.now))
        act.note("notice.read", "notice", notice_id, chain=chain_of(row.division_code), fields=("read_at",))


def own(act: Act, notice_id: UUID) -> AnyRow:
    """
    When it was read and acknowledged, and the division of its case.

    Raises:
        NotFound: absent, somebody else's, or of a case the reader no longer sees.
    """
    reach = Scope.of(act.actor)
    values = {"account": act.actor.account_id, "id": notice_id, **reach.binds()}
    row = act.db.execute(_one(reach.shape), values).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _mine(statement: Select[Any], shape: Shape) -> Select[Any]:
    """Told to the reader, of a case he sees."""
    return statement.join(cases, cases.c.id == T.c.case_id).where(
        T.c.account_id == _account, T.c.sent_at.is_not(None), scope.visible(shape)
    )


@lru_cache(maxsize=128)
def _page(shape: Shape, unread: bool, more: bool) -> Select[Any]:
    statement = _mine(select(*_COLUMNS), shape)
    if unread:
        statement = statement.where(T.c.read_at.is_(None))
    if more:
        at, row_id = bindparam("after_at", type_=Instant()), bindparam("after_id", type_=T.c.id.type)
        statement = statement.where(
            T.c.planned_at <= at, or_(T.c.planned_at < at, and_(T.c.planned_at == at, T.c.id < row_id))
        )
    return statement.order_by(T.c.planned_at.desc(), T.c.id.desc()).limit(bindparam("limit"))


@lru_cache(maxsize=64)
def _unread(shape: Shape) -> Select[Any]:
    found = _mine(select(T.c.id), shape).where(T.c.read_at.is_(None)).limit(UNREAD_CAP + 1)
    return select(func.count()).select_from(found.subquery())


@lru_cache(maxsize=64)
def _one(shape: Shape) -> Select[Any]:
    return _mine(select(T.c.read_at, T.c.ack_at, cases.c.division_code), shape).where(
        T.c.id == bindparam("id", type_=T.c.id.type)
    )
