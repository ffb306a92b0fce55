"""Naming what was kept aside: two rows exchanged, a row of another chain or place, or simply changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Final

from models.operations.chains.findings import Findings, Kind
from models.operations.chains.walking import Evidence, Gap, Suspect, hash_of

MOST_NUMBERS: Final = 10_000
"""Missing numbers that are tried for each suspect."""


def name_all(evidence: Evidence, findings: Findings) -> None:
    """Turn suspects and gaps into findings."""
    left = _name_swaps(evidence.suspects, findings)
    for suspect in left:
        chain, seq = _text(suspect.chain), suspect.row.seq
        home = _home_of(suspect, evidence.gaps)
        if home is not None:
            gap, number = home
            gap.found.add(number)
            said = f"第{seq}行是从{_text(gap.chain)}链第{number}行移来的"
            findings.add(Kind.MOVED, chain, seq, said)
        elif suspect.beyond:
            findings.add(Kind.INSERT, chain, seq, f"第{seq}行是插入的：在链头之后，且与其哈希不符")
        else:
            findings.add(Kind.EDIT, chain, seq, f"第{seq}行的{_changed(suspect)}被改，与其余部分不符")
    for gap in evidence.gaps:
        if len(gap.found) <= gap.last - gap.first:
            findings.add(gap.kind, _text(gap.chain), gap.first, gap.message)


def _name_swaps(suspects: list[Suspect], findings: Findings) -> list[Suspect]:
    """Names pairs that stand in each other's place; gives the others."""
    done: set[int] = set()
    for (i, one), (j, other) in combinations(enumerate(suspects), 2):
        if i in done or j in done or not (_made_for(one, other) and _made_for(other, one)):
            continue
        done |= {i, j}
        seq, far = one.row.seq, other.row.seq
        if one.chain == other.chain:
            findings.add(Kind.SWAP, _text(one.chain), seq, f"第{seq}行与第{far}行被对调")
        else:
            said = f"第{seq}行与{_text(other.chain)}链第{far}行被跨链对调"
            findings.add(Kind.MOVED, _text(one.chain), seq, said)
    return [suspect for i, suspect in enumerate(suspects) if i not in done]


def _made_for(one: Suspect, place: Suspect) -> bool:
    """Whether the content of one row was hashed for the place of the other."""
    x, y = one.row, place.row
    hashes = {x.hash, y.hash}
    return any(hash_of(prev, place.chain, y.seq, x.payload) in hashes for prev in (x.prev, y.prev))


def _home_of(suspect: Suspect, gaps: list[Gap]) -> tuple[Gap, int] | None:
    """The missing row that this one is."""
    row = suspect.row
    for gap, number in islice(_numbers(gaps, row.seq), MOST_NUMBERS):
        if hash_of(row.prev, gap.chain, number, row.payload) == row.hash:
            return gap, number
    return None


def _numbers(gaps: list[Gap], likely: int) -> Iterator[tuple[Gap, int]]:
    """Missing numbers, the one a row kept first."""
    yield from ((gap, likely) for gap in gaps if gap.first <= likely <= gap.last)
    yield from ((gap, number) for gap in gaps for number in range(gap.first, gap.last + 1))


def _changed(suspect: Suspect) -> str:
    """Which column was changed, as far as the neighbours tell."""
    row = suspect.row
    if hash_of(row.prev, suspect.chain, row.seq, row.payload) == suspect.after:
        return "哈希"
    if hash_of(suspect.before, suspect.chain, row.seq, row.payload) == row.hash:
        return "前一哈希"
    return "内容"


def _text(chain: bytes) -> str:
    return chain.decode("utf-8", "replace")
