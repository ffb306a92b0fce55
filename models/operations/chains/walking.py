"""
One pass over a chain, row by row: what fits its hash, what follows what, what was signed, where the head stands.

What cannot be named by looking at one row and its neighbours (a swap, a row of another chain) is kept as a
suspect and named afterwards (``suspects.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from models.operations.chains.findings import Findings, Kind, span
from models.operations.chains.rows_sql import Bounds, Row
from models.operations.chains.signed import Mark, Marks

ZERO: Final = bytes(32)
FARTHEST: Final = 16
"""How many inserted or deleted rows are still recognised by the numbers behind them."""
MOST_SUSPECTS: Final = 300


def hash_of(prev: bytes, chain: bytes, seq: int, payload: bytes) -> bytes:
    """``engines.chain_hash`` over bytes as stored."""
    return sha256(b"%b%b:%d:%b" % (prev, chain, seq, payload)).digest()


@dataclass(slots=True)
class Suspect:
    """A row that does not fit its hash, with the hashes its neighbours remember."""

    chain: bytes
    row: Row
    before: bytes
    after: bytes | None
    beyond: bool


@dataclass(slots=True)
class Gap:
    """Numbers without rows."""

    kind: Kind
    chain: bytes
    first: int
    last: int
    message: str
    found: set[int] = field(default_factory=set)  # numbers that turned up elsewhere


@dataclass(slots=True)
class Evidence:
    """What is still to be named when all chains were walked."""

    suspects: list[Suspect] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unsigned: int = 0


class Walk:
    """The pass over one chain; ``take`` each row in order, then ``end``."""

    def __init__(
        self, chain: bytes, bounds: Bounds, marks: Marks, evidence: Evidence, findings: Findings
    ) -> None:
        self.chain = chain
        self.name = chain.decode("utf-8", "replace")
        self.bounds = bounds
        self.marks = marks
        self.evidence = evidence
        self.findings = findings
        self.last = Row(0, ZERO, ZERO, b"")
        self.good_mark = 0
        self._last_fits = True
        self._suspect: Suspect | None = None  # the row before, if it is one
        self._offset = 0
        self._run = 0
        self._clean = True  # nothing found since the last good mark
        self._mismatch: tuple[int, Mark] | None = None
        self._at_head: bytes | None = None
        self._beyond: list[int] = []  # first and last fitting row past the head

    def take(self, row: Row) -> bool:
        """The next row; whether it fits its hash (only then its payload is worth reading)."""
        if row.seq < 1:
            self._add(Kind.INSERT, row.seq, f"第{row.seq}行的编号无效，不是系统写入的")
            return False
        fits = hash_of(row.prev, self.chain, row.seq, row.payload) == row.hash
        self._link(row, fits=fits)
        if self._suspect is not None:
            self._suspect.after, self._suspect = row.prev, None
        if fits:
            self._offset = self._run = 0
            self._past_head(row)
        else:
            self._clean = False
            self._unfit(row)
        self._check_mark(row)
        if row.seq == self.bounds.seq:
            self._at_head = row.hash
        self.last, self._last_fits = row, fits
        return fits

    def _link(self, row: Row, *, fits: bool) -> None:
        if row.seq > self.last.seq + 1:
            self._clean = False
            self._gap(Kind.DELETE, self.last.seq + 1, row.seq - 1, "被删除：编号中断")
        elif row.prev != self.last.hash:
            self._clean, self._mismatch = False, None
            if fits and self._last_fits:
                seq = self.last.seq
                self._add(Kind.EDIT, seq, f"第{seq}行连同哈希被整行改写：第{row.seq}行记着它原来的哈希")

    def _past_head(self, row: Row) -> None:
        if self.bounds.seq is not None and row.seq > self.bounds.seq:
            self._beyond = [self._beyond[0] if self._beyond else row.seq, row.seq]

    def _unfit(self, row: Row) -> None:
        offset = self._offset_of(row)
        if offset and offset == self._offset:
            self._run += 1
            if self._run == 2:
                self._renumbered(row.seq - 1, offset)
            return
        self._offset, self._run = offset, 1
        beyond = self.bounds.seq is not None and row.seq > self.bounds.seq
        suspect = Suspect(self.chain, row, self.last.hash, None, beyond)
        if len(self.evidence.suspects) < MOST_SUSPECTS:
            self.evidence.suspects.append(suspect)
            self._suspect = suspect
        else:
            self._add(Kind.EDIT, row.seq, f"第{row.seq}行的内容与其哈希不符")

    def _offset_of(self, row: Row) -> int:
        """For which number the row was made, less the one it has; 0 if for none near."""
        near = (sign * far for far in range(1, FARTHEST + 1) for sign in (-1, 1))
        for offset in (self._offset, *near):
            if offset and hash_of(row.prev, self.chain, row.seq + offset, row.payload) == row.hash:
                return offset
        return 0

    def _renumbered(self, first: int, offset: int) -> None:
        """Rows from ``first`` on were made for other numbers: some were put in, or taken out, before them."""
        count = abs(offset)
        covered = range(first - count, first + 1) if offset < 0 else range(first, first + 1)
        self.evidence.suspects[:] = [
            one for one in self.evidence.suspects if one.chain != self.chain or one.row.seq not in covered
        ]
        if offset < 0:
            said = f"{span(first - count, first - 1)}是插入的：之后各行的编号被后移{count}"
            self._add(Kind.INSERT, first - count, said)
        else:
            said = f"第{first}行之前被删除{count}行：之后各行的编号被前移"
            self._add(Kind.DELETE, first, said)

    def _check_mark(self, row: Row) -> None:
        mark = self.marks.get(row.seq)
        if mark is None:
            return
        if mark.hash == row.hash:
            self.good_mark, self._clean = row.seq, True
        elif self._clean and self._mismatch is None:
            self._mismatch = (row.seq, mark)

    # — the end of the chain —

    def end(self) -> None:
        """All rows were seen: compare with the head row and the last signed head."""
        if self._suspect is not None:
            self._suspect.after = self.bounds.hash
        head, last, top = self.bounds.seq, self.last.seq, max(self.marks, default=0)
        if head is None:
            self._headless()
        elif not self._renumbered_to_the_end():
            if last < head:
                self._behind(head, top)
            elif last > head:
                self._ahead(head)
            else:
                self._level(head)
        if top > max(last, head or 0) and self.marks[top].hash != self.last.hash:
            when = self.marks[top].when
            self._gap(Kind.CUT, max(last, head or 0) + 1, top, f"不见了：{when}的签名证明写到过第{top}行")
        if self._mismatch is not None:
            seq, mark = self._mismatch
            said = f"第{seq}行与{mark.when}签名的哈希不同：{span(self.good_mark + 1, seq)}中有改动，之后的哈希都被重算"
            self._add(Kind.RECOMPUTED, seq, said)
        self.evidence.unsigned += max(last - max(top, self.good_mark), 0)

    def _headless(self) -> None:
        if not self.last.seq:
            return
        self._add(Kind.HEAD, self.last.seq, "链头行不见了")
        if not self.marks:  # not a chain of ours: nothing is missing in it
            self.evidence.gaps[:] = [gap for gap in self.evidence.gaps if gap.chain != self.chain]

    def _renumbered_to_the_end(self) -> bool:
        """Whether the last row is the one the head knows, under another number."""
        if self._last_fits or not self._offset or self.bounds.hash != self.last.hash:
            return False
        if self._run == 1:
            self._renumbered(self.last.seq, self._offset)
        return True

    def _behind(self, head: int, top: int) -> None:
        last = self.last.seq
        if self.bounds.hash == self.last.hash and top <= last:
            self._add(Kind.HEAD, head, f"链头的编号被改为{head}，而最后一行是第{last}行")
        else:
            self._gap(Kind.CUT, last + 1, head, "被截去：链头记着它们")

    def _ahead(self, head: int) -> None:
        last = self.last.seq
        if self.bounds.hash == self.last.hash or self.good_mark > head:
            self._add(Kind.HEAD, head, f"链头被改回第{head}行，而最后一行是第{last}行")
            return
        if self._beyond:
            first, final = self._beyond
            self._add(Kind.INSERT, first, f"{span(first, final)}是插入的：链头停在第{head}行")
        if self._at_head not in (None, self.bounds.hash):
            self._add(Kind.HEAD, head, f"链头的哈希与第{head}行不符")

    def _level(self, head: int) -> None:
        last = self.last
        if self.bounds.hash == last.hash:
            if self.bounds.prev != last.prev and self._last_fits:
                self._add(Kind.HEAD, head, "链头所记的前一哈希被改")
            return
        mark = self.marks.get(last.seq)
        if not self._last_fits:
            return  # the row itself is a suspect: what became of it explains the head
        if mark is not None and mark.hash == self.bounds.hash:
            self._mismatch = None
            self._add(Kind.EDIT, last.seq, f"第{last.seq}行连同哈希被整行改写：链头和签名记着它原来的哈希")
        else:
            self._add(Kind.HEAD, head, f"链头的哈希与最后一行（第{head}行）不符：链头或该行被改")

    def _gap(self, kind: Kind, first: int, last: int, message: str) -> None:
        gap = Gap(kind, self.chain, first, last, f"{span(first, last)}{message}")
        if len(self.evidence.gaps) < MOST_SUSPECTS:
            self.evidence.gaps.append(gap)
        else:
            self._add(kind, first, gap.message)

    def _add(self, kind: Kind, seq: int, message: str) -> None:
        self.findings.add(kind, self.name, seq, message)
