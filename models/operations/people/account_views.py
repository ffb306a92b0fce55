"""Accounts as they are read: pages with filters, one with its grants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models.domain.access import Role
from models.operations.act import Act
from models.operations.people import reach
from models.tables.base import AnyRow
from models.tables.people import accounts, grants


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of accounts; ``None`` is no narrowing. ``unit_id`` takes the units below it along."""

    unit_id: UUID | None = None
    role: Role | None = None
    active: bool | None = None


def page(
    act: Act, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to ``limit + 1`` accounts in the order they were made, each with the roles it holds now."""
    statement = select(accounts).where(reach.sees_account(act.actor), *_narrowed(act, filters))
    if after is not None:
        at, account_id = after
        statement = statement.where(
            or_(
                accounts.c.created_at > at,
                and_(accounts.c.created_at == at, accounts.c.id > account_id),
            )
        )
    rows = act.db.execute(statement.order_by(accounts.c.created_at, accounts.c.id).limit(limit + 1)).all()
    roles = _roles(act, [row.id for row in rows])
    return [{**_plain(act, row), "roles": roles.get(row.id, [])} for row in rows]


def one(act: Act, account_id: UUID) -> dict[str, Any]:
    """
    An account with all its grants, those that ended too.

    Raises:
        NotFound
    """
    row = reach.find(act, account_id)
    held = act.db.execute(
        select(*grants.c, accounts.c.name.label("principal"))
        .outerjoin(accounts, accounts.c.id == grants.c.principal_id)
        .where(grants.c.account_id == account_id)
        .order_by(grants.c.valid_from, grants.c.id)
    ).all()
    return {**_plain(act, row), "grants": [grant_view(act, grant) for grant in held]}


def grant_view(act: Act, grant: AnyRow) -> dict[str, Any]:
    """A grant with the names of its unit and division, and how it stands now."""
    unit = act.law.units.get(grant.unit_id) if grant.unit_id else None
    division = act.law.divisions.get(grant.division_code)
    return {
        **grant._mapping,
        "unit": unit.name if unit else None,
        "division": grant.division_code,
        "division_name": division.name if division else None,
        "standing": _standing(act, grant),
    }


def _standing(act: Act, grant: AnyRow) -> str:
    if grant.valid_to is not None and grant.valid_to <= act.now:
        return "ended"
    return "running" if grant.valid_from <= act.now else "later"


def _plain(act: Act, row: AnyRow) -> dict[str, Any]:
    unit = act.law.units.get(row.unit_id) if row.unit_id else None
    shown = ("id", "login", "name", "unit_id", "active", "created_at", "left_at", "version")
    return {**{name: row._mapping[name] for name in shown}, "unit": unit.name if unit else None}


def _narrowed(act: Act, filters: Filters) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if filters.unit_id is not None:
        clauses.append(accounts.c.unit_id.in_(sorted(act.law.unit_tree(filters.unit_id))))
    if filters.role is not None:
        clauses.append(
            exists().where(
                grants.c.account_id == accounts.c.id, grants.c.role == filters.role, _running(act.now)
            )
        )
    if filters.active is not None:
        clauses.append(accounts.c.active if filters.active else accounts.c.active.is_(False))
    return clauses


def _running(now: datetime) -> ColumnElement[bool]:
    return and_(grants.c.valid_from <= now, or_(grants.c.valid_to.is_(None), grants.c.valid_to > now))


def _roles(act: Act, ids: Sequence[UUID]) -> dict[UUID, list[Role]]:
    found: dict[UUID, list[Role]] = {}
    rows = act.db.execute(
        select(grants.c.account_id, grants.c.role)
        .where(grants.c.account_id.in_(ids), _running(act.now))
        .distinct()
        .order_by(grants.c.account_id, grants.c.role)
    )
    for row in rows:
        found.setdefault(row.account_id, []).append(row.role)
    return found
