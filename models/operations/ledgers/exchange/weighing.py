"""Entries of a table against what is registered: new, unchanged, or different; and a new one as an item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from models.domain.drafts import Place
from models.domain.errors import Flaw
from models.domain.rectification.drafts import ItemDraft
from models.domain.rectification.sheets.entries import Entry
from models.domain.rectification.sheets.layouts import Field, Layout
from models.domain.timing.calendar import legal_day
from models.domain.words.text import normal
from models.operations import scope
from models.operations.act import Act
from models.operations.ledgers.exchange.registered import Cursor, Item, values_of
from models.tables.base import AnyRow

MOST_NEW: Final = 500
"""New items of one import: so many take 4 to 6 s of two busy cores, in which nobody else in the county can write."""

_OF_LEDGER: Final = (Field.ORIGIN, Field.BATCH)
_MOST_TITLE: Final = 60
_FIRST_SENTENCE: Final = re.compile(r"[。；;！!？?\n]")
_OTHERWISE: Final = "已登记的问题不从表格修改，请在系统里按步骤办理，或由整改办更正；确认无误可清空此格"


@dataclass(slots=True)
class Weighed:
    """What an import would do, and why it cannot."""

    fresh: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    different: int = 0
    flaws: list[Flaw] = field(default_factory=list)


def weigh(ledger: AnyRow, layout: Layout, entries: Sequence[Entry], known: Mapping[Cursor, Item]) -> Weighed:
    """Each entry against the item of the same number and round."""
    done = Weighed()
    ways_out = {column.field: column for column in layout.columns}
    for entry in entries:
        flaws = [*_of_ledger(entry, ledger)]
        item = known.get(entry.key)
        if item is None:
            flaws += _of_round(entry)
            done.fresh.append(entry)
        else:
            stored = values_of(item, ledger)
            changed = [one for one in entry.values if one not in _OF_LEDGER and not _same(entry, one, stored)]
            for one in changed:
                told = f"“{ways_out[one].heading}”与系统里登记的不同：{ways_out[one].way_out or _OTHERWISE}"
                flaws.append(Flaw(entry.cells[one], "different", told))
            done.different += bool(changed)
            done.unchanged += not changed
        done.flaws += flaws
    return done


def outside(act: Act, ledger: AnyRow, fresh: Sequence[Entry]) -> list[Flaw]:
    """What is wrong with new entries for this actor today: too many, places out of his area, days to come."""
    today = legal_day(act.now)
    flaws: list[Flaw] = []
    if len(fresh) > MOST_NEW:
        told = f"一次最多登记 {MOST_NEW} 个新问题，请从这一行起另存为一个表，分次导入"
        flaws.append(Flaw(fresh[MOST_NEW].cells[Field.PROBLEM_NO], "too_many_new", told))
    for entry in fresh:
        division = entry.values.get(Field.DIVISION, ledger.division_code)
        where = entry.cells.get(Field.DIVISION, entry.cells[Field.PROBLEM_NO])
        if not scope.within(act.actor, division):
            flaws.append(Flaw(where, "outside", "“行政区划”不在您的辖区内"))
        elif act.law.divisions[division].successor is not None:
            flaws.append(Flaw(where, "ended_division", "“行政区划”已撤并，请改为现在的区划"))
        if entry.values[Field.LISTED_ON] > today:
            flaws.append(Flaw(entry.cells[Field.LISTED_ON], "in_future", "“交办日期”不能晚于今天"))
        due = entry.values.get(Field.DUE_ON)
        if due is not None and due < entry.values[Field.LISTED_ON]:
            flaws.append(Flaw(entry.cells[Field.DUE_ON], "before_listed", "“整改时限”早于“交办日期”"))
    return flaws


def draft_of(entry: Entry, ledger: AnyRow, item_id: UUID) -> ItemDraft:
    """A new entry as the item it becomes; without a title the first sentence stands for it."""
    said = entry.values
    position = (said.get(one) for one in (Field.LON, Field.LAT, Field.DATUM))
    place = Place(said.get(Field.DIVISION, ledger.division_code), said[Field.PLACE], *position)
    return ItemDraft(
        id=item_id,
        ledger_id=ledger.id,
        problem_no=said[Field.PROBLEM_NO],
        title=said.get(Field.TITLE) or title_of(said[Field.TEXT]),
        text=said[Field.TEXT],
        categories=said.get(Field.CATEGORIES, ()),
        place=place,
        listed_on=said[Field.LISTED_ON],
        responsible=said[Field.RESPONSIBLE],
        lead=said.get(Field.LEAD),
        joint=said.get(Field.JOINT, ()),
        problem_type=said.get(Field.PROBLEM_TYPE),
        stage=said.get(Field.STAGE),
        goal=said.get(Field.GOAL),
        measures=said.get(Field.MEASURES),
        checklist=said.get(Field.CHECKLIST, ()),
        due_on=said.get(Field.DUE_ON),
        responsible_person=said.get(Field.RESPONSIBLE_PERSON),
        contact_leader=said.get(Field.CONTACT_LEADER),
        level=said.get(Field.LEVEL),
    )


def title_of(text: str) -> str:
    """The first sentence of a description, shortened."""
    first = _FIRST_SENTENCE.split(text, maxsplit=1)[0].strip() or text.strip()
    return first if len(first) <= _MOST_TITLE else first[: _MOST_TITLE - 1] + "…"


def _of_ledger(entry: Entry, ledger: AnyRow) -> list[Flaw]:
    """Origin and batch belong to the ledger: another one in the table means that it is another ledger's."""
    flaws = []
    for one, name, official in (
        (Field.ORIGIN, "问题来源", ledger.origin.value),
        (Field.BATCH, "轮次批次", ledger.batch or ""),
    ):
        if one in entry.values and not _short_for(entry.values[one], official):
            told = f"“{name}”与本清单的不同；请核对是否选错了清单或表格，或清空此格"
            flaws.append(Flaw(entry.cells[one], "other_ledger", told))
    return flaws


def _of_round(entry: Entry) -> list[Flaw]:
    if entry.key[1] == 1:
        return []
    told = "系统里没有这一轮；新一轮整改在上一轮反弹时由系统立项，不从表格导入"
    return [Flaw(entry.cells[Field.ROUND], "unknown_round", told)]


def _short_for(said: str, official: str) -> bool:
    """中央督察 stands for 中央生态环境保护督察: the same signs in the same order."""
    signs = iter(normal(official))
    return all(sign in signs for sign in normal(said) if not sign.isspace())


def _same(entry: Entry, one: Field, stored: Mapping[Field, Any]) -> bool:
    said, there = entry.values[one], stored[one]
    if one is Field.CHECKLIST:
        lines = (line.strip() for text in there or () for line in text.split("\n"))
        return tuple(line for line in lines if line) == tuple(said)
    if isinstance(said, tuple):
        return set(said) == set(there or ())
    if isinstance(said, str) and isinstance(there, str):
        return said.strip() == there.replace("\r\n", "\n").strip()
    return bool(said == there)
