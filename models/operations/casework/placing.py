"""Places of cases: a division of one's own, and the columns a place becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.drafts import Place
from models.domain.errors import Flaw, Forbidden, Invalid
from models.domain.geo import Datum, to_wgs84
from models.domain.law import county_of
from models.domain.timing.calendar import legal_day
from models.operations import scope
from models.operations.act import Act
from models.tables.enterprises import sites


def place_is_ours(act: Act, place: Place, site_id: UUID | None = None) -> None:
    """
    A division that exists today, within the actor's area; a site he can see.

    Raises:
        Invalid, Forbidden
    """
    division = act.law.divisions.get(place.division)
    if division is None or division.successor is not None:
        raise Invalid(
            flaws=[Flaw("/place/division", "unknown_division", "没有这个行政区划代码，或已撤并，请重新选择")]
        )
    if not scope.within(act.actor, place.division):
        raise Forbidden(f"“{division.name}”不在您的辖区内，不能登记到该辖区")
    if site_id is None:
        return
    seen = act.db.execute(select(sites.c.id).where(sites.c.id == site_id, scope.sees_site(act.actor)))
    if seen.one_or_none() is None:
        raise Invalid(flaws=[Flaw("/site_id", "unknown_site", "没有找到这个场所，请先建档或改为只写地点")])


def columns(place: Place) -> dict[str, Any]:
    """The columns of a place: WGS-84 beside the values and the datum as they were given."""
    lon, lat = place.lon, place.lat
    if lon is not None and lat is not None and place.datum is not None:
        lon, lat = to_wgs84(lon, lat, place.datum)
    return {
        "division_code": place.division,
        "county": county_of(place.division),
        "place_text": place.text,
        "lon": lon,
        "lat": lat,
        "datum": place.datum.value if place.datum else None,
        "given_lon": place.lon,
        "given_lat": place.lat,
    }


def own_columns(act: Act, given: dict[str, Any]) -> dict[str, Any]:
    """
    The columns of a place as it came over the wire, if it is one of the actor's own.

    Raises:
        Invalid, Forbidden
    """
    datum = given.get("datum")
    place = Place(**{**given, "datum": Datum(datum) if datum else None})
    place_is_ours(act, place)
    return columns(place)


def received_not_later(received_at: datetime, now: datetime) -> None:
    """
    The legal start lies not in the future.

    Raises:
        Invalid
    """
    if legal_day(received_at) > legal_day(now):
        raise Invalid(flaws=[Flaw("/received_at", "in_future", "收件时间不能晚于今天")])
