"""Photo stations: pairs, angles, and who writes what when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.acceptance.materials import WINDOW_TOLD, WINDOWS, WRITERS, MaterialKind, Phase
from models.domain.acceptance.stations import Photo, Station, apart, turned, unpaired
from models.domain.access import Role
from models.domain.states import TERMINAL, State

ONE, TWO = (Station(UUID(int=n), n, f"桩{n}", 111.4, 27.2, 350) for n in (1, 2))


def test_pairs_are_told_in_order_of_number() -> None:
    """Every station lacking a photo is named with what it lacks; photos of no station pair nothing."""
    photos = [Photo(ONE.id, Phase.BEFORE), Photo(ONE.id, Phase.DURING), Photo(None, Phase.AFTER)]
    assert unpaired([TWO, ONE], photos) == (
        "1号机位（桩1）缺整改后照片",
        "2号机位（桩2）缺整改前、整改后照片",
    )
    assert unpaired([ONE], [*photos, Photo(ONE.id, Phase.AFTER)]) == ()


def test_an_after_photo_older_than_the_before_shows_nothing() -> None:
    """A photo called "after" but taken before the one "before" does not make a pair; of the same day it does."""
    before = Photo(ONE.id, Phase.BEFORE, taken_on=date(2026, 11, 20))
    old = Photo(ONE.id, Phase.AFTER, taken_on=date(1989, 1, 1))
    assert unpaired([ONE], [before, old]) == ("1号机位（桩1）缺整改后照片",)
    assert unpaired([ONE], [before, old, Photo(ONE.id, Phase.AFTER, taken_on=date(2026, 11, 20))]) == ()


@given(st.integers(0, 359), st.integers(0, 359))
def test_angles_are_the_same_both_ways(one: int, other: int) -> None:
    """The angle between two headings is the smaller one, whichever comes first."""
    assert turned(one, other) == turned(other, one) <= 180


def test_a_photo_across_north_is_not_turned() -> None:
    """350 and 10 degrees are 20 apart: nothing to say; nor is there where a photo declares nothing."""
    assert apart(ONE, Photo(ONE.id, Phase.AFTER, 111.4, 27.2, 10)) is None
    assert apart(ONE, Photo(ONE.id, Phase.AFTER)) is None
    assert apart(ONE, Photo(ONE.id, Phase.AFTER, 111.4, 27.201, 90)) == "距机位111米，朝向相差100度"


def test_each_party_writes_its_own_word_only() -> None:
    """Nobody who rectifies writes the acceptance, the publicity, the approval or the look-back, nor the reverse."""
    judged = {
        MaterialKind.ACCEPTANCE,
        MaterialKind.PUBLICITY,
        MaterialKind.OBJECTION,
        MaterialKind.APPROVAL,
        MaterialKind.LOOK_BACK,
    }
    assert set(WRITERS) == set(MaterialKind)
    assert not any(Role.LIAISON in WRITERS[kind] for kind in judged)
    assert WRITERS[MaterialKind.SELF_CHECK] == {Role.LIAISON}
    assert set(WINDOWS) == set(WINDOW_TOLD) == set.union(*(set(roles) for roles in WRITERS.values()))


@pytest.mark.parametrize("role", sorted(WINDOWS))
def test_nobody_writes_into_a_closed_file(role: Role) -> None:
    """An archived or void item takes no more papers from anybody."""
    assert not WINDOWS[role] & TERMINAL


def test_what_was_applied_for_stands_still() -> None:
    """While materials are judged, accepted or published, the unit that rectifies cannot change them."""
    judged = {
        State.MATERIAL_REVIEW,
        State.SITE_CHECK,
        State.COUNTERSIGNING,
        State.VERIFIED,
        State.IN_PUBLICITY,
    }
    assert not WINDOWS[Role.LIAISON] & judged
