"""
Which counts of a published table are left out, so that a count of 1 or 2 can neither be read nor computed.

A table with its totals is a circulation: every count is the flow along one edge, and at every node what comes
in goes out (a row adds up to its total). What is left out can be computed exactly when no cycle of left-out
edges passes through it along which one unit could be moved; so cycles are closed by leaving out more, along
the cheapest way. Totals that stand in two tables are one edge of one circulation, and are protected in both.

Source: the complementary cell suppression problem; uniqueness of flows by residual cycles.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Final, TypeAlias

Node: TypeAlias = Hashable
Edge: TypeAlias = tuple[Node, Node]
Table: TypeAlias = Mapping[Edge, int]

SMALL: Final = 3
"""Counts below it, but not 0, are small. Source: issue B."""

_ZERO: Final = 10**9  # a nought is left out only where nothing else helps
_Arcs: TypeAlias = dict[Node, list[tuple[int, Node, Edge]]]


def hidden(
    table: Table, limits: Mapping[Edge, int | None], prices: Mapping[Edge, int], before: frozenset[Edge]
) -> frozenset[Edge]:
    """
    The edges to leave out.

    Args:
        table: every count, totals among them; at every node the sums in and out are equal.
        limits: what a reader knows a count cannot exceed (of so many received, so many accepted).
        prices: how much is lost with a count, beside its size.
        before: what is left out whatever its size.
    """
    small = {edge for edge, count in table.items() if 0 < count < SMALL}
    out = set(small | before)
    for edge in sorted(small, key=lambda one: (table[one], repr(one))):
        way = _cheapest(edge, table, limits, prices, out)
        if way is None:
            return frozenset(table)
        out |= way
    return frozenset(out)


def _cheapest(
    edge: Edge,
    table: Table,
    limits: Mapping[Edge, int | None],
    prices: Mapping[Edge, int],
    out: set[Edge],
) -> set[Edge] | None:
    """The edges that close the cheapest cycle through this one; none left over when it is closed already."""
    tail, head = edge
    arcs = _residual(edge, table, limits, prices, out)
    found = []
    if _may_grow(edge, table, limits):
        found.append(_way(arcs, head, tail))
    if _may_shrink(edge, table):
        found.append(_way(arcs, tail, head))
    closed = [one for one in found if one is not None]
    return min(closed, key=lambda one: one[0])[1] if closed else None


def _residual(
    without: Edge,
    table: Table,
    limits: Mapping[Edge, int | None],
    prices: Mapping[Edge, int],
    out: set[Edge],
) -> _Arcs:
    """Along which edges a unit could be moved, and what leaving them out costs."""
    arcs: _Arcs = {}
    for edge, count in table.items():
        if edge == without:
            continue
        cost = 0 if edge in out else (count + prices.get(edge, 0) if count else _ZERO)
        tail, head = edge
        if _may_grow(edge, table, limits):
            arcs.setdefault(tail, []).append((cost, head, edge))
        if _may_shrink(edge, table):
            arcs.setdefault(head, []).append((cost, tail, edge))
    return arcs


def _may_grow(edge: Edge, table: Table, limits: Mapping[Edge, int | None]) -> bool:
    limit = limits.get(edge)
    return limit is None or table[edge] < limit


def _may_shrink(edge: Edge, table: Table) -> bool:
    """A reader knows that noughts are shown: what is left out is 1 at least."""
    return table[edge] > 1


def _way(arcs: _Arcs, start: Node, goal: Node) -> tuple[int, set[Edge]] | None:
    """The cheapest path, as its cost and its edges (Dijkstra)."""
    best: dict[Node, int] = {start: 0}
    came: dict[Node, tuple[Node, Edge]] = {}
    heap: list[tuple[int, str, Node]] = [(0, repr(start), start)]
    while heap:
        cost, _, node = heappop(heap)
        if node == goal:
            return cost, set(_back(came, start, goal))
        if cost > best[node]:
            continue
        for price, following, edge in arcs.get(node, ()):
            dearer = cost + price
            if dearer < best.get(following, dearer + 1):
                best[following], came[following] = dearer, (node, edge)
                heappush(heap, (dearer, repr(following), following))
    return None


def _back(came: Mapping[Node, tuple[Node, Edge]], start: Node, goal: Node) -> Iterator[Edge]:
    while goal != start:
        goal, edge = came[goal]
        yield edge
