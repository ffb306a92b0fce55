"""Officers 执法人员: certificate 行政执法证 numbers with their validity and area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, true, update

from models.domain.errors import Flaw, Invalid, NotFound
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.people import reach
from models.tables.base import AnyRow
from models.tables.people import accounts, officers, units

SOON: Final = timedelta(days=30)
"""A certificate that ends within this time is told beforehand."""


@dataclass(frozen=True, slots=True)
class OfficerDraft:
    """An officer as on the certificate."""

    name: str
    unit_id: UUID
    certificate_no: str
    agency: str
    area: str
    valid_from: date
    valid_to: date
    account_id: UUID | None = None


def add(act: Act, draft: OfficerDraft) -> UUID:
    """
    Register an officer.

    Raises:
        Forbidden: a unit outside the administrator's area (the certificate itself is often the city's).
        Invalid: unknown unit, area or account, validity turned round.
        Duplicate: certificate or account already registered.
    """
    _in_unit(act, draft.unit_id)
    flaws = _flaws(act, {name: getattr(draft, name) for name in ("unit_id", "area", "account_id")})
    if draft.valid_to < draft.valid_from:
        flaws.append(_TURNED_ROUND)
    if flaws:
        raise Invalid(flaws=flaws)
    officer_id = act.new_id()
    act.db.execute(
        insert(officers).values(
            id=officer_id,
            account_id=draft.account_id,
            name=draft.name,
            unit_id=draft.unit_id,
            certificate_no=draft.certificate_no,
            agency=draft.agency,
            area=draft.area,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
        )
    )
    act.note(
        "officer.add", "officer", officer_id, chain="00", fields=("certificate_no", "valid_from", "valid_to")
    )
    return officer_id


def change(act: Act, officer_id: UUID, fields: Mapping[str, Any], *, version: int | None) -> UUID:
    """
    Correct or renew what is on the certificate.

    Raises:
        NotFound. Forbidden: outside the administrator's area.
        Invalid: see ``add``. VersionMissing, StaleVersion. Duplicate: see ``add``.
    """
    row = find(act, officer_id, lock=True)
    _in_unit(act, row.unit_id)
    _in_unit(act, fields.get("unit_id", row.unit_id))
    flaws = _flaws(act, fields)
    if fields.get("valid_to", row.valid_to) < fields.get("valid_from", row.valid_from):
        flaws.append(_TURNED_ROUND)
    if flaws:
        raise Invalid(flaws=flaws)
    reach.current(version, row, "name", "unit_id", "agency", "area", "valid_from", "valid_to")
    act.db.execute(
        update(officers).where(officers.c.id == officer_id).values(**fields, version=row.version + 1)
    )
    act.note("officer.change", "officer", officer_id, chain="00", fields=sorted(fields), content=fields)
    return officer_id


def certified_on(act: Act, account_id: UUID, day: date, division: str) -> AnyRow | None:
    """
    The certificate under which a person could enforce in a division on a day, if he could.

    Judged by the day of the act, not by today: valid then, its area reaches the division, and the person
    had not left. Source: 行政处罚法 (2021) art. 42, art. 55: at least two officers with certificates.
    """
    row = act.db.execute(
        select(officers, accounts.c.left_at)
        .join(accounts, accounts.c.id == officers.c.account_id)
        .where(officers.c.account_id == account_id, officers.c.valid_from <= day, officers.c.valid_to >= day)
    ).one_or_none()
    if row is None or not any(division.startswith(area) for area in act.law.areas(row.area)):
        return None
    if row.left_at is not None and legal_day(row.left_at) < day:
        return None
    return row


def certificates_of(act: Act, account_id: UUID) -> int:
    """How many certificates of a person still hold today or later: to be collected when he leaves."""
    held = (
        select(func.count())
        .select_from(officers)
        .where(officers.c.account_id == account_id, officers.c.valid_to >= legal_day(act.now))
    )
    return int(act.db.execute(held).scalar_one())


def find(act: Act, officer_id: UUID, *, lock: bool = False) -> AnyRow:
    """
    An officer of the reader's county.

    Raises:
        NotFound
    """
    statement = select(officers).where(officers.c.id == officer_id, _sees(act))
    row = act.db.execute(statement.with_for_update(of=officers) if lock else statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def one(act: Act, officer_id: UUID) -> dict[str, Any]:
    """
    An officer with the state of the certificate today.

    Raises:
        NotFound
    """
    return _view(act, find(act, officer_id))


def page(
    act: Act, *, unit_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to ``limit + 1`` officers, those whose certificate ends first in front; a unit takes those below along."""
    statement = select(officers).where(_sees(act))
    if unit_id is not None:
        statement = statement.where(officers.c.unit_id.in_(sorted(act.law.unit_tree(unit_id))))
    if after is not None:
        at, officer_id = after
        ends = at.date()
        statement = statement.where(
            or_(officers.c.valid_to > ends, and_(officers.c.valid_to == ends, officers.c.id > officer_id))
        )
    rows = act.db.execute(statement.order_by(officers.c.valid_to, officers.c.id).limit(limit + 1))
    return [_view(act, row) for row in rows]


_TURNED_ROUND: Final = Flaw("/valid_to", "before_start", "有效期止应不早于有效期起")


def _view(act: Act, row: AnyRow) -> dict[str, Any]:
    today = legal_day(act.now)
    unit = act.law.units.get(row.unit_id)
    validity = "expired" if row.valid_to < today else "not_yet" if row.valid_from > today else "valid"
    return {
        **row._mapping,
        "unit": unit.name if unit else None,
        "validity": validity,
        "expires_soon": validity == "valid" and row.valid_to - today <= SOON,
    }


def _flaws(act: Act, fields: Mapping[str, Any]) -> list[Flaw]:
    flaws = []
    if "unit_id" in fields and not _knows_unit(act, fields["unit_id"]):
        flaws.append(Flaw("/unit_id", "unknown_unit", "没有这个单位"))
    if "area" in fields and fields["area"] not in act.law.divisions:
        flaws.append(Flaw("/area", "unknown_division", "没有这个区划"))
    account_id = fields.get("account_id")
    if account_id is not None and not _is_there(act, account_id):
        flaws.append(Flaw("/account_id", "unknown_account", "没有找到这个账号"))
    return flaws


def _in_unit(act: Act, unit_id: UUID) -> None:
    """Another county's unit is as unknown as one that does not exist: ``_flaws`` says so."""
    if _knows_unit(act, unit_id):
        reach.within(act, act.law.units[unit_id].division)


def _knows_unit(act: Act, unit_id: UUID) -> bool:
    unit = act.law.units.get(unit_id)
    return unit is not None and reach.sees_unit(act.actor, unit.division)


def _is_there(act: Act, account_id: UUID) -> bool:
    seen = select(accounts.c.id).where(accounts.c.id == account_id, reach.sees_account(act.actor))
    return act.db.execute(seen).first() is not None


def _sees(act: Act) -> ColumnElement[bool]:
    """The predicate over ``officer``: certificate or unit in the reader's counties."""
    if reach.is_system(act.actor):
        return true()
    areas = reach.counties(act.actor)
    at_home = select(units.c.id).where(reach.inside(units.c.division_code, areas))
    return or_(reach.inside(officers.c.area, areas), officers.c.unit_id.in_(at_home))
