"""Triage 初审: the clerk corrects what a case says of itself before it is accepted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.drafts import Place
from models.domain.errors import IllegalTransition, StaleVersion, VersionMissing
from models.domain.geo import Datum, to_wgs84
from models.domain.law import chain_of, county_of
from models.domain.lifecycle import STATE_TITLES, State
from models.operations import cases
from models.operations.act import Act
from models.tables.cases import cases as T
from models.tables.cases import categories

CORRECTABLE = frozenset({State.REGISTERED, State.AWAITING_SUPPLEMENT})


def correct(act: Act, case_id: UUID, changes: dict[str, Any], *, version: int | None) -> UUID:
    """
    Change title, working text, categories, place or urgency.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion; IllegalTransition once accepted.
    """
    case = cases.lock(act, case_id)
    place = changes.pop("place", None)
    columns = {name: value for name, value in changes.items() if value is not None}
    if place is not None:
        columns |= _place_columns(act, Place(**_plain(place)))
    if version is None:
        raise VersionMissing()
    if version != case.version:
        raise StaleVersion(current=case.version, changes=[])
    if case.state not in CORRECTABLE:
        raise IllegalTransition(
            f"案件目前是“{STATE_TITLES[case.state]}”，受理后不再改动登记内容，请通过办理步骤说明"
        )
    if "categories" in columns:
        _categories(act, case_id, columns["categories"])
    act.db.execute(
        update(T).where(T.c.id == case_id).values(**columns, version=case.version + 1, changed_at=act.now)
    )
    act.note(
        "case.correct",
        "case",
        case_id,
        chain=chain_of(case.division_code),
        fields=sorted(columns),
        content={
            name: columns[name] for name in sorted(columns) if name in ("title", "working_text", "urgent")
        },
    )
    return case_id


def _categories(act: Act, case_id: UUID, wanted: list[str]) -> None:
    act.db.execute(categories.delete().where(categories.c.case_id == case_id))
    if wanted:
        act.db.execute(
            insert(categories), [{"case_id": case_id, "category": one} for one in dict.fromkeys(wanted)]
        )


def _plain(place: dict[str, Any]) -> dict[str, Any]:
    datum = place.get("datum")
    return {**place, "datum": Datum(datum) if datum else None}


def _place_columns(act: Act, place: Place) -> dict[str, Any]:
    cases.place_is_ours(act, place)
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
