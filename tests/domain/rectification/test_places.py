"""Points, lines and areas: known lengths and areas, K-stations, and every impossible form refused."""

from __future__ import annotations

import math
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.drafts import Place
from models.domain.errors import Invalid
from models.domain.geo import Datum, from_wgs84
from models.domain.rectification.places import (
    MOST_VERTICES,
    area_m2,
    crosses_itself,
    length_m,
    settle,
    station_m,
    station_text,
)
from models.domain.rectification.words import PlaceKind

PLACE = Place("430511101", "样例村水渠")
DITCH = [[111.4354, 27.2633], [111.4423, 27.2641]]
FIELD = [[111.4, 27.2], [111.401, 27.2], [111.401, 27.201], [111.4, 27.201], [111.4, 27.2]]


def geometry(kind: str, coordinates: Any, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "coordinates": coordinates, "datum": "WGS-84"} | more


def flaws_of(kind: Any, coordinates: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        settle(PLACE, geometry(kind, coordinates, **more))
    return [(one.pointer, one.code) for one in refused.value.flaws]


def test_a_degree_of_a_meridian_is_111195_metres() -> None:
    """A line along a meridian is as long as its share of the circle of mean radius."""
    assert length_m([(111.0, 27.0), (111.0, 28.0)]) == pytest.approx(111_195.08, abs=0.1)


def test_known_areas() -> None:
    """An octant of the sphere, a square degree at the equator and a field by hand have their areas."""
    radius = 6371008.8
    strip = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    assert area_m2(strip) == pytest.approx(math.radians(1) * math.sin(math.radians(1)) * radius**2, rel=1e-9)
    side = math.radians(0.001) * radius
    by_hand = side * side * math.cos(math.radians(27.2005))
    assert area_m2([(x, y) for x, y in FIELD]) == pytest.approx(by_hand, rel=1e-6)
    assert area_m2([(x, y) for x, y in reversed(FIELD)]) == area_m2([(x, y) for x, y in FIELD])


def test_a_small_field_loses_no_digits() -> None:
    """Ten centimetres a side are still a hundredth of a square metre."""
    d = math.degrees(0.1 / 6371008.8)
    x, y = 111.4, 27.2
    wide = d / math.cos(math.radians(y))
    ring = [(x, y), (x + wide, y), (x + wide, y + d), (x, y + d), (x, y)]
    assert area_m2(ring) == pytest.approx(0.01, rel=1e-5)


def test_a_ditch_with_its_stakes() -> None:
    """A line keeps its vertices, its K-stations in metres and its length; likely stakes raise no flag."""
    settled = settle(PLACE, geometry("line", DITCH, k_from="K0+200", k_to="K0+900"))
    assert settled.columns() == {
        "place_kind": PlaceKind.LINE,
        "line": DITCH,
        "k_from_m": 200,
        "k_to_m": 900,
        "size": pytest.approx(687.8, abs=1),
    }
    assert settled.flags == ()


def test_unlikely_stakes_are_flagged_and_kept() -> None:
    """K-stations a fifth or more off the drawn length are told, and stored as given."""
    settled = settle(PLACE, geometry("line", DITCH, k_from="K0+200", k_to="K1+200"))
    assert (settled.k_from_m, settled.k_to_m) == (200, 1200)
    assert settled.flags == ("桩号K0+200～K1+200长1000米，与所画的线688米相差较大，请核对",)


def test_without_a_form_it_is_a_point() -> None:
    """A place without a line or an area is a point without a size."""
    assert settle(PLACE).columns() == {
        "place_kind": PlaceKind.POINT,
        "line": [],
        "k_from_m": None,
        "k_to_m": None,
        "size": None,
    }


@pytest.mark.parametrize("datum", list(Datum))
def test_every_datum_comes_home(datum: Datum) -> None:
    """A line given in any datum is kept in WGS-84, to the millimetre."""
    given_line = [list(from_wgs84(lon, lat, datum)) for lon, lat in DITCH]
    settled = settle(PLACE, geometry("line", given_line) | {"datum": datum})
    assert [list(one) for one in settled.line] == [pytest.approx(one, abs=2e-8) for one in DITCH]


@pytest.mark.parametrize(
    ("kind", "coordinates", "expected"),
    [
        ("blob", DITCH, ("/geometry/kind", "unknown_kind")),
        (None, DITCH, ("/geometry/kind", "unknown_kind")),
        ("line", [], ("/geometry/coordinates", "vertex_count")),
        ("line", DITCH[:1], ("/geometry/coordinates", "vertex_count")),
        ("area", DITCH, ("/geometry/coordinates", "vertex_count")),
        ("line", DITCH * 251, ("/geometry/coordinates", "vertex_count")),
        ("line", [DITCH[0], DITCH[0]], ("/geometry/coordinates", "too_few")),
        ("line", [DITCH[0], [181, 27]], ("/geometry/coordinates/1/lon", "out_of_range")),
        ("line", [DITCH[0], [111, float("nan")]], ("/geometry/coordinates/1/lat", "out_of_range")),
        ("line", [DITCH[0], [111, float("inf")]], ("/geometry/coordinates/1/lat", "out_of_range")),
        ("line", [DITCH[0], [111]], ("/geometry/coordinates/1", "bad_position")),
        ("line", [DITCH[0], [111, "x"]], ("/geometry/coordinates/1", "bad_position")),
        ("area", FIELD[:4], ("/geometry/coordinates", "not_closed")),
        ("area", [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]], ("/geometry/coordinates", "crosses_itself")),
        ("area", [[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]], ("/geometry/coordinates", "crosses_itself")),
        ("area", [[0, 0], [1, 0], [2, 0], [1, 0], [0, 0]], ("/geometry/coordinates", "crosses_itself")),
    ],
)
def test_impossible_forms_are_refused(kind: Any, coordinates: Any, expected: tuple[str, str]) -> None:
    """Each impossible line or area is refused with the place of the flaw."""
    assert flaws_of(kind, coordinates) == [expected]


