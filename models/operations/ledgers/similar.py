"""举一反三: what else is open that the same look could settle, each with the reason it is named."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from models.domain.geo import distance_m
from models.domain.states import TERMINAL
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.scope import Scope, visible
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import categories
from models.tables.enterprises import sites
from models.tables.ledgers import items

MOST: Final = 20
NEAR_M: Final = 500.0
METRES_PER_DEGREE: Final = 111_195.0
LOOKED_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Similar:
    """A case, why it is named (``code``: same_site | same_enterprise | near | same_type), in words too."""

    case: AnyRow
    code: str
    why: str


def similar(act: Act, case_id: UUID) -> list[Similar]:
    """
    Up to twenty open problems and cases within the reader's scope, the closest kin first, each once.

    Raises:
        NotFound
    """
    case = sight.find(act, case_id)
    found: dict[UUID, Similar] = {}
    for look in (_same_site, _same_enterprise, _near, _same_type):
        for one in look(act, case):
            found.setdefault(one.case.id, one)
        if len(found) >= MOST:
            break
    return list(found.values())[:MOST]


def _same_site(act: Act, case: AnyRow) -> Iterator[Similar]:
    if case.site_id is not None:
        for row in _open(act, case, T.c.site_id == case.site_id):
            yield Similar(row, "same_site", "同一场所")


def _same_enterprise(act: Act, case: AnyRow) -> Iterator[Similar]:
    if case.site_id is not None:
        owner = select(sites.c.enterprise_id).where(sites.c.id == case.site_id).scalar_subquery()
        theirs = select(sites.c.id).where(sites.c.enterprise_id == owner)
        for row in _open(act, case, T.c.site_id.in_(theirs)):
            yield Similar(row, "same_enterprise", "同一企业的其他场所")


def _near(act: Act, case: AnyRow) -> Iterator[Similar]:
    """Of a common category within 500 m, the nearest first."""
    if case.lon is None or case.lat is None or not case.categories:
        return
    tall = NEAR_M / METRES_PER_DEGREE
    wide = tall / max(math.cos(math.radians(case.lat)), 0.01)
    boxed = (
        T.c.lat.between(case.lat - tall, case.lat + tall),
        T.c.lon.between(case.lon - wide, case.lon + wide),
    )
    kin = select(categories.c.case_id).where(categories.c.category.in_(case.categories))
    rows = _open(act, case, T.c.id.in_(kin), *boxed, limit=LOOKED_AT_MOST)
    measured = ((distance_m(case.lon, case.lat, row.lon, row.lat), row) for row in rows)
    for metres, row in sorted(measured, key=lambda one: (one[0], one[1].id)):
        if metres <= NEAR_M:
            yield Similar(row, "near", f"同类问题，相距{metres:.0f}米")


def _same_type(act: Act, case: AnyRow) -> Iterator[Similar]:
    """Items of the same problem type in the county."""
    wanted = select(items.c.problem_type).where(items.c.case_id == case.id)
    kind = act.db.execute(wanted).scalar_one_or_none()
    if kind is not None:
        same = select(items.c.case_id).where(items.c.problem_type == kind)
        for row in _open(act, case, T.c.county == case.county, T.c.id.in_(same)):
            yield Similar(row, "same_type", f"本区域同类型问题（{kind}）")


def _open(act: Act, case: AnyRow, *clauses: ColumnElement[bool], limit: int = MOST) -> list[AnyRow]:
    """Other cases under way that the reader may see, the newest first."""
    reach = Scope.of(act.actor)
    statement: Select[Any] = (
        select(T)
        .where(visible(reach.shape), T.c.id != case.id, T.c.state.not_in(sorted(TERMINAL)), *clauses)
        .order_by(T.c.received_at.desc(), T.c.id.desc())
        .limit(limit)
    )
    return list(act.db.execute(statement, reach.binds()).all())
