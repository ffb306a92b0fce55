"""Ending grants 收回授权: at once, with the deputies that stood on them; never the last administrator of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update

from models.domain.access import ADMIN_ROLES, ROLE_TITLES, Role
from models.domain.errors import Conflict, Forbidden, NotFound
from models.operations.act import Act
from models.operations.people import accounts as people
from models.operations.people import reach
from models.operations.people.reach import is_system, standing
from models.tables.base import AnyRow
from models.tables.people import accounts, grants


def end_grant(act: Act, account_id: UUID, grant_id: UUID) -> None:
    """
    End a grant, and the deputies that stood on it; it holds no longer from the very next request on.

    Raises:
        NotFound. Forbidden: one's own, or not one's role to end. Conflict: it has ended, or it is the last of its kind.
    """
    reach.find(act, account_id)
    lock(act, account_id)
    grant = act.db.execute(
        select(grants).where(grants.c.id == grant_id, grants.c.account_id == account_id)
    ).one_or_none()
    if grant is None:
        raise NotFound()
    if account_id == act.actor.account_id:
        raise Forbidden("不能收回自己的授权，请由另一位管理员办理")
    people.appointing(act, grant.role, grant.division_code)
    if not runs(act, grant_id):
        raise Conflict("这项授权已经结束")
    keep_one(act, account_id, grant.role)
    finish(act, [grant])
    finish(act, _standing_on(act, grant))


def lock(act: Act, account_id: UUID) -> None:
    """Lock an account and those of its deputies, by id: their versions rise together."""
    deputies = select(grants.c.account_id).where(grants.c.principal_id == account_id)
    act.db.execute(
        select(accounts.c.id)
        .where(or_(accounts.c.id == account_id, accounts.c.id.in_(deputies)))
        .order_by(accounts.c.id)
        .with_for_update()
    )


def finish(act: Act, ending: Iterable[AnyRow]) -> None:
    """End grants now; one that was to begin later never begins."""
    for grant in ending:
        act.db.execute(update(grants).where(grants.c.id == grant.id).values(valid_to=act.now))
        people.changed(act, grant.account_id)
        act.note(
            "grant.end",
            "account",
            grant.account_id,
            chain=people.chain(act, grant.division_code),
            fields=("valid_to",),
            content={"grant": grant.id, "role": grant.role, "division": grant.division_code},
        )


def runs(act: Act, grant_id: UUID) -> bool:
    """Whether the grant has not ended; asked after the account was locked."""
    until = act.db.execute(select(grants.c.valid_to).where(grants.c.id == grant_id)).scalar_one()
    return until is None or until > act.now


def deputies_of(act: Act, principal_id: UUID) -> Sequence[AnyRow]:
    """The deputies a person has, now or later."""
    return act.db.execute(
        select(grants)
        .where(grants.c.principal_id == principal_id, grants.c.valid_to > act.now)
        .order_by(grants.c.valid_from, grants.c.id)
    ).all()


def keep_one(act: Act, account_id: UUID, role: Role) -> None:
    """
    Somebody else still holds this kind of administration.

    Raises:
        Conflict
    """
    if is_last(act, account_id, role):
        raise Conflict(f"这是最后一位{ROLE_TITLES[role]}，请先任命接任的人")


def _standing_on(act: Act, grant: AnyRow) -> list[AnyRow]:
    """The deputy grants that nothing of the principal's own supports once this grant has ended."""
    if grant.principal_id is not None:
        return []
    left = [
        own for own in standing(act, grant.account_id) if own.principal_id is None and own.role is grant.role
    ]
    return [
        deputy
        for deputy in deputies_of(act, grant.account_id)
        if deputy.role is grant.role
        and not any(people.covers(act, own, deputy.division_code) for own in left)
    ]


def is_last(act: Act, account_id: UUID, role: Role) -> bool:
    """Whether nobody else holds this kind of administration now; the command line may leave none."""
    if role not in ADMIN_ROLES or is_system(act.actor):
        return False
    running = and_(
        grants.c.account_id == accounts.c.id,
        grants.c.role == role,
        grants.c.account_id != account_id,
        grants.c.valid_from <= act.now,
        or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now),
    )
    return (
        act.db.execute(select(accounts.c.id).where(accounts.c.active, exists().where(running))).first()
        is None
    )
