"""Sites 生产经营场所: where an enterprise works; inspections and cases refer to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select

from models.domain.errors import Flaw, Forbidden, Invalid, NotFound
from models.domain.geo import to_wgs84
from models.domain.law import chain_of
from models.domain.sites import SiteDraft
from models.operations import scope
from models.operations.act import Act
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.enterprises import enterprises, sites


def add(act: Act, draft: SiteDraft, *, content: Any, key: Key | None = None) -> UUID:
    """
    Register a site of an enterprise; a retry under the same key gives the same one.

    Raises:
        Forbidden: the division is outside the actor's area.
        Invalid: unknown division or enterprise, coordinates out of range. OtherContent
    """
    division = act.law.divisions.get(draft.place.division)
    if division is not None and not scope.within(act.actor, division.code):
        raise Forbidden(f"“{division.name}”不在您的辖区内，不能在该辖区建档")
    flaws = []
    if division is None or division.successor is not None:
        flaws.append(Flaw("/place/division", "unknown_division", "没有这个行政区划代码，或已撤并"))
    if not _is_there(act, draft.enterprise_id):
        flaws.append(Flaw("/enterprise_id", "unknown_enterprise", "没有这个企业，请先建档"))
    if flaws:
        raise Invalid(flaws=flaws)
    return once(act, key, "sites.add", content, lambda: _insert(act, draft))


def find(act: Act, site_id: UUID) -> AnyRow:
    """
    A site in sight, with the name of its enterprise.

    Raises:
        NotFound
    """
    statement = _SHOWN.where(sites.c.id == site_id, scope.sees_site(act.actor))
    row = act.db.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def page(
    act: Act,
    *,
    division: str | None,
    enterprise_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` sites in the order they were registered; a division takes those below along."""
    statement = _SHOWN.where(scope.sees_site(act.actor))
    if division is not None:
        statement = statement.where(sites.c.division_code >= division, sites.c.division_code < division + ":")
    if enterprise_id is not None:
        statement = statement.where(sites.c.enterprise_id == enterprise_id)
    if after is not None:
        at, site_id = after
        same = and_(sites.c.created_at == at, sites.c.id > site_id)
        statement = statement.where(or_(sites.c.created_at > at, same))
    return act.db.execute(statement.order_by(sites.c.created_at, sites.c.id).limit(limit + 1)).all()


_SHOWN = select(*sites.c, enterprises.c.name.label("enterprise")).join(
    enterprises, enterprises.c.id == sites.c.enterprise_id
)


def _is_there(act: Act, enterprise_id: UUID) -> bool:
    """
    Whether a site may be put under it: any registered enterprise whose id the actor came to know.

    Ids are random and given out by the exact code alone, so this widens nobody's view.
    """
    return (
        act.db.execute(select(enterprises.c.id).where(enterprises.c.id == enterprise_id)).first() is not None
    )


def _insert(act: Act, draft: SiteDraft) -> UUID:
    site_id = act.new_id()
    act.db.execute(insert(sites).values(id=site_id, created_at=act.now, **_cells(draft)))
    act.note(
        "site.add",
        "site",
        site_id,
        chain=chain_of(draft.place.division),
        fields=("enterprise_id", "name", "place", "industry_code", "permit_number", "status"),
        content={"enterprise": draft.enterprise_id, "name": draft.name, "address": draft.place.text},
    )
    return site_id


def _cells(draft: SiteDraft) -> dict[str, Any]:
    place = draft.place
    lon, lat = place.lon, place.lat
    if lon is not None and lat is not None and place.datum is not None:
        lon, lat = to_wgs84(lon, lat, place.datum)
    return {
        "enterprise_id": draft.enterprise_id,
        "name": draft.name,
        "division_code": place.division,
        "address": place.text,
        "industry_code": draft.industry_code,
        "permit_number": draft.permit_number,
        "status": draft.status.value,
        "lon": lon,
        "lat": lat,
        "datum": place.datum.value if place.datum else None,
        "given_lon": place.lon,
        "given_lat": place.lat,
    }
