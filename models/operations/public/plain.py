"""Plain forms 普通表单 without a solved challenge: what their receipt shows, and the photos that come with the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import NotFound
from models.operations.act import Act
from models.operations.public import tickets
from models.operations.public.acting import as_public
from models.operations.public.finding import found
from models.tables.cases import cases
from models.tables.complaints import complaints as T
from models.tables.deadlines import deadlines

_TELL = "RPT_ACCEPT_TELL"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt tells beside number and code; ``tell_by``: until when he is told whether it is accepted."""

    complaint_id: UUID
    number: str
    received_at: datetime
    bureau: str
    tell_by: date | None
    sample: bool


def facts(act: Act, complaint_id: UUID) -> Facts:
    """Number, bureau and date of a complaint that was just stored. Raises NotFound."""
    row = act.db.execute(
        select(T.c.public_number, T.c.received_at, T.c.case_id, cases.c.division_code)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.id == complaint_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    due = act.db.execute(
        select(deadlines.c.due_on)
        .where(deadlines.c.case_id == row.case_id, deadlines.c.rule_id == _TELL)
        .order_by(deadlines.c.started_at)
        .limit(1)
    ).scalar_one_or_none()
    unit = as_public(act, row.division_code).actor.grants[0].unit_id
    assert unit is not None
    bureau = act.law.units[unit].name
    return Facts(complaint_id, row.public_number, row.received_at, bureau, due, act.law.sample)


def admit_photos(act: Act, mark: bytes, complaint_id: UUID) -> None:
    """
    Open a ticket for the photos of a complaint that was stored; for a repeated form, the one there is.

    Raises:
        BadTicket, TicketOver: the form was made, or first sent, too long ago.
    """
    tickets.take(act, mark)
    tickets.spend(act, mark, complaint_id)


def admit_more_photos(act: Act, mark: bytes, number: str, code: str) -> None:
    """The same for photos of a later message. Raises NotFound; BadTicket, TicketOver."""
    admit_photos(act, mark, found(act, number, code).id)
