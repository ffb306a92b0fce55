"""Keeping accounts 账号维护: name, unit, active or not; passwords; the sessions of a lost phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from models.domain.access import ADMIN_ROLES
from models.domain.errors import Conflict, Flaw, Invalid
from models.domain.words import passwords
from models.operations.act import Act
from models.operations.people import accounts as people
from models.operations.people import delays, ending, reach, sessions
from models.tables.people import accounts


def change(act: Act, account_id: UUID, fields: Mapping[str, Any], *, version: int | None) -> UUID:
    """
    Change name, unit or whether the account is active; an inactive one loses its sessions at once.

    Raises:
        NotFound, Forbidden: see ``reach.charge``.
        Invalid: unknown unit. VersionMissing, StaleVersion.
        Conflict: the person has left; the last administrator of a kind.
    """
    row = reach.charge(act, account_id)
    if fields.get("unit_id") is not None:
        people.in_my_area(act, fields["unit_id"])
    reach.current(version, row, "name", "unit_id", "active")
    if row.left_at is not None:
        raise Conflict("此人已离职，账号只作留存；如返岗请新建账号")
    if fields.get("active") is False:
        _not_the_last(act, account_id)
        sessions.end_all(act, account_id, why="deactivated")
    act.db.execute(
        update(accounts).where(accounts.c.id == account_id).values(**fields, version=row.version + 1)
    )
    act.note("account.change", "account", account_id, chain="00", fields=sorted(fields), content=fields)
    return account_id


def resettable(act: Act, account_id: UUID) -> None:
    """
    What can be said before a new password is hashed.

    Raises:
        NotFound, Forbidden, Conflict: see ``reset_password``.
    """
    row = reach.charge(act, account_id)
    if not row.active:
        raise Conflict("该账号已停用或已离职，不能重置密码")


def reset_password(act: Act, account_id: UUID, password_hash: str) -> None:
    """
    A new password handed out by the administrator; every session ends.

    Raises:
        NotFound, Forbidden: see ``reach.charge``. Conflict: the account is not active.
    """
    resettable(act, account_id)
    _set(act, account_id, password_hash)
    sessions.end_all(act, account_id, why="password_reset")
    act.note("account.password_reset", "account", account_id, chain="00", fields=("password",))


def own_hash(act: Act) -> str:
    """
    The stored hash of the reader, to check his old password away from the loop.

    Raises:
        TooManyRequests: too many wrong tries; whoever found an open phone cannot guess on.
    """
    delays.refuse_early(act, _own_key(act))
    account_id = act.actor.account_id
    return str(
        act.db.execute(select(accounts.c.password_hash).where(accounts.c.id == account_id)).scalar_one()
    )


def check_own(act: Act, *, old: str, new: str) -> None:
    """
    What a new password must be.

    Raises:
        Invalid: too short, too common, the login name in it, the old one again.
    """
    login = act.db.execute(select(accounts.c.login).where(accounts.c.id == act.actor.account_id)).scalar_one()
    flaws = passwords.flaws_of(new, login=login, pointer="/new_password")
    if old == new:
        flaws = [Flaw("/new_password", "same_password", "新密码不能与原密码相同")]
    if flaws:
        raise Invalid(flaws=flaws)


def change_own(act: Act, password_hash: str, *, good: bool) -> None:
    """
    One's own new password; every other session ends.

    Raises:
        Invalid: the old password is wrong; counted, and the next try may have to wait.
    """
    key = _own_key(act)
    if not good:
        refusal = Invalid(flaws=[Flaw("/old_password", "wrong_password", "原密码不正确")])
        raise refusal.recorded(lambda again: delays.failed(again, key))
    account_id = act.actor.account_id
    assert account_id is not None
    delays.forget(act, key)
    _set(act, account_id, password_hash)
    sessions.end_all(act, account_id, why="password_changed", but=act.actor.session_id)
    act.note("account.password_change", "account", account_id, chain="00", fields=("password",))


def end_sessions(act: Act, account_id: UUID) -> int:
    """
    End every session of a person whose phone is lost; gives how many there were.

    Raises:
        NotFound, Forbidden: see ``reach.charge``; supervisors may, administrators' sessions excepted.
    """
    reach.charge(act, account_id, also=reach.ANY_TIME)
    ended = sessions.end_all(act, account_id, why="lost_device")
    act.note("account.sessions_end", "account", account_id, chain="00")
    return ended


def _not_the_last(act: Act, account_id: UUID) -> None:
    for grant in reach.standing(act, account_id):
        if grant.role in ADMIN_ROLES:
            ending.keep_one(act, account_id, grant.role)


def _own_key(act: Act) -> bytes:
    return delays.key_of(act, f"own {act.actor.account_id}", "")


def _set(act: Act, account_id: UUID, password_hash: str) -> None:
    act.db.execute(update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash))
