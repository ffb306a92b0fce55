"""
Counting a month's items and explaining every difference to the month before 数据勾稽.

A problem is known by its ledger and number in all its rounds. Total = 已销号 + 待销号 + 序时 + 滞后 + 未启动 + 长期坚持,
for the whole, per origin, per origin and batch (轮次批次), per round and per responsible unit. An item of two units
counts for each of them, so units do not add up to the whole; within a unit they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from models.domain.rectification.words import Progress

WORDS: Final = tuple(Progress)
Cell: TypeAlias = tuple[str, str | None, Progress]
"""Origin, batch, word: the finest count that is explained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One problem as it stands in a month; ``ledger`` and ``problem_no`` name it."""

    ledger: str
    problem_no: str
    origin: str
    batch: str | None
    round: int
    units: tuple[str, ...]
    word: Progress
    due_on: date | None
    overdue: bool = False
    title: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.ledger, self.problem_no

    @property
    def cell(self) -> Cell:
        return self.origin, self.batch, self.word


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one line."""

    name: str
    total: int
    words: Mapping[Progress, int]
    overdue: int

    @property
    def adds_up(self) -> bool:
        return self.total == sum(self.words.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole and its breakdowns, each in the order of names."""

    whole: Tally
    by_origin: tuple[Tally, ...]
    by_batch: tuple[Tally, ...]
    by_round: tuple[Tally, ...]
    by_unit: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One problem that is counted otherwise than a month ago; ``None``: not there."""

    before: Counted | None
    after: Counted | None

    @property
    def problem_no(self) -> str:
        one = self.after or self.before
        assert one is not None
        return one.problem_no


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed, each kind by problem number; one problem may have moved word and date."""

    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    moved_word: tuple[Change, ...]
    moved_date: tuple[Change, ...]
    relapsed: tuple[Change, ...]
    unexplained: tuple[str, ...]


def figures(rows: Iterable[Counted]) -> Figures:
    """Every count of a month."""
    every = list(rows)
    return Figures(
        whole=_tally("合计", every),
        by_origin=_by(every, lambda one: (one.origin,)),
        by_batch=_by(every, lambda one: (f"{one.origin} {one.batch}" if one.batch else one.origin,)),
        by_round=_by(every, lambda one: (f"第{one.round}轮",)),
        by_unit=_by(every, lambda one: one.units),
    )


def difference(before: Sequence[Counted], after: Sequence[Counted]) -> Difference:
    """What changed, and whether that explains every count."""
    then, now = {one.key: one for one in before}, {one.key: one for one in after}
    changes = [
        Change(then.get(key), now.get(key))
        for key in sorted(then.keys() | now.keys(), key=lambda key: (key[1], key[0]))
    ]
    return Difference(
        new=tuple(one for one in changes if one.before is None),
        gone=tuple(one for one in changes if one.after is None),
        moved_word=_moved(changes, lambda one: one.word),
        moved_date=_moved(changes, lambda one: one.due_on),
        relapsed=tuple(
            one for one in changes if one.before and one.after and one.after.round > one.before.round
        ),
        unexplained=tuple(_unexplained(before, after, changes)),
    )


def effects(changes: Iterable[Change]) -> Counter[Cell]:
    """What the changes add to and take from each cell; where nothing moved it is nothing."""
    found: Counter[Cell] = Counter()
    for change in changes:
        if change.before is not None:
            found[change.before.cell] -= 1
        if change.after is not None:
            found[change.after.cell] += 1
    return found


def _unexplained(before: Sequence[Counted], after: Sequence[Counted], changes: Sequence[Change]) -> list[str]:
    """The cells whose count of rows moved by another number than the changes by name say."""
    told = effects(changes)
    then, now = Counter(one.cell for one in before), Counter(one.cell for one in after)
    cells = sorted(
        then.keys() | now.keys() | told.keys(), key=lambda cell: (cell[0], cell[1] or "", cell[2].value)
    )
    wrong = [
        f"{cell[0]}{f'（{cell[1]}）' if cell[1] else ''}“{cell[2].value}”上月{then[cell]}件、本月{now[cell]}件，"
        f"相差{now[cell] - then[cell]}件，逐项变化合计{told[cell]}件"
        for cell in cells
        if now[cell] - then[cell] != told[cell]
    ]
    return wrong + [f"问题编号“{number}”出现{count}次" for number, count in _twins(after)]


def _twins(rows: Sequence[Counted]) -> list[tuple[str, int]]:
    counted = Counter(one.key for one in rows)
    return sorted((key[1], count) for key, count in counted.items() if count > 1)


def _moved(changes: Iterable[Change], what: Callable[[Counted], object]) -> tuple[Change, ...]:
    return tuple(one for one in changes if one.before and one.after and what(one.before) != what(one.after))


def _by(rows: Iterable[Counted], names: Callable[[Counted], Iterable[str]]) -> tuple[Tally, ...]:
    groups: dict[str, list[Counted]] = {}
    for one in rows:
        for name in names(one):
            groups.setdefault(name, []).append(one)
    return tuple(_tally(name, groups[name]) for name in sorted(groups))


def _tally(name: str, rows: Sequence[Counted]) -> Tally:
    counted = Counter(one.word for one in rows)
    return Tally(
        name, len(rows), {word: counted[word] for word in WORDS}, sum(1 for one in rows if one.overdue)
    )
