"""UUIDv7."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.ids import is_uuid7, moment_of, uuid7

NOW = datetime(2026, 11, 23, 8, 30, 0, 123456, UTC)


def test_the_example_of_the_standard() -> None:
    """The example of RFC 9562 A.6 is read as 2022-02-22 19:22:22 UTC."""
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert is_uuid7(example)
    assert moment_of(example) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_id_tells_its_moment(now: datetime) -> None:
    """Every id is version 7, and its moment is the maker's to the millisecond, in UTC."""
    made = uuid7(now)
    assert is_uuid7(made)
    assert made.version == 7
    assert moment_of(made) == now.replace(microsecond=now.microsecond // 1000 * 1000)


def test_the_zone_does_not_matter() -> None:
    """The same instant in Shanghai and in UTC gives the same moment."""
    assert moment_of(uuid7(NOW.astimezone(timezone(timedelta(hours=8))))) == moment_of(uuid7(NOW))


def test_ids_sort_by_time() -> None:
    """Ids of successive milliseconds are in order, as values and as text."""
    made = [uuid7(NOW + timedelta(milliseconds=step)) for step in range(200)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_ids_of_one_millisecond_differ() -> None:
    """Ten thousand ids of one millisecond are all different, and every free bit is seen both ways."""
    made = {uuid7(NOW).int for _ in range(10_000)}
    assert len(made) == 10_000
    fixed = (0xF << 76) | (0b11 << 62)
    seen = 0
    for one in made:
        seen |= one ^ next(iter(made))
    assert seen == ((1 << 80) - 1) & ~fixed


@pytest.mark.parametrize("bad", [datetime(2026, 1, 1), datetime(1969, 12, 31, tzinfo=UTC)])  # noqa: DTZ001
def test_bad_instants_are_refused(bad: datetime) -> None:
    """An instant without a zone or before 1970 makes no id."""
    with pytest.raises(ValueError, match="an id needs an instant"):
        uuid7(bad)


@pytest.mark.parametrize(
    "other",
    [
        UUID("9b2f6c1e-3a54-4d0e-8f11-2f6c1e3a54d0"),
        uuid5(NAMESPACE_URL, "x"),
        UUID(int=0),
        UUID(int=(1 << 128) - 1),
        UUID(int=7 << 76),
    ],
)
def test_other_ids_are_recognised(other: UUID) -> None:
    """Another version or variant is no version 7 and has no moment."""
    assert not is_uuid7(other)
    with pytest.raises(Invalid):
        moment_of(other)


def test_a_time_after_the_last_year_is_refused() -> None:
    """A client's id of the year 10889 is a clear refusal and no crash."""
    far = UUID("ffffffff-ffff-7000-8000-000000000000")
    assert is_uuid7(far)
    with pytest.raises(Invalid) as refused:
        moment_of(far)
    assert refused.value.flaws[0].code == "not_uuid7"
