"""Accounts 账号 and grants 授权: who exists, who may do what, where and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, or_, select

from models.domain.access import ADMIN_ROLES, Role
from models.domain.errors import Conflict, Flaw, Forbidden, Invalid
from models.domain.law import chain_of
from models.operations.act import Act
from models.tables.people import accounts, grants


@dataclass(frozen=True, slots=True)
class GrantDraft:
    """A grant to be given; ``principal_id`` makes its holder a deputy 代理人 of that person."""

    account_id: UUID
    role: Role
    division: str
    unit_id: UUID | None = None
    enterprise_id: UUID | None = None
    principal_id: UUID | None = None
    actions: Sequence[str] | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def create(act: Act, *, login: str, name: str, unit_id: UUID | None, password_hash: str) -> UUID:
    """
    A new account without any grant.

    Raises:
        Duplicate: the login name is taken. Invalid: unknown unit.
    """
    if unit_id is not None and unit_id not in act.law.units:
        raise Invalid(flaws=[Flaw("/unit_id", "unknown_unit", "没有这个单位")])
    account_id = act.new_id()
    act.db.execute(
        insert(accounts).values(
            id=account_id,
            login=login,
            name=name,
            unit_id=unit_id,
            password_hash=password_hash,
            created_at=act.now,
        )
    )
    act.note("account.create", "account", account_id, chain="00", fields=("login", "name", "unit_id"))
    return account_id


def give(act: Act, draft: GrantDraft) -> UUID:
    """
    Give a grant, or make somebody a deputy for a time.

    Raises:
        Invalid: unknown account, division or unit; an end before the beginning.
        Forbidden: to oneself. Conflict: a second kind of administration for one person.
    """
    _known(act, draft)
    if draft.account_id == act.actor.account_id:
        raise Forbidden("不能给自己授权，请由另一位管理员办理")
    if draft.role in ADMIN_ROLES:
        _one_kind_of_administration(act, draft)
    grant_id = act.new_id()
    act.db.execute(
        insert(grants).values(
            id=grant_id,
            account_id=draft.account_id,
            role=draft.role,
            unit_id=draft.unit_id,
            division_code=draft.division,
            enterprise_id=draft.enterprise_id,
            principal_id=draft.principal_id,
            actions=list(draft.actions) if draft.actions is not None else None,
            valid_from=draft.valid_from or act.now,
            valid_to=draft.valid_to,
            given_by=act.actor.account_id,
        )
    )
    act.note(
        "grant.give",
        "account",
        draft.account_id,
        chain=_chain(act, draft.division),
        fields=("role", "division", "unit_id", "principal_id", "valid_from", "valid_to"),
        content={"role": draft.role, "division": draft.division, "principal": draft.principal_id},
    )
    return grant_id


def _known(act: Act, draft: GrantDraft) -> None:
    flaws = []
    there = act.db.execute(select(accounts.c.id).where(accounts.c.id == draft.account_id, accounts.c.active))
    if there.one_or_none() is None:
        flaws.append(Flaw("/account_id", "unknown_account", "没有这个账号，或已停用"))
    if draft.division not in act.law.divisions:
        flaws.append(Flaw("/division", "unknown_division", "没有这个区划"))
    if draft.unit_id is not None and draft.unit_id not in act.law.units:
        flaws.append(Flaw("/unit_id", "unknown_unit", "没有这个单位"))
    if draft.valid_to is not None and draft.valid_to <= (draft.valid_from or act.now):
        flaws.append(Flaw("/valid_to", "before_start", "结束时间应晚于开始时间"))
    if draft.role is Role.ENTERPRISE and draft.enterprise_id is None:
        flaws.append(Flaw("/enterprise_id", "missing", "企业账号须指定企业"))
    if flaws:
        raise Invalid(flaws=flaws)


def _one_kind_of_administration(act: Act, draft: GrantDraft) -> None:
    """三员分立: no person holds two of system, security and audit administration, nor one beside casework."""
    held = act.db.execute(
        select(grants.c.role).where(
            grants.c.account_id == draft.account_id,
            or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now),
        )
    ).scalars()
    if any(role is not draft.role for role in held):
        raise Conflict("系统、安全、审计三类管理员不能由同一人兼任，也不能兼任业务岗位")


def _chain(act: Act, division: str) -> str:
    chain = chain_of(division)
    return chain if chain in act.law.divisions else "00"
