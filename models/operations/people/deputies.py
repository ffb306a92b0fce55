"""Deputies 代理: a head names who acts for him while he is away; never more than he may himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.access import Role
from models.domain.errors import Conflict, Flaw, Forbidden, Invalid, NotFound
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.people import accounts as people
from models.operations.people import ending, reach
from models.operations.people.accounts import GrantDraft
from models.tables.base import AnyRow
from models.tables.people import accounts, grants

DEPUTISED_BY_ONESELF = frozenset({Role.SUPERVISOR, Role.DEPUTY_HEAD})


@dataclass(frozen=True, slots=True)
class DeputyDraft:
    """Who acts for me, in which of my roles and where, from when to when; ``actions`` ``None``: every step."""

    account_id: UUID
    role: Role
    division: str
    valid_to: datetime
    valid_from: datetime | None = None
    actions: Sequence[str] | None = None


def appoint(act: Act, draft: DeputyDraft) -> UUID:
    """
    Name a deputy of the reader himself; windows may overlap, several deputies may act. Gives the grant.

    Raises:
        Forbidden: a role that the reader holds only as a deputy, or that he may not hand on himself.
        Invalid: unknown person, or more than the reader's own role, area and term.
        Conflict: an administrator, or an account that has left.
    """
    me = act.actor.account_id
    own = {grant.role for grant in act.actor.grants if grant.principal_id is None}
    if draft.role not in own & DEPUTISED_BY_ONESELF:
        raise Forbidden("只能为自己担任的负责人岗位设代理；受托的权限不能再转托，其他岗位请联系管理员")
    try:
        holder = reach.find(act, draft.account_id)
    except NotFound:
        raise Invalid(flaws=[Flaw("/account_id", "unknown_account", "没有找到这个人")]) from None
    grant = GrantDraft(
        account_id=draft.account_id,
        role=draft.role,
        division=draft.division,
        principal_id=me,
        actions=draft.actions,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
    )
    return people.put(act, grant, holder)


def appoint_once(act: Act, draft: DeputyDraft, content: Any, key: Key | None) -> UUID:
    """
    ``appoint``, once for one key.

    Raises:
        OtherContent, and what ``appoint`` raises.
    """
    return once(act, key, "deputies.appoint", content, lambda: appoint(act, draft))


def mine(act: Act) -> Sequence[AnyRow]:
    """The reader's deputies, now and later, with their names."""
    me = act.actor.account_id
    return act.db.execute(
        select(*grants.c, accounts.c.name)
        .join(accounts, accounts.c.id == grants.c.account_id)
        .where(grants.c.principal_id == me, grants.c.valid_to > act.now)
        .order_by(grants.c.valid_from, grants.c.id)
    ).all()


def dismiss(act: Act, grant_id: UUID) -> None:
    """
    End a deputy of the reader at once.

    Raises:
        NotFound: no such deputy of his. Conflict: it has ended.
    """
    me = act.actor.account_id
    grant = act.db.execute(
        select(grants).where(grants.c.id == grant_id, grants.c.principal_id == me)
    ).one_or_none()
    if grant is None:
        raise NotFound()
    ending.lock(act, grant.account_id)
    if not ending.runs(act, grant_id):
        raise Conflict("这项代理已经结束")
    ending.finish(act, [grant])
