"""
Positions: every coordinate says its datum (坐标系); WGS-84 is what we keep and compute with.

GCJ-02 is the encrypted datum of Chinese maps, BD-09 the one of Baidu on top of it. The forward
formulas are the published re-implementations; backwards they have no closed form, so we step to the
fixed point, which is exact to 1e-9 degrees (0.1 mm).

Source: values agree with coord-convert and prcoords to 1e-12 degrees (stack.md 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from models.domain.errors import Flaw, Invalid

_AXIS_M: Final = 6378245.0  # Krasovsky 1940, as the published formula uses it
_ECCENTRICITY_2: Final = 0.00669342162296594323
_BD_TURN: Final = math.pi * 3000.0 / 180.0
_MEAN_RADIUS_M: Final = 6371008.8  # IUGG mean radius
_METRES_PER_DEGREE: Final = math.radians(1) * _MEAN_RADIUS_M
_STEPS: Final = 30  # each step shrinks the error some hundredfold; 6 are enough in practice


class Datum(StrEnum):
    """The datum in which a position was given."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"
    CGCS2000 = "CGCS2000"


_UNSHIFTED: Final = frozenset({Datum.WGS84, Datum.CGCS2000})


def checked(lon: float, lat: float, *, pointer: str = "") -> tuple[float, float]:
    """
    Return the position if it is one: finite, longitude -180..180, latitude -90..90 degrees.

    Raises:
        Invalid: with one flaw for each coordinate that is wrong.
    """
    flaws = [
        Flaw(f"{pointer}/{name}", "out_of_range", f"{label}应在 -{limit} 到 {limit} 之间（单位：度）")
        for name, label, value, limit in (("lon", "经度", lon, 180), ("lat", "纬度", lat, 90))
        if not (math.isfinite(value) and abs(value) <= limit)
    ]
    if flaws:
        raise Invalid("坐标有误，请检查经度和纬度是否填反或超出范围", flaws=flaws)
    return lon, lat


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """
    Return longitude and latitude in WGS-84 (degrees) of a position given in ``datum``.

    CGCS2000 differs from WGS-84 by centimetres and is passed through; so is whatever lies outside
    the box around China, where maps do not shift.

    Raises:
        Invalid: see ``checked``.
    """
    checked(lon, lat)
    if datum in _UNSHIFTED or not _encrypted(lon, lat):
        return lon, lat
    if datum is Datum.BD09:
        lon, lat = _undo(_bd_of_gcj, lon, lat)
    return _undo(_gcj_of_wgs, lon, lat)


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """
    Return the position in ``datum`` (degrees) of a WGS-84 position: for maps that want it.

    Raises:
        Invalid: see ``checked``.
    """
    checked(lon, lat)
    if datum in _UNSHIFTED or not _encrypted(lon, lat):
        return lon, lat
    lon, lat = _gcj_of_wgs(lon, lat)
    return _bd_of_gcj(lon, lat) if datum is Datum.BD09 else (lon, lat)


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance in metres of two WGS-84 positions (haversine, ±0.5 %)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    across = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    along = math.sin((phi2 - phi1) / 2) ** 2
    share = along + math.cos(phi1) * math.cos(phi2) * across
    return 2 * _MEAN_RADIUS_M * math.asin(math.sqrt(min(1.0, share)))


def coarse(lon: float, lat: float, metres: int = 100) -> tuple[float, float]:
    """
    Return the middle of the grid cell of about ``metres`` a side: what a view shows of a home.

    A fixed grid and not noise: many looks at one place, or many complaints from it, cannot be
    averaged back to the door.
    """
    step = metres / _METRES_PER_DEGREE
    row = min(90.0, max(-90.0, round(lat / step) * step))
    # The width of a cell follows its row, not the exact latitude, or the grid would betray it.
    width = step / max(math.cos(math.radians(row)), 0.01)
    column = min(180.0, max(-180.0, round(lon / width) * width))
    return round(column, 6), round(row, 6)


def _encrypted(lon: float, lat: float) -> bool:
    """Tell whether the published formula shifts this place at all (a box around China)."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _undo(
    forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float
) -> tuple[float, float]:
    """Return the position that ``forward`` sends to (lon, lat), by fixed-point steps."""
    x, y = lon, lat
    for _ in range(_STEPS):
        reached_x, reached_y = forward(x, y)
        dx, dy = lon - reached_x, lat - reached_y
        x, y = x + dx, y + dy
        if abs(dx) < 1e-12 and abs(dy) < 1e-12:
            break
    return x, y


def _waves(value: float, *parts: tuple[float, float]) -> float:
    return sum(size * math.sin(value * math.pi * times) for size, times in parts) * 2 / 3


def _gcj_of_wgs(lon: float, lat: float) -> tuple[float, float]:
    """Return GCJ-02 of WGS-84 by the published polynomial, without the box test."""
    x, y = lon - 105.0, lat - 35.0
    root, shared = math.sqrt(abs(x)), _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared
    north += _waves(y, (20.0, 1.0), (40.0, 1 / 3)) + _waves(y, (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared
    east += _waves(x, (20.0, 1.0), (40.0, 1 / 3)) + _waves(x, (150.0, 1 / 12), (300.0, 1 / 30))
    phi = math.radians(lat)
    bend = 1 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY_2) / (bend * math.sqrt(bend))
    parallel = _AXIS_M / math.sqrt(bend) * math.cos(phi)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _bd_of_gcj(lon: float, lat: float) -> tuple[float, float]:
    """Return BD-09 of GCJ-02."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006
