"""
Anchors 锚: the heads of all chains, signed with a key outside the database, into ``heads.log``; one a day to publish.

Call these outside a write transaction: signing waits for the disk.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from models.domain.errors import NotFound
from models.files import heads_log
from models.files.heads_log import Heads, Line
from models.operations.act import Act
from models.operations.chains.signed import HEADS_LOG
from models.tables.base import CN
from models.tables.journal import journal_heads as H
from models.vault import Vault

EVERY: Final = timedelta(minutes=10)
EVERY_ROWS: Final = 1_000
_HEADS: Final = select(H.c.chain, H.c.seq, H.c.hash).order_by(H.c.chain)


def path_in(data_dir: Path) -> Path:
    """Where the log of an instance lies."""
    return data_dir / HEADS_LOG


def heads_of(db: Connection) -> Heads:
    """The head of every chain."""
    return {row.chain: (row.seq, bytes(row.hash)) for row in db.execute(_HEADS)}


def sign_heads(db: Connection, vault: Vault, log: Path, now: datetime) -> Line:
    """Sign the heads as they are and add the line to the log; it is on the disk when this returns."""
    # Read before the log is locked: nobody may hold the log and wait for the database.
    return _sign(heads_of(db), vault, log, now)


def sign_if_due(db: Connection, vault: Vault, log: Path, now: datetime, *, force: bool = False) -> bool:
    """
    Sign when the last line is ten minutes or a thousand rows old and there is something new; tells whether.

    ``force``: at a start, sign in any case.
    """
    last = heads_log.last(log)
    heads = heads_of(db)
    if not (force or _due(last, heads, now)):
        return False
    _sign(heads, vault, log, now)
    return True


def daily_anchor(log: Path, day: date) -> Line | None:
    """The last line of a day in Shanghai: what is published for it."""
    begin = datetime.combine(day, time(), CN)
    line = heads_log.last_before(log, begin + timedelta(days=1))
    return line if line is not None and line.at >= begin else None


def published(act: Act, log: Path, day: date) -> Line:
    """
    The anchor of a day, for whoever may see the journal.

    Raises:
        NotFound: nothing was signed that day.
    """
    del act  # looked up only so that none but the audit may ask
    line = daily_anchor(log, day)
    if line is None:
        raise NotFound(
            f"{day.isoformat()}没有链头签名：系统当天没有运行，或签名记录不完整，请运行 huanxun verify 核验"
        )
    return line


def _sign(heads: Heads, vault: Vault, log: Path, now: datetime) -> Line:
    return heads_log.append(log, at=now, kid=vault.signing_kid, heads=heads, sign=vault.sign)


def _due(last: Line | None, heads: Heads, now: datetime) -> bool:
    if last is None:
        return True
    if dict(last.heads) == dict(heads):
        return False
    # A clock that was set back must not stop the signing until it has caught up.
    late = not timedelta() <= now - last.at < EVERY
    return late or _rows(heads) - _rows(last.heads) >= EVERY_ROWS


def _rows(heads: Heads) -> int:
    return sum(seq for seq, _ in heads.values())
