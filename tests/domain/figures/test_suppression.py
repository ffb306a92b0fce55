"""No small count can be computed from what is published: checked by trying every table a reader could think of."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from models.domain.figures.counting import Figures, Line, Measure, One, figures, left_out
from models.domain.figures.suppression import SMALL, Edge, hidden

CATEGORIES: Final = ("大气", "噪声")
STREETS: Final = ("东街", "西街")
Cell = tuple[str, int | None, str | None]
"""Which table, month (``None``: the year), part (``None``: all)."""


def year(cells: Mapping[tuple[int, str, str], int], *, days: int | None = 5) -> list[One]:
    """As many cases as each cell says."""
    return [
        One(month, category, street, accepted=True, days=days)
        for (month, category, street), count in cells.items()
        for _ in range(count)
    ]


def shown(told: Figures, measure: str = "received") -> dict[Cell, int | None]:
    """The published table as a reader has it; a line that is not there is 0."""
    found: dict[Cell, int | None] = {}
    for table, lines in (("category", told.by_category), ("street", told.by_street)):
        for line in lines:
            key = ("both" if line.part is None else table, line.month, line.part)
            count = getattr(line, measure)
            assert found.setdefault(key, count) == count, "two tables tell one total differently"
    return found


def truth(cells: Mapping[tuple[int, str, str], int]) -> dict[Cell, int]:
    """Every count, totals among them."""
    found: dict[Cell, int] = defaultdict(int)
    for (month, category, street), count in cells.items():
        for when in (month, None):
            found["category", when, category] += count
            found["street", when, street] += count
            found["both", when, None] += count
    return found


def possible(
    told: Mapping[Cell, int | None], most: int, months: tuple[int, ...], known: Mapping[Cell, int | None] = {}
) -> dict[Cell, set[int]]:
    """
    Every value each count can have in a table that looks like the published one; noughts are always told.

    ``known``: the published counts of the measure before, which this one cannot exceed.
    """
    cells: list[Cell] = [("category", m, c) for m in months for c in CATEGORIES]
    cells += [("street", m, s) for m in months for s in STREETS]
    inner = {cell: _choices(told.get(cell, 0), most) for cell in cells}
    by_month = [list(_months(told, inner, month)) for month in months]
    found: dict[Cell, set[int]] = defaultdict(set)
    for whole in product(*by_month):
        guess = {cell: count for part in whole for cell, count in part.items()}
        for kind, parts in (("category", CATEGORIES), ("street", STREETS)):
            for part in parts:
                guess[kind, None, part] = sum(guess[kind, month, part] for month in months)
        guess["both", None, None] = sum(guess["both", month, None] for month in months)
        if all(_fits(told.get(cell, 0), count, known.get(cell)) for cell, count in guess.items()):
            for cell, count in guess.items():
                found[cell].add(count)
    return found


def _choices(count: int | None, most: int) -> range:
    return range(1, most + 1) if count is None else range(count, count + 1)


def _months(
    told: Mapping[Cell, int | None], inner: Mapping[Cell, range], month: int
) -> Iterator[dict[Cell, int]]:
    categories = [("category", month, one) for one in CATEGORIES]
    streets = [("street", month, one) for one in STREETS]
    for some in product(*(inner[cell] for cell in categories)):
        for others in product(*(inner[cell] for cell in streets)):
            if sum(some) == sum(others) and _fits(told.get(("both", month, None), 0), sum(some)):
                yield (
                    dict(zip(categories, some, strict=True))
                    | dict(zip(streets, others, strict=True))
                    | {("both", month, None): sum(some)}
                )


def _fits(told: int | None, guessed: int, limit: int | None = None) -> bool:
    if limit is not None and guessed > limit:
        return False
    return guessed > 0 if told is None else guessed == told


@pytest.mark.parametrize("seed", range(60))
def test_no_small_count_can_be_computed(seed: int) -> None:
    """In random small years every count of 1 or 2, in the tables or in their totals, has at least two answers."""
    chance = random.Random(seed)
    keys = list(product((1, 2), CATEGORIES, STREETS))
    cells = {key: chance.choice((0, 0, 0, 1, 1, 2, 3, 4)) for key in keys}
    told, real = shown(figures(year(cells))), truth(cells)
    answers = possible(told, max(real.values()) + 1, (1, 2))
    for cell, count in real.items():
        if 0 < count < SMALL:
            assert told[cell] is None, cell
            assert len(answers[cell]) > 1, (cell, count, answers[cell])
        elif told.get(cell, 0) is not None:
            assert told.get(cell, 0) == count


@pytest.mark.parametrize("seed", range(40))
def test_nor_with_the_help_of_the_count_before(seed: int) -> None:
    """Small counts of accepted ones stay unknown to who reads how many were received, which they cannot exceed."""
    chance = random.Random(seed)
    keys = list(product((1, 2), CATEGORIES, STREETS))
    received = {key: chance.choice((0, 1, 3, 4, 5)) for key in keys}
    accepted = {key: chance.randint(0, count) for key, count in received.items()}
    refused = {key: received[key] - accepted[key] for key in keys}
    cases = [*year(accepted), *(replace(one, accepted=False, days=None) for one in year(refused))]
    told = figures(cases)
    before, after, real = shown(told), shown(told, "accepted"), truth(accepted)
    answers = possible(after, max(real.values()) + 1, (1, 2), before)
    for cell, count in real.items():
        if 0 < count < SMALL:
            assert after[cell] is None, cell
            assert len(answers[cell]) > 1, (cell, count, answers[cell])


def test_nothing_is_left_out_without_need() -> None:
    """A year without a small count is published whole."""
    cells = dict.fromkeys(product((1, 2), CATEGORIES, STREETS), 3)
    told = shown(figures(year(cells)))
    assert None not in told.values()
    assert told == {cell: count for cell, count in truth(cells).items() if count}


def test_the_year_is_told_where_it_can_be() -> None:
    """One small cell costs other cells, not the totals of the year."""
    cells = dict.fromkeys(product((1, 2, 3), CATEGORIES, STREETS), 9)
    cells[1, "大气", "东街"] = cells[1, "大气", "西街"] = 1
    told = shown(figures(year(cells)))
    assert told["category", 1, "大气"] is None
    assert told["both", None, None] == sum(cells.values())
    assert sum(count is None for count in told.values()) == 4


def test_what_is_left_out_stays_left_out() -> None:
    """What is left out of the received is left out of the accepted and the concluded; each is protected by itself."""
    chance = random.Random(7)
    cases = [
        One(chance.randint(1, 3), chance.choice(CATEGORIES), chance.choice(STREETS), accepted, days)
        for _ in range(30)
        for accepted, days in [chance.choice([(False, None), (True, None), (True, chance.randint(1, 60))])]
    ]
    told = figures(cases)
    assert any(line.received is None for line in (*told.by_category, *told.by_street))
    for line in (*told.by_category, *told.by_street):
        assert not _small(line)
        if line.received is None:
            assert not line.accepted
        if line.accepted is None:
            assert not line.concluded
        if line.concluded is None:
            assert line.average_days is None


def _small(line: Line) -> bool:
    counts = (line.received, line.accepted, line.concluded)
    return any(count is not None and 0 < count < SMALL for count in counts)


def test_averages_are_of_enough_cases() -> None:
    """The average is that of what was concluded, to a tenth of a day, and none where nothing was."""
    cells = {(1, "大气", "东街"): 4}
    slow = [*year(cells, days=10), *year({(1, "大气", "东街"): 3}, days=3)]
    (line, *_) = figures(slow).by_category
    assert (line.month, line.part, line.concluded, line.average_days) == (None, None, 7, 7.0)
    assert {one.average_days for one in figures(year(cells, days=None)).by_category} == {None}
    assert figures([]) == Figures((), ())


def test_limits_of_a_reader_are_known() -> None:
    """A count that is left out is not given away by what it cannot exceed."""
    ring: dict[Edge, int] = {("a", "b"): 2, ("b", "c"): 5, ("c", "a"): 2, ("c", "b"): 3}
    free = hidden(ring, {}, {}, frozenset())
    assert {("a", "b"), ("c", "a")} <= free
    pair: dict[Edge, int] = {("a", "b"): 1, ("b", "a"): 1}
    tight = hidden(pair, pair, {}, frozenset())
    assert tight == {("a", "b"), ("b", "a")}
    large: dict[Edge, int] = {("from", "to"): 5, ("to", "from"): 5}
    counts = dict.fromkeys(Measure, large)
    assert set(left_out(counts).values()) == {frozenset()}
