"""
Figures of a year: how many cases were received, accepted and concluded, by month and category or street.

Counted by the month of receipt, so that the three can be compared. A case with several categories counts under
its first, so that the parts add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.domain.figures.suppression import SMALL, Edge, hidden

UNSORTED: Final = "未分类"
_TOTAL: Final = 1_000
_GRAND: Final = 1_000_000
"""What a total is worth, in counts of single cells: they are left out last."""


class Measure(StrEnum):
    """What is counted; each is at most the one before."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True)
class One:
    """One case: month of receipt 1–12, first category, street; ``days`` from receipt to conclusion."""

    month: int
    category: str
    street: str
    accepted: bool
    days: int | None  # counts only when accepted


@dataclass(frozen=True, slots=True)
class Line:
    """Counts of one month (``None``: the year) and one part (``None``: all); a count left out is ``None``."""

    month: int | None
    part: str | None
    received: int | None
    accepted: int | None
    concluded: int | None
    average_days: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Both tables; lines without a single case are not in them."""

    by_category: tuple[Line, ...]
    by_street: tuple[Line, ...]


Counts = Mapping[Measure, Mapping[Edge, int]]


def figures(cases: Iterable[One]) -> Figures:
    """The tables of a year, with what must be left out left out."""
    every = list(cases)
    counts: Counts = {
        Measure.RECEIVED: _table(every),
        Measure.ACCEPTED: _table(one for one in every if one.accepted),
        Measure.CONCLUDED: _table(one for one in every if one.accepted and one.days is not None),
    }
    days: Counter[Edge] = Counter()
    for one in every:
        for edge in _edges(one) if one.accepted else ():
            days[edge] += one.days or 0
    out = left_out(counts)
    lines = sorted(counts[Measure.RECEIVED], key=_order)
    told = [(edge, _line(edge, counts, days, out)) for edge in lines]
    return Figures(
        tuple(line for edge, line in told if _of(edge) != "street"),
        tuple(line for edge, line in told if _of(edge) != "category"),
    )


def left_out(counts: Counts) -> dict[Measure, frozenset[Edge]]:
    """By measure what is left out; what is left out of one is left out of all that follow."""
    found: dict[Measure, frozenset[Edge]] = {}
    every = counts[Measure.RECEIVED]
    limits: dict[Edge, int | None] = dict.fromkeys(every)
    gone: frozenset[Edge] = frozenset()
    prices = {edge: _price(edge) for edge in every}
    for measure in Measure:
        table = {edge: counts[measure].get(edge, 0) for edge in every}
        gone = hidden(table, limits, prices, frozenset(edge for edge in gone if table[edge]))
        found[measure] = gone
        limits = {edge: None if edge in gone else table[edge] for edge in table}
    return found


def _table(cases: Iterable[One]) -> Counter[Edge]:
    return Counter(edge for one in cases for edge in _edges(one))


def _edges(one: One) -> Iterator[Edge]:
    """The counts a case is part of, as a circulation: categories → months → streets → all → categories."""
    category, street = ("category", one.category), ("street", one.street)
    received, went = ("in", one.month), ("out", one.month)
    yield "from", category
    yield category, received
    yield received, went
    yield went, street
    yield street, "to"
    yield "to", "from"


def _of(edge: Edge) -> str:
    """Which table a count stands in: category, street, or both (months and the year)."""
    kinds = {node[0] for node in edge if isinstance(node, tuple)}
    return "category" if "category" in kinds else "street" if "street" in kinds else "both"


def _price(edge: Edge) -> int:
    if edge == ("to", "from"):
        return _GRAND
    return 0 if _part(edge) is not None and _month(edge) is not None else _TOTAL


def _part(edge: Edge) -> str | None:
    return next(
        (node[1] for node in edge if isinstance(node, tuple) and node[0] in ("category", "street")), None
    )


def _month(edge: Edge) -> int | None:
    return next((node[1] for node in edge if isinstance(node, tuple) and node[0] in ("in", "out")), None)


def _order(edge: Edge) -> tuple[int, str]:
    return _month(edge) or 0, _part(edge) or ""


def _line(
    edge: Edge, counts: Counts, days: Mapping[Edge, int], out: Mapping[Measure, frozenset[Edge]]
) -> Line:
    shown = {measure: None if edge in out[measure] else counts[measure].get(edge, 0) for measure in Measure}
    concluded = shown[Measure.CONCLUDED]
    average = round(days[edge] / concluded, 1) if concluded is not None and concluded >= SMALL else None
    return Line(
        month=_month(edge),
        part=_part(edge),
        received=shown[Measure.RECEIVED],
        accepted=shown[Measure.ACCEPTED],
        concluded=concluded,
        average_days=average,
    )
