"""Accounts 账号 and grants 授权: who exists, who may do what, where and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.access import ADMIN_ROLES, NEVER_DEPUTISED, ROLE_TITLES, Role, appointer_of
from models.domain.errors import Conflict, Duplicate, Flaw, Forbidden, Invalid
from models.domain.law import chain_of, county_of
from models.domain.states import Action
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.people import reach
from models.operations.people.reach import holds, is_system, standing
from models.tables.base import AnyRow
from models.tables.enterprises import enterprises
from models.tables.people import accounts, grants

_ACTIONS: Final = frozenset(action.value for action in Action)


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
        Duplicate: the login name is taken. Invalid: unknown unit, or outside the administrator's area.
    """
    check_new(act, login=login, unit_id=unit_id)
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


def check_new(act: Act, *, login: str, unit_id: UUID | None) -> None:
    """
    What can be said of a new account before its password is hashed.

    Raises:
        Invalid, Duplicate: see ``create``.
    """
    in_my_area(act, unit_id)
    if act.db.execute(select(accounts.c.id).where(accounts.c.login == login)).first():
        raise Duplicate("这个登录名已被使用，请换一个")


def in_my_area(act: Act, unit_id: UUID | None) -> None:
    """
    A unit that exists, where the actor administers.

    Raises:
        Invalid
    """
    if unit_id is None:
        return
    unit = act.law.units.get(unit_id)
    if unit is None or not _administers(act, Role.ADMIN, unit.division):
        raise Invalid(flaws=[Flaw("/unit_id", "unknown_unit", "没有这个单位，或不在您的管理范围内")])


def give(act: Act, draft: GrantDraft) -> UUID:
    """
    Give a grant, or make somebody a deputy for a time. Gives its id.

    Raises:
        NotFound: no such account in sight.
        Forbidden: to oneself; not one's role to give (``access.appointer_of``) or not one's area.
        Invalid: unknown division, unit, enterprise; an end before the beginning; a deputy beyond his principal.
        Conflict: the account has left; a second kind of administration for one person, or one beside casework.
    """
    holder = reach.find(act, draft.account_id, lock=draft.principal_id is None)
    if draft.account_id == act.actor.account_id:
        raise Forbidden("不能给自己授权，请由另一位管理员办理")
    appointing(act, draft.role, draft.division)
    return put(act, draft, holder)


def give_once(act: Act, draft: GrantDraft, content: Any, key: Key | None) -> UUID:
    """
    ``give``, once for one key.

    Raises:
        OtherContent, and what ``give`` raises.
    """
    return once(act, key, "grants.give", content, lambda: give(act, draft))


def appointing(act: Act, role: Role, division: str) -> None:
    """
    The actor is who gives and ends this role there.

    Raises:
        Forbidden
    """
    if role is Role.PUBLIC:
        raise Forbidden("“公众”不是岗位，不能授予账号")
    needed = appointer_of(role)
    if not _administers(act, needed, division):
        raise Forbidden(f"“{ROLE_TITLES[role]}”须由管辖该区划的{ROLE_TITLES[needed]}授予或收回")


def put(act: Act, draft: GrantDraft, holder: AnyRow) -> UUID:
    """
    Insert a grant that the actor may give.

    Raises:
        Invalid, Conflict: see ``give``.
    """
    _known(act, draft)
    if draft.principal_id is not None:
        draft = _as_deputy(act, draft, holder)
    if not holder.active:
        raise Conflict("该账号已停用，请先启用再授权")
    one_kind(act, draft.account_id, draft.role)
    grant_id = _insert(act, draft)
    changed(act, draft.account_id)
    act.note(
        "grant.give",
        "account",
        draft.account_id,
        chain=chain(act, draft.division),
        fields=("role", "division", "unit_id", "principal_id", "valid_from", "valid_to"),
        content={"role": draft.role, "division": draft.division, "principal": draft.principal_id},
    )
    return grant_id


def _insert(act: Act, draft: GrantDraft) -> UUID:
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
    return grant_id


def one_kind(act: Act, account_id: UUID, role: Role) -> None:
    """
    三员分立: no person holds two of system, security and audit administration, nor one beside casework.

    Whichever came first, and a grant that is only to begin counts.

    Raises:
        Conflict
    """
    held = {grant.role for grant in standing(act, account_id)} - {role}
    if held and (role in ADMIN_ROLES or held & ADMIN_ROLES):
        raise Conflict(
            "系统、安全、审计三类管理员不能由同一人兼任，也不能兼任业务岗位；请先收回原有授权（含尚未开始的）"
        )


def changed(act: Act, account_id: UUID) -> None:
    """Who looks at the account sees its grants: a change of them is a new version."""
    act.db.execute(update(accounts).where(accounts.c.id == account_id).values(version=accounts.c.version + 1))


