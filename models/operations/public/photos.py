"""
Photos from the public 公众照片: received under a ticket, sealed; attached to the complaint the ticket is spent on.

The files are durable before the row that names them; a file without a row harms nobody and is swept.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select, update

from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.domain.public.limits import MOST_BYTES, MOST_FILES
from models.operations.act import Act
from models.operations.public import tickets
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.complaints import complaints
from models.tables.public import evidence as T
from models.tables.public import tickets as ticket_table

_CLOSED: Final = "这件举报已撤回或已删除，不能再添加照片；如还要反映，请重新提交一件"
_MARK = bindparam("b_mark", type_=T.c.ticket_mark.type)
_LOCK: Final = select(ticket_table).where(ticket_table.c.mark == _MARK).with_for_update()
_SAME: Final = select(T.c.id).where(
    T.c.ticket_mark == _MARK, T.c.sha256 == bindparam("b_sha256", type_=T.c.sha256.type)
)
_OF: Final = (
    select(T.c.id, T.c.received_at, T.c.sha256, T.c.size, T.c.media_type, T.c.width, T.c.height)
    .where(T.c.complaint_id == bindparam("b_complaint", type_=T.c.complaint_id.type))
    .order_by(T.c.received_at, T.c.id)
)


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """
    A photo whose files are durable: of the original its digests (32 bytes each), size and sniffed type.

    ``sealed_key``: its data key, wrapped, bound to ``key_place``. ``width`` x ``height``: pixels of the copy.
    """

    id: UUID
    sha256: bytes
    sm3: bytes
    size: int
    media_type: str
    sealed_key: bytes
    copy_sha256: bytes
    copy_size: int
    width: int
    height: int


def key_place(evidence_id: UUID) -> str:
    """What the wrapped data key of a photo is bound to."""
    return f"evidence:{evidence_id}:key"


def original_place(evidence_id: UUID) -> str:
    """What the sealed bytes of a photo are bound to."""
    return f"evidence:{evidence_id}:original"


def expect(act: Act, mark: bytes, size: int, sha256: bytes) -> UUID | None:
    """
    What to do with a photo that has arrived, before any work for it: the same one under this ticket, if known.

    Opens the ticket if this is the first thing it is shown for; counts nothing.

    Raises:
        BadTicket, TicketOver, TooLarge: see ``tickets``. Conflict: the complaint was withdrawn or erased.
    """
    tickets.take(act, mark)
    ticket = _lock(act, mark)
    known = _same(act, mark, sha256)
    if known is None:
        _open_complaint(act, ticket)
        if ticket.files >= MOST_FILES or ticket.bytes + size > MOST_BYTES:
            tickets.admit_file(act, mark, size)  # says what is left
    return known


def receive(act: Act, mark: bytes, photo: StoredPhoto) -> UUID:
    """
    Put down a photo under a ticket; on one already spent, it goes to its complaint at once.

    The same file again is the same evidence: a retry counts nothing.

    Raises:
        TicketOver, TooLarge: see ``tickets``. Conflict: the complaint was withdrawn or erased.
    """
    ticket = _lock(act, mark)  # two of the same file at once: one after the other
    known = _same(act, mark, photo.sha256)
    if known is not None:
        return known
    tickets.admit_file(act, mark, photo.size)
    division = _open_complaint(act, ticket)
    complaint_id = ticket.complaint_id
    values = {"complaint_id": complaint_id, "ticket_mark": mark, "received_at": act.now, "sealed": True}
    act.db.execute(insert(T), asdict(photo) | values)
    act.note(
        "evidence.receive",
        "evidence",
        photo.id,
        chain=chain_of(division) if division else "00",
        fields=("original", "copy"),
        content={"sha256": photo.sha256.hex(), "sm3": photo.sm3.hex(), "size": photo.size},
    )
    return photo.id


def attach(act: Act, mark: bytes, complaint_id: UUID) -> int:
    """Give all photos of a ticket to the complaint it was spent on; returns how many."""
    mine = T.c.ticket_mark == mark, T.c.complaint_id.is_(None)
    attached = act.db.execute(update(T).where(*mine).values(complaint_id=complaint_id)).rowcount
    if attached:
        division = act.db.execute(_division_of(complaint_id)).scalar_one()
        chain = chain_of(division)
        act.note("evidence.attach", "complaint", complaint_id, chain=chain, content={"files": attached})
    return attached


def of_complaint(act: Act, complaint_id: UUID) -> list[AnyRow]:
    """The photos of a complaint in the order they came: id, received_at, sha256, size, media_type, width, height."""
    return list(act.db.execute(_OF, {"b_complaint": complaint_id}).all())


def _lock(act: Act, mark: bytes) -> AnyRow:
    """The ticket, locked, or what ``tickets`` refuses about it."""
    row = act.db.execute(_LOCK, {"b_mark": mark}).one_or_none()
    return row if row is not None else tickets.take(act, mark)


def _same(act: Act, mark: bytes, sha256: bytes) -> UUID | None:
    return act.db.execute(_SAME, {"b_mark": mark, "b_sha256": sha256}).scalar()


def _open_complaint(act: Act, ticket: AnyRow) -> str | None:
    """The division of the complaint the ticket was spent on, if it was. Raises Conflict."""
    if ticket.complaint_id is None:
        return None
    found = _division_of(ticket.complaint_id).add_columns(complaints.c.withdrawn_at, complaints.c.erased_at)
    row = act.db.execute(found.with_for_update(of=complaints)).one()
    if row.withdrawn_at is not None or row.erased_at is not None:
        raise Conflict(_CLOSED)
    return str(row.division_code)


def _division_of(complaint_id: UUID) -> Select[Any]:
    return (
        select(cases.c.division_code)
        .join(complaints, complaints.c.case_id == cases.c.id)
        .where(complaints.c.id == complaint_id)
    )
