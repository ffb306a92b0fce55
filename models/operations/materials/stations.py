"""Photo stations 机位 of an item: set before the first photo, and then left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.acceptance.materials import MaterialKind
from models.domain.access import Grant, Role
from models.domain.errors import Conflict, Duplicate, Forbidden
from models.domain.geo import Datum, to_wgs84
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.materials import allowed, rows
from models.operations.materials.adding import raise_version
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.materials import stations as T


@dataclass(frozen=True, slots=True)
class StationDraft:
    """A station as given: degrees in ``datum``, heading in degrees from north, metres along the line."""

    no: int
    text: str
    lon: float | None = None
    lat: float | None = None
    datum: Datum | None = None
    heading: int | None = None
    k_station_m: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A station as it is now, and the case's version with it."""

    version: int
    row: AnyRow


def of_case(act: Act, case_id: UUID) -> Sequence[AnyRow]:
    """The stations of an item in sight, by number. Raises ``NotFound``."""
    sight.find(act, case_id)
    rows.item_of(act, case_id)
    return rows.stations_of(act, case_id)


def add(
    act: Act, case_id: UUID, draft: StationDraft, content: Any, *, version: int | None, key: Key | None
) -> Placed:
    """
    Set a station; a retry under the same key is the same one.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: closed in this state;
        Duplicate: the number is taken; OtherContent.
    """
    made = once(act, key, f"stations/{case_id}", content, lambda: _add(act, case_id, draft, version))
    return Placed(sight.find(act, case_id).version, _one(act, case_id, made))


def change(
    act: Act, case_id: UUID, station_id: UUID, changes: dict[str, Any], *, version: int | None
) -> Placed:
    """
    Change words or heading of a station that no photo names yet.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: closed in this state, or a photo names it.
    """
    case = sight.lock(act, case_id)
    _one(act, case_id, station_id)
    grants = _setters(act, case)
    sight.current(act, case, version)
    allowed.open_now(act, case, MaterialKind.PHOTO, grants)
    if any(str(station_id) == row.facts.get("station_id") for row in rows.all_of(act, case_id)):
        raise Conflict("这个机位已有照片，不能再改；确有错误请另设一个机位")
    act.db.execute(update(T).where(T.c.id == station_id).values(changes))
    raise_version(act, case)
    _note(act, case, "station.change", changes | {"station": str(station_id)})
    return Placed(case.version + 1, _one(act, case_id, station_id))


def _add(act: Act, case_id: UUID, draft: StationDraft, version: int | None) -> UUID:
    case = sight.lock(act, case_id)
    rows.item_of(act, case_id)
    grants = _setters(act, case)
    sight.current(act, case, version)
    allowed.open_now(act, case, MaterialKind.PHOTO, grants)
    if any(row.no == draft.no for row in rows.stations_of(act, case_id)):
        raise Duplicate(f"本问题已有{draft.no}号机位，请换一个编号")
    station_id = act.new_id()
    values = _columns(draft) | {"id": station_id, "case_id": case_id}
    act.db.execute(insert(T).values(values | {"created_at": act.now, "created_by": act.actor.account_id}))
    raise_version(act, case)
    _note(act, case, "station.add", _columns(draft))
    return station_id


def _setters(act: Act, case: AnyRow) -> list[Grant]:
    """Only who rectifies sets stations: one that a verifier added could never have a photo from before."""
    found = [one for one in allowed.grants_for(act, case, MaterialKind.PHOTO) if one.role is Role.LIAISON]
    if not found:
        raise Forbidden("机位由责任单位的联络员设置")
    return found


def _columns(draft: StationDraft) -> dict[str, Any]:
    values = {"no": draft.no, "text": draft.text, "heading": draft.heading, "k_station_m": draft.k_station_m}
    if draft.lon is None or draft.lat is None or draft.datum is None:
        return values
    lon, lat = to_wgs84(draft.lon, draft.lat, draft.datum)
    given = {"datum": draft.datum.value, "given_lon": draft.lon, "given_lat": draft.lat}
    return values | {"lon": lon, "lat": lat} | given


def _one(act: Act, case_id: UUID, station_id: UUID) -> AnyRow:
    row = next((one for one in rows.stations_of(act, case_id) if one.id == station_id), None)
    if row is None:
        raise sight.unseen(act, station_id)
    return row


def _note(act: Act, case: AnyRow, verb: str, content: dict[str, Any]) -> None:
    fields = tuple(sorted(content))
    act.note(verb, "case", case.id, chain=chain_of(case.division_code), fields=fields, content=content)
