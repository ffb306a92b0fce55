"""Which retention terms bind a complaint, and until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from models.domain.complaints import Measure, Track
from models.domain.timing.calendar import Calendar
from models.domain.timing.retention import (
    ANSWERED,
    GROUND_TITLES,
    KEEP_CASE_FILE,
    KEEP_PETITION,
    KEEP_REPORT,
    Ground,
    hold,
    rules_for,
)
from models.domain.timing.rules import Confidence, basis_on, parse_rules

RULES: Final = parse_rules((Path(__file__).parents[3] / "models/reference/retention.toml").read_text("utf-8"))
BY_ID: Final = {rule.rule_id: rule for rule in RULES}
CALENDAR: Final = Calendar.of({}, ())


@pytest.mark.parametrize(
    ("track", "measures", "bound"),
    [
        (Track.REPORT, [None, Measure.ON_THE_SPOT.value], [KEEP_REPORT]),
        (Track.REPORT, [Measure.FILED.value], [KEEP_REPORT, KEEP_CASE_FILE]),
        (Track.REPORT, [Measure.TO_POLICE.value, None], [KEEP_REPORT, KEEP_CASE_FILE]),
        (Track.PETITION, [], [KEEP_REPORT, KEEP_PETITION]),
        (Track.PETITION, [Measure.FILED.value], [KEEP_REPORT, KEEP_PETITION, KEEP_CASE_FILE]),
    ],
)
def test_which_rules_bind(track: Track, measures: list[str | None], bound: list[str]) -> None:
    """Every complaint; petitions longer; what led to a penalty case or the police with the case file."""
    assert list(rules_for(track, measures)) == bound


def test_what_is_shipped() -> None:
    """Three terms, all from memory and marked so, changeable by the bureau, each with a basis in force."""
    assert {rule_id: rule.term.text for rule_id, rule in BY_ID.items()} == {
        KEEP_REPORT: "6个月",
        KEEP_PETITION: "30年",
        KEEP_CASE_FILE: "30年",
    }
    for rule in RULES:
        assert (rule.confidence, rule.overridable, rule.roll) == (Confidence.MEMORY, True, False)
        assert basis_on(rule, date(2026, 11, 23)) is not None
    assert len(RULES) == len(BY_ID)


@pytest.mark.parametrize(
    ("ended", "today", "first"),
    [
        (date(2026, 11, 23), date(2027, 5, 23), date(2027, 5, 24)),
        (date(2026, 11, 23), date(2027, 5, 24), None),
        (date(2026, 8, 31), date(2026, 12, 1), date(2027, 3, 1)),
    ],
)
def test_the_last_day_still_counts(ended: date, today: date, first: date | None) -> None:
    """Kept through the corresponding day, or the month's last; free on the next."""
    kept = hold([BY_ID[KEEP_REPORT]], ended, today, CALENDAR)
    assert (kept.first_day if kept else None) == first


def test_the_longest_prevails() -> None:
    """Of several terms the one that ends last is named, with its basis; with none nothing is kept."""
    kept = hold(RULES, date(2026, 11, 23), date(2026, 11, 24), CALENDAR)
    assert kept is not None
    assert kept.first_day == date(2056, 11, 24)
    assert "《" in kept.basis
    assert hold([], date(2026, 11, 23), date(2026, 11, 24), CALENDAR) is None


def test_words_are_there() -> None:
    """Every ground has its words; a state in which work goes on is never one to forget in."""
    assert set(GROUND_TITLES) == set(Ground)
    assert {state.value for state in ANSWERED} == {"refused", "replied", "called_back", "archived", "void"}
