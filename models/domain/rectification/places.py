"""
Where a problem lies: a point, a line 线 with K-stations 桩号, or an area 面; kept in WGS-84 degrees.

Lengths are great-circle metres, areas square metres on the sphere of mean radius (within 0.6 % of the ellipsoid).
What is impossible is refused; what is only unlikely is flagged and kept, since maps and stakes often disagree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Final, TypeAlias

from models.domain import geo
from models.domain.drafts import Place
from models.domain.errors import Flaw, Invalid
from models.domain.rectification.words import PlaceKind

Position: TypeAlias = tuple[float, float]

MOST_VERTICES: Final = 500
UNLIKELY_SHARE: Final = 0.2
"""K-stations that differ by this share from the drawn length are flagged."""

_RADIUS_M: Final = 6371008.8  # IUGG mean radius
_LEAST: Final = {PlaceKind.LINE: 2, PlaceKind.AREA: 4}
_DIGITS: Final = 8  # of a degree: a millimetre
_STATION: Final = re.compile(r"[A-Z]{0,2}([0-9]{1,4})\+([0-9]{3})", re.ASCII)
_UNREADABLE: Final = "桩号应写作 K0+200（公里+三位米数）"


@dataclass(frozen=True, slots=True)
class Settled:
    """A place as it is stored: ``line`` holds ``[lon, lat]`` of a line or a closed ring, nothing for a point."""

    kind: PlaceKind
    line: tuple[Position, ...] = ()
    k_from_m: int | None = None
    k_to_m: int | None = None
    size: float | None = None  # metres of a line, square metres of an area
    flags: tuple[str, ...] = ()

    def columns(self) -> dict[str, Any]:
        """The columns of ``ledger_item``."""
        return {
            "place_kind": self.kind,
            "line": [list(position) for position in self.line],
            "k_from_m": self.k_from_m,
            "k_to_m": self.k_to_m,
            "size": self.size,
        }


def settle(place: Place, geometry: Mapping[str, Any] | None = None) -> Settled:
    """
    Return the place as it is stored; without ``geometry`` it is the point that ``place`` gives.

    ``geometry``: ``kind`` line or area, ``coordinates`` as [[lon, lat], …], ``datum``, ``k_from``, ``k_to``.

    Raises:
        Invalid: every flaw at once, with pointers below ``/geometry``.
    """
    if geometry is None:
        if place.lon is not None and place.lat is not None:
            geo.checked(place.lon, place.lat, pointer="/place")
        return Settled(PlaceKind.POINT)
    flaws: list[Flaw] = []
    kind = _kind(geometry.get("kind"), flaws)
    ends = [_station(geometry, name, flaws) for name in ("k_from", "k_to")]
    line = _vertices(geometry, kind, flaws)
    if not flaws:
        _form(kind, line, ends, flaws)
    if flaws:
        raise Invalid("地点的线或面有误，请按提示修改", flaws=flaws)
    size = length_m(line) if kind is PlaceKind.LINE else area_m2(line)
    return Settled(kind, line, ends[0], ends[1], round(size, 1), _unlikely(kind, size, ends))


def station_m(text: str) -> int:
    """
    Return the metres of a K-station: ``K0+200`` is 200.

    Raises:
        Invalid: it is not written so.
    """
    found = _STATION.fullmatch(text.strip().upper().replace("＋", "+"))
    if found is None:
        raise Invalid(_UNREADABLE, flaws=[Flaw("", "bad_station", _UNREADABLE)])
    return int(found[1]) * 1000 + int(found[2])


def station_text(metres: int) -> str:
    """Return a K-station as it is painted on a stake: 200 is ``K0+200``."""
    return f"K{metres // 1000}+{metres % 1000:03d}"


def length_m(line: Sequence[Position]) -> float:
    """Return the length in metres of a line of WGS-84 degrees."""
    return sum(geo.distance_m(*one, *other) for one, other in pairwise(line))


def area_m2(ring: Sequence[Position]) -> float:
    """
    Return the area in square metres within a closed ring of WGS-84 degrees, whichever way it runs.

    Source: Chamberlain & Duquette, Some Algorithms for Polygons on a Sphere (JPL 07-03), with the sines taken
    from the first vertex on, so that a field of a few metres loses no digits.
    """
    base = math.sin(math.radians(ring[0][1]))
    twice = sum(
        math.radians(lon2 - lon1)
        * (math.sin(math.radians(lat1)) - base + math.sin(math.radians(lat2)) - base)
        for (lon1, lat1), (lon2, lat2) in pairwise(ring)
    )
    return abs(twice) / 2 * _RADIUS_M**2


def crosses_itself(ring: Sequence[Position]) -> bool:
    """Tell whether two sides of a closed ring meet anywhere but at the corner they share."""
    corners = [ring[0], *(after for before, after in pairwise(ring) if after != before)]
    sides = list(pairwise(corners))
    last = len(sides) - 1
    for (i, one), (j, other) in combinations(enumerate(sides), 2):
        if j == i + 1 or (i == 0 and j == last):
            if _folds_back(one, other) if j == i + 1 else _folds_back(other, one):
                return True
        elif _boxes_meet(one, other) and _meet(one, other):
            return True
    return False


def _kind(value: object, flaws: list[Flaw]) -> PlaceKind:
    if value not in (PlaceKind.LINE, PlaceKind.AREA):
        flaws.append(Flaw("/geometry/kind", "unknown_kind", "应为 line（线）或 area（面）；点请填写经纬度"))
    return PlaceKind.AREA if value == PlaceKind.AREA else PlaceKind.LINE


def _station(geometry: Mapping[str, Any], name: str, flaws: list[Flaw]) -> int | None:
    given = geometry.get(name)
    if given is None:
        return None
    try:
        return station_m(str(given))
    except Invalid:
        flaws.append(Flaw(f"/geometry/{name}", "bad_station", _UNREADABLE))
        return None


def _vertices(geometry: Mapping[str, Any], kind: PlaceKind, flaws: list[Flaw]) -> tuple[Position, ...]:
    given = geometry.get("coordinates") or ()
    least = _LEAST[kind]
    if not least <= len(given) <= MOST_VERTICES:
        said = f"应有{least}至{MOST_VERTICES}个点，现有{len(given)}个"
        flaws.append(Flaw("/geometry/coordinates", "vertex_count", said))
        return ()
    try:
        datum = geo.Datum(geometry.get("datum") or "")
    except ValueError:
        flaws.append(Flaw("/geometry/datum", "missing", f"应写明坐标系：{'、'.join(geo.Datum)}"))
        return ()
    kept = [_vertex(n, pair, datum, flaws) for n, pair in enumerate(given)]
    return tuple(position for position in kept if position is not None)


def _vertex(n: int, pair: Sequence[float], datum: geo.Datum, flaws: list[Flaw]) -> Position | None:
    pointer = f"/geometry/coordinates/{n}"
    try:
        lon, lat = pair
        geo.checked(lon, lat, pointer=pointer)
    except (TypeError, ValueError):
        flaws.append(Flaw(pointer, "bad_position", "应为 [经度, 纬度]（单位：度）"))
        return None
    except Invalid as error:
        flaws.extend(error.flaws)
        return None
    lon, lat = geo.to_wgs84(lon, lat, datum)
    return round(lon, _DIGITS), round(lat, _DIGITS)


def _form(kind: PlaceKind, line: Sequence[Position], ends: Sequence[int | None], flaws: list[Flaw]) -> None:
    where = "/geometry/coordinates"
    if len(set(line)) < _LEAST[kind] - (kind is PlaceKind.AREA):
        flaws.append(Flaw(where, "too_few", "不同的点太少，线至少2个，面至少3个"))
    elif kind is PlaceKind.AREA and line[0] != line[-1]:
        flaws.append(Flaw(where, "not_closed", "面的最后一个点应与第一个点相同"))
    elif kind is PlaceKind.AREA and crosses_itself(line):
        flaws.append(Flaw(where, "crosses_itself", "面的边互相交叉或重叠，请重新描画"))
    if (ends[0] is None) != (ends[1] is None):
        flaws.append(Flaw("/geometry/k_to", "half", "起止桩号应同时填写，或都不填"))
    elif ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
        flaws.append(Flaw("/geometry/k_to", "not_after", "止点桩号应大于起点桩号"))


def _unlikely(kind: PlaceKind, size: float, ends: Sequence[int | None]) -> tuple[str, ...]:
    start, end = ends
    if kind is not PlaceKind.LINE or start is None or end is None:
        return ()
    staked = end - start
    if abs(staked - size) < UNLIKELY_SHARE * size:
        return ()
    span = f"{station_text(start)}～{station_text(end)}"
    return (f"桩号{span}长{staked}米，与所画的线{size:.0f}米相差较大，请核对",)


Side: TypeAlias = tuple[Position, Position]


def _boxes_meet(one: Side, other: Side) -> bool:
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    return (
        max(min(ax, bx), min(cx, dx)) <= min(max(ax, bx), max(cx, dx))
        and max(min(ay, by), min(cy, dy)) <= min(max(ay, by), max(cy, dy))
    )  # fmt: skip


def _meet(one: Side, other: Side) -> bool:
    """Whether two sides with overlapping boxes touch or cross: neither lies wholly on one side of the other."""
    (a, b), (c, d) = one, other
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _folds_back(one: Side, other: Side) -> bool:
    """Whether a side runs back over the one before it."""
    (a, b), (_, c) = one, other
    back = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
    return back and _turn(a, b, c) == 0


def _turn(a: Position, b: Position, c: Position) -> int:
    """1, -1 or 0: whether the way from ``a`` over ``b`` to ``c`` turns left, right or not at all."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)
