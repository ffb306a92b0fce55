"""The file of an item as one view: the catalogue in its order, every material, what is missing at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.domain.acceptance.materials import MaterialKind
from models.domain.acceptance.stations import apart
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.materials import gaps, rows
from models.operations.materials.gaps import Looked
from models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Dossier:
    """One item's file; ``remarks`` are what a photo shows about being taken elsewhere, by material."""

    version: int
    round: int
    looked: Looked
    materials: Sequence[AnyRow]
    stations: Sequence[AnyRow]
    remarks: dict[UUID, str]


def dossier(act: Act, case_id: UUID) -> Dossier:
    """The file of an item in sight. Raises ``NotFound``."""
    case = sight.find(act, case_id)
    item = rows.item_of(act, case_id)
    materials, stations = rows.all_of(act, case_id), rows.stations_of(act, case_id)
    looked = gaps.look(act, item, materials, stations)
    return Dossier(case.version, case.round, looked, materials, stations, _remarks(materials, stations))


def one(act: Act, case_id: UUID, material_id: UUID) -> tuple[int, AnyRow]:
    """The case's version and one material in sight. Raises ``NotFound``."""
    case = sight.find(act, case_id)
    return case.version, rows.one_of(act, case_id, material_id)


def _remarks(materials: Sequence[AnyRow], stations: Sequence[AnyRow]) -> dict[UUID, str]:
    """Distance and heading of each photo against its station, where both say them and they differ."""
    by_id = {row.id: rows.station(row) for row in stations}
    found: dict[UUID, str] = {}
    for row in materials:
        photo = rows.photo(row) if row.kind is MaterialKind.PHOTO else None
        station = by_id.get(photo.station_id) if photo and photo.station_id else None
        said = apart(station, photo) if station and photo else None
        if said:
            found[row.id] = said
    return found
