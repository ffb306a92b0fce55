"""What the public sees of a publication on a day."""

from datetime import date

import pytest

from models.domain.publications import (
    PUBLICATION_TITLES,
    SHOWING_TITLES,
    PublicationState,
    Showing,
    showing,
)

FIRST, LAST = date(2026, 11, 23), date(2026, 12, 2)


@pytest.mark.parametrize(
    ("state", "today", "seen"),
    [
        (PublicationState.DRAFT, FIRST, None),
        (PublicationState.DROPPED, FIRST, None),
        (PublicationState.APPROVED, date(2026, 11, 22), None),
        (PublicationState.APPROVED, FIRST, Showing.CURRENT),
        (PublicationState.APPROVED, LAST, Showing.CURRENT),
        (PublicationState.APPROVED, date(2026, 12, 3), Showing.ENDED),
        (PublicationState.RETRACTED, FIRST, Showing.RETRACTED),
        (PublicationState.RETRACTED, date(2027, 1, 1), Showing.RETRACTED),
    ],
)
def test_both_days_count(state: PublicationState, today: date, seen: Showing | None) -> None:
    """Shown from the first day to the last, both included; ended after it; retracted for good."""
    assert showing(state, FIRST, LAST, today) is seen


def test_every_state_has_a_title() -> None:
    """Each state and each showing is called something."""
    assert set(PUBLICATION_TITLES) == set(PublicationState)
    assert set(SHOWING_TITLES) == set(Showing)