def test_every_flaw_at_once() -> None:
    """Kind, stakes and positions are all told together; stakes come in pairs and in order."""
    found = flaws_of("blob", [DITCH[0], [999, 27]], k_from="200", k_to="K0+9")
    assert [pointer for pointer, _ in found] == [
        "/geometry/kind",
        "/geometry/k_from",
        "/geometry/k_to",
        "/geometry/coordinates/1/lon",
    ]
    assert flaws_of("line", DITCH, k_from="K0+200") == [("/geometry/k_to", "half")]
    assert flaws_of("line", DITCH, k_from="K1+000", k_to="K0+900") == [("/geometry/k_to", "not_after")]
    assert flaws_of("line", DITCH, datum=None) == [("/geometry/datum", "missing")]


@given(st.integers(min_value=0, max_value=9_999_999))
def test_stations_read_as_written(metres: int) -> None:
    """Every K-station that is written reads back."""
    assert station_m(station_text(metres)) == metres


@pytest.mark.parametrize("text", ["K0+200", "k0+200", " K0＋200 ", "0+200", "DK0+200"])
def test_stations_in_common_spellings(text: str) -> None:
    """Small letters, a full-width plus and other prefixes are understood."""
    assert station_m(text) == 200


@pytest.mark.parametrize("text", ["", "K0", "K0+20", "K0+2000", "K-1+200", "K٠+200", "200"])
def test_other_spellings_are_refused(text: str) -> None:
    """What is no K-station is refused with how to write one."""
    with pytest.raises(Invalid, match="K0\\+200"):
        station_m(text)


@settings(deadline=None)  # how long it takes says nothing on a busy machine
@given(st.integers(min_value=3, max_value=60), st.floats(min_value=0.2, max_value=1))
def test_stars_do_not_cross_themselves(corners: int, dent: float) -> None:
    """A star around its middle never crosses itself; with two corners swapped across it does."""
    ring = star(corners, dent)
    assert not crosses_itself(ring)
    if corners >= 5:
        swapped = [*ring]
        swapped[1], swapped[3] = swapped[3], swapped[1]
        assert crosses_itself(swapped)


def star(corners: int, dent: float) -> list[tuple[float, float]]:
    ring = []
    for n in range(corners):
        angle, reach = 2 * math.pi * n / corners, 1 if n % 2 else dent
        ring.append((reach * math.cos(angle), reach * math.sin(angle)))
    return [*ring, ring[0]]


def test_the_largest_area_is_settled_at_once() -> None:
    """An area of the most vertices, in the costliest datum, takes well under a second."""
    ring = [[111.4 + x / 100, 27.2 + y / 100] for x, y in star(MOST_VERTICES - 1, 1)]
    assert all(one != other for one, other in pairwise(ring))
    begun = perf_counter()
    settled = settle(PLACE, geometry("area", ring) | {"datum": "BD-09"})
    assert perf_counter() - begun < 2
    assert len(settled.line) == MOST_VERTICES
