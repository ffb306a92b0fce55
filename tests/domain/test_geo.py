"""Datums, distances and coarse places."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.geo import Datum, checked, coarse, distance_m, from_wgs84, to_wgs84

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)
SHIFTED = st.sampled_from([Datum.GCJ02, Datum.BD09])
# Inside the box by more than the shift (about 0.02 degrees): at its edge a map point has two origins.
CHINA_LON = st.floats(72.05, 137.8)
CHINA_LAT = st.floats(0.85, 55.8)


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_values_of_gcj02(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    """GCJ-02 agrees with the values that eviltransform publishes (Shanghai, Shenzhen, Beijing)."""
    assert from_wgs84(*wgs, Datum.GCJ02) == pytest.approx(gcj, abs=1e-9)
    assert to_wgs84(*gcj, Datum.GCJ02) == pytest.approx(wgs, abs=1e-9)


def test_published_value_of_bd09() -> None:
    """BD-09 of a GCJ-02 position agrees with the published formula (Beijing)."""
    wgs = to_wgs84(116.404, 39.915, Datum.GCJ02)
    assert from_wgs84(*wgs, Datum.BD09) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@given(CHINA_LON, CHINA_LAT, SHIFTED)
def test_round_trip(lon: float, lat: float, datum: Datum) -> None:
    """There and back is exact to 1e-9 degrees anywhere in China, and the shift is a real one."""
    there = from_wgs84(lon, lat, datum)
    back = to_wgs84(*there, datum)
    assert abs(back[0] - lon) < 1e-9
    assert abs(back[1] - lat) < 1e-9
    assert 1 < distance_m(lon, lat, *there) < 3000


@given(LON, LAT, st.sampled_from(Datum))
def test_conversion_never_fails_on_a_position(lon: float, lat: float, datum: Datum) -> None:
    """Any position on earth converts to a finite one."""
    assert all(map(math.isfinite, to_wgs84(lon, lat, datum) + from_wgs84(lon, lat, datum)))


@pytest.mark.parametrize("datum", list(Datum))
def test_outside_china_nothing_shifts(datum: Datum) -> None:
    """London stays where it is in every datum."""
    assert to_wgs84(-0.12, 51.5, datum) == (-0.12, 51.5)
    assert from_wgs84(-0.12, 51.5, datum) == (-0.12, 51.5)


@given(LON, LAT)
def test_cgcs2000_is_passed_through(lon: float, lat: float) -> None:
    """CGCS2000 and WGS-84 are kept as one."""
    assert to_wgs84(lon, lat, Datum.CGCS2000) == to_wgs84(lon, lat, Datum.WGS84) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "wrong"),
    [
        (math.nan, 27.0, ["/place/lon"]),
        (math.inf, 27.0, ["/place/lon"]),
        (180.1, 27.0, ["/place/lon"]),
        (27.24, 111.45, ["/place/lat"]),
        (111.0, -math.inf, ["/place/lat"]),
        (500.0, math.nan, ["/place/lon", "/place/lat"]),
    ],
)
def test_what_is_no_position_is_refused(lon: float, lat: float, wrong: list[str]) -> None:
    """Each coordinate that is not finite or out of range is named."""
    with pytest.raises(Invalid) as refused:
        checked(lon, lat, pointer="/place")
    assert [flaw.pointer for flaw in refused.value.flaws] == wrong
    for convert in (to_wgs84, from_wgs84):
        with pytest.raises(Invalid):
            convert(lon, lat, Datum.GCJ02)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((111.45, 27.24), (111.45, 27.24), 0),
        ((0, 0), (1, 0), 111_195),
        ((0, 0), (0, 1), 111_195),
        ((0, -90), (0, 90), math.pi * 6371008.8),
        ((179.9, 0), (-179.9, 0), 22_239),
        ((111.45, 27.24), (111.451, 27.24), 98.87),
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], metres: float) -> None:
    """Distances are great-circle metres, also across the date line."""
    assert distance_m(*one, *other) == pytest.approx(metres, rel=1e-4)


@given(st.floats(-179, 179), st.floats(-80, 80))
def test_a_coarse_place_is_near_and_stays(lon: float, lat: float) -> None:
    """A coarse place lies at most 71 m (half a diagonal) off, and coarse again it does not move."""
    place = coarse(lon, lat)
    assert distance_m(lon, lat, *place) < 71.5
    assert coarse(*place) == place


def test_neighbours_share_a_coarse_place() -> None:
    """A hundred points inside ten metres come to four cells at most: no door can be told."""
    places = {coarse(111.4533 + x * 1e-5, 27.2418 + y * 1e-5) for x in range(10) for y in range(10)}
    assert len(places) <= 4


@given(LON, LAT, st.integers(1, 100_000))
def test_a_coarse_place_is_a_place(lon: float, lat: float, metres: int) -> None:
    """Poles and date line included, a coarse place is a valid position."""
    assert checked(*coarse(lon, lat, metres))
