"""A period 调度月份 a person may lay hands on: of his county or above, locked, at the version he has seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.access import GRANTS, Actor, Grant, Role, Verb
from models.domain.errors import Conflict, Forbidden, NotFound, StaleVersion, VersionMissing
from models.domain.rectification.periods import PERIOD_TITLES, PeriodState
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.periods import periods as T

_ONE: Final = select(T).where(T.c.id == bindparam("id", type_=T.c.id.type))


def find(act: Act, period_id: UUID) -> AnyRow:
    """A period of the reader's divisions. Raises ``NotFound``, the same whether absent or outside."""
    return _seen(act, act.db.execute(_ONE, {"id": period_id}).one_or_none())


def lock(act: Act, period_id: UUID, *, alone: bool = False) -> AnyRow:
    """
    The period, held so that nobody freezes it meanwhile; ``alone``: nobody else writes in it either.

    Raises:
        NotFound
    """
    statement = _ONE.with_for_update(read=not alone, of=T)
    return _seen(act, act.db.execute(statement, {"id": period_id}).one_or_none())


def listed(act: Act) -> Sequence[AnyRow]:
    """Every period the reader may open, the newest month first."""
    rows = act.db.execute(select(T).order_by(T.c.month.desc(), T.c.division_code)).all()
    return [row for row in rows if sees(act.actor, row.division_code)]


def sees(actor: Actor, division: str) -> bool:
    """Whether the actor reads ledgers in the division, above it, or in a part of it; rows are sifted beside."""
    return any(
        area.startswith(division) or division.startswith(area)
        for grant in actor.grants
        if Verb.LEDGER_READ in GRANTS[grant.role]
        for area in grant.areas
    )


def keeps(act: Act, verb: Verb, division: str) -> None:
    """
    That the verb is the actor's in this very division.

    Raises:
        Forbidden
    """
    if act.actor.account_id is not None and not any(
        verb in GRANTS[grant.role] and grant.actions is None and grant.covers(division)
        for grant in act.actor.grants
    ):
        raise Forbidden("您在这个辖区没有办理调度的岗位，请联系本辖区整改办")


def is_office(actor: Actor, division: str) -> bool:
    """Whether the actor sits in the rectification office of the division."""
    return any(grant.actions is None for grant in actor.holding(frozenset({Role.OFFICE}), division))


def stands_for(actor: Actor, role: Role, units: Collection[UUID]) -> Grant | None:
    """A grant of the role in one of these units."""
    held = (grant for grant in actor.grants if grant.role is role and grant.actions is None)
    return next((grant for grant in held if grant.unit_id in units), None)


def persons(actor: Actor) -> frozenset[UUID]:
    """The actor and everybody he stands in for."""
    held = {actor.account_id} | {grant.principal_id for grant in actor.grants}
    return frozenset(one for one in held if one is not None)


def current(version: int | None, now: int) -> None:
    """
    That the version is the one the person saw; 0 is a report nobody has filled yet.

    Raises:
        VersionMissing, StaleVersion
    """
    if version is None:
        raise VersionMissing()
    if version != now:
        raise StaleVersion(current=now, changes=[])


def still_open(period: AnyRow) -> None:
    """That the period is not frozen. Raises ``Conflict``."""
    if period.state is not PeriodState.OPEN:
        raise Conflict(
            f"{period.month}调度{PERIOD_TITLES[period.state]}，不能再改；新情况报入下一月份，错误用“更正”说明"
        )


def before(act: Act, period: AnyRow) -> AnyRow | None:
    """The last frozen period of the same division before this month."""
    statement = (
        select(T)
        .where(
            T.c.division_code == period.division_code,
            T.c.month < period.month,
            T.c.state == PeriodState.FROZEN,
        )
        .order_by(T.c.month.desc())
        .limit(1)
    )
    return act.db.execute(statement).one_or_none()


def _seen(act: Act, row: AnyRow | None) -> AnyRow:
    if row is None or not sees(act.actor, row.division_code):
        raise NotFound()
    return row
