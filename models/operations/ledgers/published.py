"""
Published batches 已公布的督察批次: what the county's plan says about them, as read-only ledgers without items.

The plan gives counts and outcomes, no single problem; so there is nothing to enter, and nothing is invented.
Source: 《北塔区“十四五”生态环境保护规划》 (``models/reference/published_batches.csv``).
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final

from models.domain.rectification.drafts import LedgerDraft
from models.domain.rectification.words import LEVEL_OF, Origin
from models.operations.act import Act
from models.operations.ledgers import ledgers
from models.operations.once import Key, once

COUNTY: Final = "430511"
"""北塔区: whose plan it is."""

SHIPPED: Final = files("models.reference") / "published_batches.csv"
DOCUMENT: Final = "《北塔区“十四五”生态环境保护规划》"
_ORIGINS: Final = {"中央": Origin.CENTRAL, "省": Origin.PROVINCIAL}
_SPOKEN: Final = {Origin.CENTRAL: "中央", Origin.PROVINCIAL: "省级"}


def seed(act: Act) -> None:
    """Make the ledgers of the shipped batches that are not there yet; ``act.law`` knows the divisions."""
    division = act.law.divisions.get(COUNTY)
    if division is None or division.successor is not None:
        return
    for draft in shipped():
        _make_once(act, draft)


@cache
def shipped() -> tuple[LedgerDraft, ...]:
    """The batches as shipped, in the order of the plan."""
    lines = (line for line in SHIPPED.read_text("utf-8").splitlines() if not line.startswith("#"))
    return tuple(_draft(line) for line in csv.DictReader(lines))


def _make_once(act: Act, draft: LedgerDraft) -> None:
    key = Key(draft.title, keep="id")
    once(act, key, "ledgers.published", {"title": draft.title}, lambda: ledgers.make(act, draft, None))


def _draft(line: dict[str, str]) -> LedgerDraft:
    origin = _ORIGINS[line["level"]]
    return LedgerDraft(
        title=f"{line['year']}年{_SPOKEN[origin]}{line['round']}{line['source_kind']}",
        origin=origin,
        level=LEVEL_OF[origin],
        year=int(line["year"]),
        division=COUNTY,
        batch=f"{line['round']} {line['source_kind']}",
        document=DOCUMENT,
        read_only=True,
        published_count=int(line["problems"]),
        outcome=line["outcome"],
    )