def covers(act: Act, own: AnyRow, division: str) -> bool:
    """Whether a grant reaches a division under the law of today."""
    return any(division.startswith(area) for area in act.law.areas(own.division_code))


def chain(act: Act, division: str) -> str:
    """The journal chain of a grant in this division."""
    chain = chain_of(division)
    return chain if chain in act.law.divisions else "00"


def _administers(act: Act, role: Role, division: str) -> bool:
    return is_system(act.actor) or holds(act.actor, frozenset({role}), division)


def _known(act: Act, draft: GrantDraft) -> None:
    flaws = []
    division = act.law.divisions.get(draft.division)
    if division is None or division.successor is not None:
        flaws.append(Flaw("/division", "unknown_division", "没有这个区划，或已撤并"))
    unit = act.law.units.get(draft.unit_id) if draft.unit_id is not None else None
    if draft.unit_id is not None and not (
        unit and _administers(act, appointer_of(draft.role), unit.division)
    ):
        # Liaisons see by their unit: who gives them another county's gives away that county's cases.
        flaws.append(Flaw("/unit_id", "unknown_unit", "没有这个单位，或不在您的管理范围内"))
    if draft.valid_to is not None and draft.valid_to <= max(draft.valid_from or act.now, act.now):
        flaws.append(Flaw("/valid_to", "before_start", "结束时间应晚于开始时间和现在"))
    flaws.extend(_enterprise_flaws(act, draft))
    if draft.actions is not None and (not draft.actions or not _ACTIONS.issuperset(draft.actions)):
        flaws.append(Flaw("/actions", "unknown_action", "应为案件步骤的列表；不填则为该岗位的全部步骤"))
    if flaws:
        raise Invalid(flaws=flaws)


def _enterprise_flaws(act: Act, draft: GrantDraft) -> list[Flaw]:
    pointer = "/enterprise_id"
    if draft.role is not Role.ENTERPRISE:
        wrong = draft.enterprise_id is not None
        return [Flaw(pointer, "not_for_role", "只有企业账号可以指定企业")] if wrong else []
    if draft.enterprise_id is None:
        return [Flaw(pointer, "missing", "企业账号须指定企业")]
    there = act.db.execute(select(enterprises.c.id).where(enterprises.c.id == draft.enterprise_id)).first()
    return [] if there else [Flaw(pointer, "unknown_enterprise", "没有这个企业，请先建档")]


def _as_deputy(act: Act, draft: GrantDraft, holder: AnyRow) -> GrantDraft:
    """
    The draft with the unit of the grant it stands on: never more than the principal's own, for a stated time.

    Raises:
        Invalid
    """
    flaws = []
    if draft.valid_to is None:
        flaws.append(Flaw("/valid_to", "missing", "代理须写明结束时间"))
    if draft.account_id == draft.principal_id:
        flaws.append(Flaw("/account_id", "self", "不能代理自己"))
    if draft.role in NEVER_DEPUTISED:
        flaws.append(Flaw("/role", "not_deputised", "管理员和企业账号不能由他人代理"))
    if flaws:
        raise Invalid(flaws=flaws)
    base = _basis(act, draft)
    if base is None:
        message = "代理不能超出被代理人自己的岗位、辖区和任期；受托的权限不能再转托"
        raise Invalid(flaws=[Flaw("/role", "beyond_principal", message)])
    if county_of(draft.division) not in _home(act, holder):
        raise Invalid(flaws=[Flaw("/account_id", "other_county", "代理人须是本地区的人员")])
    return replace(draft, unit_id=base.unit_id)


def _basis(act: Act, draft: GrantDraft) -> AnyRow | None:
    """The principal's own grant that covers the draft in role, area and time. Locks both persons by id."""
    both = [one for one in (draft.account_id, draft.principal_id) if one is not None]
    act.db.execute(
        select(accounts.c.id).where(accounts.c.id.in_(both)).order_by(accounts.c.id).with_for_update()
    )
    begins = draft.valid_from or act.now
    assert draft.principal_id is not None
    assert draft.valid_to is not None
    for own in standing(act, draft.principal_id):
        lasts = own.valid_from <= begins and (own.valid_to is None or own.valid_to >= draft.valid_to)
        if own.principal_id is None and own.role is draft.role and lasts and covers(act, own, draft.division):
            return own
    return None


def _home(act: Act, holder: AnyRow) -> set[str]:
    """The counties a person belongs to, by unit and by his own grants."""
    places = {grant.division_code for grant in standing(act, holder.id) if grant.principal_id is None}
    if holder.unit_id is not None:
        places.add(act.law.units[holder.unit_id].division)
    return {county_of(place) for place in places}
