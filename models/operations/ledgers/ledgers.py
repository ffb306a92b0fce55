"""Ledgers 清单: made by the office; a published batch is read-only and holds no items of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, and_, bindparam, false, func, insert, or_, select

from models.domain.access import SUBTREE_ROLES, Actor
from models.domain.errors import Flaw, Forbidden, Invalid, NotFound
from models.domain.law import chain_of
from models.domain.rectification.drafts import LedgerDraft
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.ledgers import items
from models.tables.ledgers import ledgers as T

Cursor = tuple[int, UUID]
_id = bindparam("id", type_=T.c.id.type)


def make(act: Act, draft: LedgerDraft, key: Key | None) -> UUID:
    """
    Make a ledger; a retry under the same key gives the same one.

    Raises:
        Invalid: unknown division. Forbidden: outside the actor's area. OtherContent
    """
    return once(act, key, "ledgers.make", asdict(draft), lambda: _make(act, draft))


def _make(act: Act, draft: LedgerDraft) -> UUID:
    division = act.law.divisions.get(draft.division)
    if division is None or division.successor is not None:
        raise Invalid(flaws=[Flaw("/division", "unknown_division", "没有这个行政区划代码，或已撤并")])
    if act.actor.account_id is not None and not scope.within(act.actor, draft.division):
        raise Forbidden(f"“{division.name}”不在您的辖区内，不能在该辖区建清单")
    ledger_id = act.new_id()
    values = asdict(draft)
    values["division_code"] = values.pop("division")
    act.db.execute(
        insert(T).values(id=ledger_id, created_at=act.now, created_by=act.actor.account_id, **values)
    )
    act.note(
        "ledger.make",
        "ledger",
        ledger_id,
        chain=chain_of(draft.division),
        fields=sorted(values),
        content=values,
    )
    return ledger_id


def find(act: Act, ledger_id: UUID) -> AnyRow:
    """
    A ledger in sight.

    Raises:
        NotFound: the same whether absent or outside; journalled either way.
    """
    return _one(act, ledger_id, select(T))


def counted(act: Act, ledger_id: UUID) -> AnyRow:
    """The same, with ``item_count`` of those he sees. Raises ``NotFound``."""
    return _one(act, ledger_id, select(T, _item_count(Scope.of(act.actor).shape)))


def _one(act: Act, ledger_id: UUID, wanted: Select[Any]) -> AnyRow:
    reach = Scope.of(act.actor)
    statement = wanted.where(_seen(act.actor, reach.shape), T.c.id == _id)
    row = act.db.execute(statement, {"id": ledger_id, **reach.binds()}).one_or_none()
    if row is None:
        error = NotFound()
        journal.refused(error, "scope.refused", "ledger", ledger_id, division=act.actor.chain)
        raise error
    return row


def page(act: Act, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` ledgers in sight, the newest year first."""
    reach = Scope.of(act.actor)
    statement = select(T, _item_count(reach.shape)).where(_seen(act.actor, reach.shape))
    if after is not None:
        year, last_id = after
        statement = statement.where(or_(T.c.year < year, and_(T.c.year == year, T.c.id < last_id)))
    statement = statement.order_by(T.c.year.desc(), T.c.id.desc()).limit(limit + 1)
    return act.db.execute(statement, reach.binds()).all()


def _seen(actor: Actor, shape: Shape) -> ColumnElement[bool]:
    """Those of the actor's areas, and those that hold an item he sees."""
    return or_(_in_areas(actor), _holds_seen(shape))


def _in_areas(actor: Actor) -> ColumnElement[bool]:
    areas = {area for grant in actor.grants if grant.role in SUBTREE_ROLES for area in grant.areas}
    return or_(false(), *(T.c.division_code.startswith(area) for area in sorted(areas)))


@lru_cache(maxsize=64)
def _holds_seen(shape: Shape) -> ColumnElement[bool]:
    seen = select(items.c.ledger_id).join(cases, cases.c.id == items.c.case_id).where(scope.visible(shape))
    return T.c.id.in_(seen)


@lru_cache(maxsize=64)
def _item_count(shape: Shape) -> Label[int]:
    """How many items of a ledger the reader sees: what is not his to see is not his to count."""
    mine = select(func.count()).select_from(items).join(cases, cases.c.id == items.c.case_id)
    mine = mine.where(items.c.ledger_id == T.c.id, scope.visible(shape))
    return mine.correlate(T).scalar_subquery().label("item_count")
