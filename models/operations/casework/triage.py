"""Triage 初审: the clerk corrects what a case says of itself before it is accepted."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.drafts import Place
from models.domain.errors import IllegalTransition, StaleVersion, VersionMissing
from models.domain.geo import Datum, to_wgs84
from models.domain.law import chain_of, county_of
from models.domain.lifecycle import STATE_TITLES, State
from models.operations import deadlines
from models.operations.act import Act
from models.operations.casework import case_facts, cases
from models.operations.once import Key, once
from models.operations.reckoning import event_at
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import categories

CORRECTABLE: Final = frozenset({State.REGISTERED, State.AWAITING_SUPPLEMENT})
URGENT: Final = "RPT_URGENT"


def correct(
    act: Act, case_id: UUID, changes: dict[str, Any], *, version: int | None, key: Key | None = None
) -> UUID:
    """
    Change title, working text, categories, place or urgency; a retry under the same key changes nothing more.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion; IllegalTransition once accepted.
    """
    return once(
        act, key, f"cases.correct/{case_id}", changes, lambda: _correct(act, case_id, {**changes}, version)
    )


def _correct(act: Act, case_id: UUID, changes: dict[str, Any], version: int | None) -> UUID:
    case = cases.lock(act, case_id)
    place = changes.pop("place", None)
    columns = {name: value for name, value in changes.items() if value is not None}
    act.law.catalogue.check(columns.get("categories", ()))
    if place is not None:
        columns |= _place_columns(act, Place(**_plain(place)))
    _refuse_late(case, version)
    if "categories" in columns:
        _categories(act, case_id, columns["categories"])
    due = _urgency(act, case, columns.get("urgent", case.urgent))
    act.db.execute(
        update(T)
        .where(T.c.id == case_id)
        .values(**columns, **due, version=case.version + 1, changed_at=act.now)
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


def _refuse_late(case: AnyRow, version: int | None) -> None:
    if version is None:
        raise VersionMissing()
    if version != case.version:
        raise StaleVersion(current=case.version, changes=[])
    if case.state not in CORRECTABLE:
        raise IllegalTransition(
            f"案件目前是“{STATE_TITLES[case.state]}”，受理后不再改动登记内容，请通过办理步骤说明"
        )


def _categories(act: Act, case_id: UUID, wanted: list[str]) -> None:
    act.db.execute(categories.delete().where(categories.c.case_id == case_id))
    if wanted:
        act.db.execute(
            insert(categories), [{"case_id": case_id, "category": one} for one in dict.fromkeys(wanted)]
        )


def _urgency(act: Act, case: AnyRow, urgent: bool) -> dict[str, Any]:
    """Start or cancel the clock of an urgent complaint with the mark; gives the nearest end when it changed."""
    filed = case_facts.complaints_of(act, case.id)
    if urgent == case.urgent or not filed:
        return {}
    if not urgent:
        deadlines.stop(act, deadlines.running(act, case.id), (URGENT,), cancelled=True)
    elif not deadlines.reopen(act, case, (URGENT,), ended="cancelled"):
        known_at = event_at(act, URGENT, case.division_code, case.received_at, filed[0].dispatched_at)
        deadlines.start(act, case, URGENT, known_at, limits=None)
    return deadlines.nearest(act, case.id)


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
