"""What a person may lay hands on: a case in sight, locked for change, at the version he has seen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from models.domain.errors import NotFound, StaleVersion, VersionMissing
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import steps


def lock(act: Act, case_id: UUID) -> AnyRow:
    """
    The case, locked for change, if it is there and the actor's to see.

    Raises:
        NotFound: the same whether absent or outside; journalled either way.
    """
    reach = Scope.of(act.actor)
    row = act.db.execute(_locked(reach.shape), {"id": case_id, **reach.binds()}).one_or_none()
    if row is None:
        raise unseen(act, case_id)
    return row


def find(act: Act, case_id: UUID) -> AnyRow:
    """The case row within the reader's sight. Raises ``NotFound``."""
    reach = Scope.of(act.actor)
    row = act.db.execute(_seen(reach.shape), {"id": case_id, **reach.binds()}).one_or_none()
    if row is None:
        raise unseen(act, case_id)
    return row


def unseen(act: Act, case_id: UUID) -> NotFound:
    """The refusal for a case outside the actor's sight, with its journal row."""
    error = NotFound()
    journal.refused(error, "scope.refused", "case", case_id, division=act.actor.chain)
    return error


def current(act: Act, case: AnyRow, version: int | None) -> None:
    """
    That the version is the one the person saw.

    Raises:
        VersionMissing; StaleVersion: with the steps taken since.
    """
    if version is None:
        raise VersionMissing()
    if version != case.version:
        since = act.db.execute(
            select(steps.c.seq, steps.c.action, steps.c.at)
            .where(steps.c.case_id == case.id, steps.c.seq > version)
            .order_by(steps.c.seq)
        ).all()
        raise StaleVersion(
            current=case.version,
            changes=[
                {"version": row.seq, "action": row.action.value, "at": row.at.isoformat()} for row in since
            ],
        )


@lru_cache(maxsize=64)
def _seen(shape: Shape) -> Select[Any]:
    return select(T).where(T.c.id == bindparam("id", type_=T.c.id.type), scope.visible(shape))


@lru_cache(maxsize=64)
def _locked(shape: Shape) -> Select[Any]:
    return _seen(shape).with_for_update(of=T)
