"""What ``heads.log`` proves: which hash the row of a chain had when it was signed; and what is wrong with the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from models.files import heads_log
from models.files.heads_log import Broken, Line
from models.operations.chains.findings import Findings, Kind
from models.tables.base import CN
from models.vault import verify as is_signed

HEADS_LOG = "heads.log"


@dataclass(frozen=True, slots=True)
class Mark:
    """The hash a row had when its chain's head was signed."""

    hash: bytes
    at: datetime

    @property
    def when(self) -> str:
        return f"{self.at.astimezone(CN):%Y-%m-%d %H:%M}"


Marks = dict[int, Mark]


@dataclass(slots=True)
class Signed:
    """The marks by chain; grows with the signings, not with the rows."""

    keys: Mapping[str, bytes]
    findings: Findings
    marks: dict[bytes, Marks] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    lines: int = 0
    _prev: str = heads_log.FIRST_PREV
    _broken: list[Broken] = field(default_factory=list)

    def take(self, line: Line | Broken) -> None:
        """The next line of the log."""
        if isinstance(line, Broken):
            self._broken.append(line)
            return
        self._settle_broken(line.torn)
        self.lines += 1
        if line.prev != self._prev:
            self._wrong(line.no, f"第{line.no}条与前一条不衔接：有签名记录被删除、插入、对调或改动")
        self._prev = line.digest
        if self.trusts(line, f"第{line.no}条"):
            self._mark(line)

    def trusts(self, line: Line, name: str) -> bool:
        """Whether the signature is good; says so if not."""
        key = self.keys.get(line.kid)
        if key is None:
            self._wrong(line.no, f"{name}签名所用的密钥不是本系统的（编号{line.kid[:16]}）")
            return False
        if not is_signed(key, line.signature, line.signed):
            self._wrong(line.no, f"{name}的签名不符：内容被改过，或不是本系统签的")
            return False
        return True

    def end(self) -> None:
        """No more lines; a line that a crash cut short at the very end is no attack."""
        if self._broken and self._broken[-1].last:
            self.remarks.append(
                f"签名记录最后一条（第{self._broken.pop().no}条）没有写完，下次签名时自动续上"
            )
        self._settle_broken(())

    def _settle_broken(self, answered_for: Sequence[str]) -> None:
        for one in self._broken:
            if one.digest in answered_for:
                self.remarks.append(f"签名记录第{one.no}条没有写完（断电或被中止），后一条已说明")
            else:
                self._wrong(one.no, f"第{one.no}条无法读取：被改动过")
        self._broken.clear()

    def _mark(self, line: Line) -> None:
        for name, (seq, digest) in line.heads.items():
            known = self.marks.setdefault(name.encode(), {}).setdefault(seq, Mark(digest, line.at))
            if known.hash != digest:
                self._wrong(
                    line.no,
                    f"第{line.no}条与{known.when}的签名对{name}链第{seq}行记下不同的哈希："
                    "该链在两次签名之间被重算过",
                    kind=Kind.RECOMPUTED,
                )

    def add_published(self, texts: Sequence[str], seen: frozenset[str]) -> None:
        """Lines that were published: each must stand in the log as it was, and counts as a mark in any case."""
        for text in texts:
            line = heads_log.read_line(text.strip().encode())
            if isinstance(line, Broken) or not self.trusts(line, "公布的链头"):
                self.remarks.append("给出的公布链头有一条无法读取或签名不符，未用于核对")
                continue
            if line.digest not in seen:
                self._wrong(
                    0, f"{line.at.astimezone(CN):%Y-%m-%d %H:%M}公布过的链头不在签名记录中：记录被截短或换过"
                )
            self._mark(line)

    def _wrong(self, no: int, message: str, *, kind: Kind = Kind.LOG) -> None:
        self.findings.add(kind, "heads.log", no, message)


def read(path: Path, keys: Mapping[str, bytes], findings: Findings, published: Sequence[str] = ()) -> Signed:
    """The whole log, then what was published of it."""
    signed = Signed(keys, findings)
    wanted = {heads_log.digest_of(text.strip().encode()) for text in published}
    seen: set[str] = set()
    for line in heads_log.lines(path):
        signed.take(line)
        if isinstance(line, Line) and line.digest in wanted:
            seen.add(line.digest)
    signed.end()
    signed.add_published(published, frozenset(seen))
    return signed
