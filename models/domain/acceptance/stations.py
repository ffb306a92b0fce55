"""
Photo stations 机位: a number, a place and a heading from which before and after are compared.

Pure; positions are WGS-84 degrees, headings degrees 0–359 clockwise from north.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from models.domain import geo
from models.domain.acceptance.materials import COMPARED, PHASE_TITLES, Phase
from models.domain.timing.calendar import legal_day

FAR_METRES: Final = 30.0
"""A photo further from its station is told so: hand-held positions err by some 10 m. [M]"""

TURNED_DEGREES: Final = 45
"""A photo turned more than this against its station is told so. [M]"""


@dataclass(frozen=True, slots=True)
class Station:
    """Where to stand and where to look."""

    id: UUID
    no: int
    text: str
    lon: float | None = None
    lat: float | None = None
    heading: int | None = None

    @property
    def title(self) -> str:
        return f"{self.no}号机位（{self.text}）"


@dataclass(frozen=True, slots=True)
class Photo:
    """What a photo declares about where it was taken from."""

    station_id: UUID | None
    phase: Phase
    lon: float | None = None
    lat: float | None = None
    heading: int | None = None
    taken_on: date | None = None


def taken_on(facts: Mapping[str, Any]) -> date | None:
    """The day a photo was taken, as declared, or by the phone's clock in Shanghai."""
    if "taken_on" in facts:
        return date.fromisoformat(facts["taken_on"])
    at = facts.get("captured_at")
    return legal_day(datetime.fromisoformat(at)) if at else None


def unpaired(stations: Iterable[Station], photos: Iterable[Photo]) -> tuple[str, ...]:
    """
    Each station that lacks a photo before or after, with the phases it lacks; in order of number.

    A photo "after" that is older than every one "before" shows nothing and does not count.
    """
    taken = list(photos)
    first: dict[UUID | None, date] = {}
    for photo in taken:
        if photo.phase is Phase.BEFORE and photo.taken_on is not None:
            first[photo.station_id] = min(photo.taken_on, first.get(photo.station_id, photo.taken_on))
    had: dict[UUID | None, set[Phase]] = {}
    for photo in taken:
        older = photo.taken_on is not None and photo.taken_on < first.get(photo.station_id, date.min)
        if photo.phase is not Phase.AFTER or not older:
            had.setdefault(photo.station_id, set()).add(photo.phase)
    return tuple(
        f"{station.title}缺{'、'.join(PHASE_TITLES[phase] for phase in lacking)}照片"
        for station in sorted(stations, key=lambda one: one.no)
        if (lacking := [phase for phase in Phase if phase in COMPARED - had.get(station.id, set())])
    )


def apart(station: Station, photo: Photo) -> str | None:
    """How far a photo was taken from its station, in words, when it is too far or turned away; never a verdict."""
    said = []
    if None not in (station.lon, station.lat, photo.lon, photo.lat):
        metres = geo.distance_m(station.lon, station.lat, photo.lon, photo.lat)  # type: ignore[arg-type]
        if metres > FAR_METRES:
            said.append(f"距机位{metres:.0f}米")
    if station.heading is not None and photo.heading is not None:
        degrees = turned(station.heading, photo.heading)
        if degrees > TURNED_DEGREES:
            said.append(f"朝向相差{degrees}度")
    return "，".join(said) or None


def turned(one: int, other: int) -> int:
    """The smaller angle between two headings, 0 to 180 degrees."""
    angle = abs(one - other) % 360
    return min(angle, 360 - angle)
