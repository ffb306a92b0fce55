"""
Whom a person of the administration may see, and whom he may administer.

Seen is the telephone book: everybody of one's county (unit there, or a grant there). Administered is less: every
place an account has must lie inside one grant of the administrator, and accounts of administrators belong
to the security administrator alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from models.domain.access import ADMIN_ROLES, GRANTS, Actor, Role, Verb
from models.domain.errors import Forbidden, NotFound, StaleVersion, VersionMissing
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.people import accounts, grants, units

_END: Final = ":"
"""The character after ``9``: ``area <= code < area + _END`` is "code begins with area"."""

ANY_TIME: Final = frozenset({Role.SUPERVISOR, Role.DEPUTY_HEAD, Role.SECURITY_ADMIN})
"""Who may end the sessions of a lost phone beside the administrator: whoever can be reached at night."""


def is_system(actor: Actor) -> bool:
    """The command line and the worker: they found and repair, and answer to nobody here."""
    return actor.account_id is None


def counties(actor: Actor) -> tuple[str, ...]:
    """The counties whose people the actor may look up."""
    return tuple(
        sorted(
            {
                area[:6]
                for grant in actor.grants
                if Verb.PEOPLE_READ in GRANTS[grant.role]
                for area in grant.areas
            }
        )
    )


def inside(column: ColumnElement[str], areas: Collection[str]) -> ColumnElement[bool]:
    """The predicate "this division lies in one of the areas"."""
    found = [and_(column >= area, column < area + _END) for area in areas]
    return or_(*found) if found else false()


def sees_account(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``account``; one without unit and grant is nobody's yet and shown to administrators."""
    if is_system(actor):
        return true()
    areas = counties(actor)
    of_account = grants.c.account_id == accounts.c.id
    reaches = [
        accounts.c.id == actor.account_id,
        accounts.c.unit_id.in_(select(units.c.id).where(inside(units.c.division_code, areas))),
        exists().where(of_account, inside(grants.c.division_code, areas)),
    ]
    if actor.may(Verb.ACCOUNT_KEEP):
        reaches.append(and_(accounts.c.unit_id.is_(None), not_(exists().where(of_account))))
    return or_(*reaches)


def sees_unit(actor: Actor, division: str) -> bool:
    """Whether units of this division are in the reader's book: those of his counties, and what stands above them."""
    if is_system(actor):
        return True
    areas = counties(actor)
    return any(division.startswith(area) or division in (area[:2], area[:4]) for area in areas)


def find(act: Act, account_id: UUID, *, lock: bool = False) -> AnyRow:
    """
    The account, if the reader may see it.

    Raises:
        NotFound: absent or outside, the same.
    """
    statement = select(accounts).where(accounts.c.id == account_id, sees_account(act.actor))
    if lock:
        statement = statement.with_for_update(of=accounts)
    row = act.db.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def charge(act: Act, account_id: UUID, *, also: frozenset[Role] = frozenset()) -> AnyRow:
    """
    The account, locked, if the actor may administer it; ``also`` names roles that may beside the administrator.

    Raises:
        NotFound
        Forbidden: one's own account; an administrator's, unless by the security administrator; places outside.
    """
    row = find(act, account_id, lock=True)
    if is_system(act.actor):
        return row
    if row.id == act.actor.account_id:
        raise Forbidden("不能办理自己的账号，请由另一位管理员办理")
    held = standing(act, account_id)
    personal = any(one.role in ADMIN_ROLES for one in held)
    needed = frozenset({Role.SECURITY_ADMIN}) if personal else also | {Role.ADMIN}
    places = {one.division_code for one in held}
    if row.unit_id is not None:
        places.add(act.law.units[row.unit_id].division)
    if not all(holds(act.actor, needed, place) for place in places or {""}):
        raise Forbidden(_NOT_YOURS[personal])
    return row


_NOT_YOURS: Final = {
    True: "管理员的账号须由安全管理员办理",
    False: "该账号不归您办理，或还有您辖区以外的岗位，请由上一级管理员办理",
}


def holds(actor: Actor, roles: frozenset[Role], division: str) -> bool:
    """Whether a grant of one of these roles reaches the division (``""``: wherever)."""
    return any(grant.role in roles and (division == "" or grant.covers(division)) for grant in actor.grants)


def within(act: Act, division: str) -> None:
    """
    The actor administers units, officers and divisions there.

    Raises:
        Forbidden
    """
    if not is_system(act.actor) and not holds(act.actor, frozenset({Role.ADMIN}), division):
        raise Forbidden("这个区划不在您的管理范围内，请由上一级管理员办理")


def standing(act: Act, account_id: UUID) -> Sequence[AnyRow]:
    """The grants of an account that have not ended, those that begin later too."""
    return act.db.execute(
        select(grants).where(
            grants.c.account_id == account_id,
            or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now),
        )
    ).all()


def current(given: int | None, row: AnyRow, *shown: str) -> None:
    """
    The ``If-Match`` of a change against the row as it is; ``shown`` names the columns told to who came late.

    Raises:
        VersionMissing, StaleVersion
    """
    if given is None:
        raise VersionMissing()
    if given != row.version:
        raise StaleVersion(current=row.version, now={name: row._mapping[name] for name in shown})
