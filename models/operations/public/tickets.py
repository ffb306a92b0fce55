"""
Tickets 提交凭证: one solved challenge opens one, for one complaint and a few photos within two hours.

The row is the only thing that makes a solved challenge worth something once and not again: the proof itself
verifies as often as it is shown. Like idempotency keys, tickets are bookkeeping and no deed of anybody, so they
are not journalled; what they admit is.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from models.db.engines import insert_unless_there
from models.domain.errors import BadTicket, OtherContent, TicketOver, TooLarge
from models.domain.public.limits import MOST_BYTES, MOST_FILES, TICKET_LIFE, opens_until
from models.operations.act import Act
from models.tables.base import AnyRow, Instant
from models.tables.public import tickets as T

_SPENT: Final = "这个提交凭证已经用于另一件举报；要再提交一件，请重新获取验证，并换一个新的幂等键"
_MARK = bindparam("b_mark", type_=T.c.mark.type)
_FIND: Final = select(T).where(T.c.mark == _MARK)
_SPEND: Final = (
    update(T)
    .where(T.c.mark == _MARK, T.c.complaint_id.is_(None))
    .values(complaint_id=bindparam("b_complaint", type_=T.c.complaint_id.type))
)
_ADMIT: Final = (
    update(T)
    .where(
        T.c.mark == _MARK,
        T.c.expires_at > bindparam("b_now", type_=Instant()),
        T.c.files < MOST_FILES,
        T.c.bytes <= MOST_BYTES - bindparam("b_size", type_=T.c.bytes.type),
    )
    .values(files=T.c.files + 1, bytes=T.c.bytes + bindparam("b_size", type_=T.c.bytes.type))
)


def take(act: Act, mark: bytes) -> AnyRow:
    """
    The ticket of a solved challenge; the first to show it opens it.

    Args:
        mark: 16 bytes, see ``models.domain.public.limits.mark_with``.

    Raises:
        BadTicket: the challenge was solved too long ago and never used.
        TicketOver: opened, and over.
    """
    row = act.db.execute(_FIND, {"b_mark": mark}).one_or_none()
    if row is None:
        if opens_until(mark) < act.now.timestamp():
            raise BadTicket()
        opened = {"mark": mark, "opened_at": act.now, "expires_at": act.now + TICKET_LIFE}
        act.db.execute(insert_unless_there(act.db.dialect.name, T), {**opened, "files": 0, "bytes": 0})
        row = act.db.execute(_FIND, {"b_mark": mark}).one()
    if row.expires_at <= act.now:
        raise TicketOver()
    return row


def take_unspent(act: Act, mark: bytes) -> None:
    """
    The same for a complaint of its own, before any work for it: whoever shows a spent ticket again costs little.

    Raises:
        BadTicket, TicketOver: see ``take``.
        OtherContent: it was spent already.
    """
    if take(act, mark).complaint_id is not None:
        raise OtherContent(_SPENT)


def spend(act: Act, mark: bytes, complaint_id: UUID) -> None:
    """
    Spend a ticket on its one complaint; on the same one again, nothing happens.

    Raises:
        OtherContent: it was spent on another one.
        TicketOver: there is no such ticket any more.
    """
    if act.db.execute(_SPEND, {"b_mark": mark, "b_complaint": complaint_id}).rowcount:
        return
    row = act.db.execute(_FIND, {"b_mark": mark}).one_or_none()
    if row is None:
        raise TicketOver()
    if row.complaint_id != complaint_id:
        raise OtherContent(_SPENT)


def admit_file(act: Act, mark: bytes, size: int) -> None:
    """
    Count one file of so many bytes against the ticket, all or nothing.

    Raises:
        TooLarge: more than nine files, or more than 60 MB in all; says what is left.
        TicketOver: not opened, or over.
    """
    values = {"b_mark": mark, "b_size": size, "b_now": act.now}
    if act.db.execute(_ADMIT, values).rowcount:
        return
    row = act.db.execute(_FIND, {"b_mark": mark}).one_or_none()
    if row is None or row.expires_at <= act.now:
        raise TicketOver()
    if row.files >= MOST_FILES:
        raise TooLarge(f"一次举报最多传{MOST_FILES}个文件，已经收到{row.files}个；文字和已收到的照片不受影响")
    left = (MOST_BYTES - row.bytes) / 1_000_000
    raise TooLarge(
        f"一次举报的文件合计不超过{MOST_BYTES // 1_000_000} MB，还可以传{left:.1f} MB；请压缩后再传，文字和已收到的照片不受影响"
    )
