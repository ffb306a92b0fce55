"""
``verify`` 审计链核验: recompute every hash of the journal, compare with what was signed, and name what was done to it.

What it cannot see: rows that somebody with the database appended with right hashes *and* a right head, before
anything after them was signed; and a ``heads.log`` cut or replaced as a whole, unless lines of it were published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from models.domain.words.text import canonical
from models.operations.chains import rows_sql, signed, suspects
from models.operations.chains.findings import TITLES, Finding, Findings, Kind
from models.operations.chains.rows_sql import Bounds
from models.operations.chains.signed import Signed
from models.operations.chains.steps import Steps
from models.operations.chains.walking import Evidence, Walk
from models.vault import Vault

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""

EVERY_ROWS: Final = 5_000
_WANTED: Final = frozenset({"at", "by", "verb", "on"})
_ALLOWED: Final = _WANTED | {"fields", "digest", "reason", "request"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found; ``more`` findings were counted but not kept."""

    findings: tuple[Finding, ...]
    more: int
    rows: int
    chains: int
    heads: Mapping[str, tuple[int, str]]
    signings: int
    unsigned: int
    remarks: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def exit_status(self) -> int:
        return 0 if self.ok else 1


def verify(
    db: Connection,
    *,
    public_keys: Mapping[str, bytes],
    heads_log: Path,
    on_progress: Progress | None = None,
    published: Sequence[str] = (),
    vault: Vault | None = None,
) -> Report:
    """
    The whole journal; writers may go on meanwhile, memory does not grow with the rows.

    Args:
        db: best a connection outside a transaction (``engines.open_reader``).
        public_keys: Ed25519 public keys (32 bytes) by signing kid.
        published: daily anchors as they were published, to compare the log with.
        vault: given, the steps of cases are compared with their journal rows too.
    """
    findings, evidence = Findings(), Evidence()
    # The order matters while others write: first what was signed, then the steps, then the rows.
    log = signed.read(heads_log, public_keys, findings, published)
    steps = Steps(db, vault, findings) if vault is not None else None
    bounds = {chain: rows_sql.bounds(db, chain) for chain in sorted({*rows_sql.chains(db), *log.marks})}
    counter = _Counter(sum(one.rows for one in bounds.values()), on_progress)
    for rowid, chain in rows_sql.odd_cells(db):
        findings.add(Kind.EDIT, chain.decode("utf-8", "replace"), 0, f"内部行号{rowid}有一列的类型被改")
    for chain, bound in bounds.items():
        walk = Walk(chain, bound, log.marks.get(chain, {}), evidence, findings)
        _walk(db, walk, steps, counter)
    suspects.name_all(evidence, findings)
    if steps is not None:
        steps.end()
    _unsigned_journal(log, counter.done, findings)
    return _report(bounds, log, evidence, findings, counter.done)


def render(report: Report) -> list[str]:
    """The report as Chinese lines for a terminal."""
    lines = [f"{TITLES[one.kind]} · {_place(one)}：{one.message}" for one in report.findings]
    if report.more:
        lines.append(f"另有{report.more}处问题未逐条列出")
    lines.extend(f"说明：{remark}" for remark in report.remarks)
    lines.extend(f"链{chain}：{seq}行，链头 {digest}" for chain, (seq, digest) in report.heads.items())
    seen = f"共核验{report.chains}条链、{report.rows}行、{report.signings}次签名"
    if report.unsigned:
        seen += f"；最后{report.unsigned}行尚未签名"
    total = len(report.findings) + report.more
    lines.append(
        f"{seen}。" + ("审计链完好。" if report.ok else f"发现{total}处问题，请保护现场并报告审计管理员。")
    )
    return lines


class _Counter:
    """Rows done, told now and then."""

    def __init__(self, total: int, tell: Progress | None) -> None:
        self.total, self.done, self._tell = total, 0, tell

    def one_more(self) -> None:
        self.done += 1
        if self._tell is not None and (self.done % EVERY_ROWS == 0 or self.done == self.total):
            self._tell(self.done, self.total)


def _walk(db: Connection, walk: Walk, steps: Steps | None, counter: _Counter) -> None:
    last = max(walk.bounds.last, walk.bounds.seq or 0)
    for row in rows_sql.rows(db, walk.chain, last):
        if walk.take(row):
            body = _body(row.payload)
            if body is None:
                said = f"第{row.seq}行的内容不是系统写出的格式（规范 JSON）"
                walk.findings.add(Kind.PAYLOAD, walk.name, row.seq, said)
            elif steps is not None:
                steps.take(walk.name, row.seq, body)
        counter.one_more()
    walk.end()


def _body(payload: bytes) -> dict[str, Any] | None:
    """The payload, if it is exactly what ``journal.payload_of`` writes."""
    try:
        body = loads(payload)
        if not isinstance(body, dict) or canonical(body) != payload:
            return None
    except (ValueError, RecursionError):
        return None
    return body if body.keys() >= _WANTED and body.keys() <= _ALLOWED else None


def _unsigned_journal(log: Signed, rows: int, findings: Findings) -> None:
    if rows and not log.lines:
        said = "没有签名记录（heads.log）：无法证明审计链没有被整体重算；若刚建库，请先启动一次系统"
        findings.add(Kind.LOG, signed.HEADS_LOG, 0, said)


def _report(
    bounds: Mapping[bytes, Bounds], log: Signed, evidence: Evidence, findings: Findings, rows: int
) -> Report:
    heads = {
        chain.decode("utf-8", "replace"): (bound.seq, bound.hash.hex())
        for chain, bound in bounds.items()
        if bound.seq is not None
    }
    return Report(
        findings=tuple(findings.kept),
        more=findings.more,
        rows=rows,
        chains=len(bounds),
        heads=heads,
        signings=log.lines,
        unsigned=evidence.unsigned,
        remarks=tuple(log.remarks),
    )


def _place(one: Finding) -> str:
    if one.chain == signed.HEADS_LOG:
        return "签名记录"
    return f"{one.chain}链" if one.chain else "全部"
