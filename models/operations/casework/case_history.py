"""What happened to a case: its steps, contacts, replies, and every clock it ever had."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.access import Verb
from models.operations.act import Act
from models.operations.casework import sight
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import steps
from models.tables.complaints import complaints, contacts, replies
from models.tables.deadlines import deadlines as clocks
from models.tables.people import accounts

_case_id = bindparam("case_id", type_=T.c.id.type)
_STEPS = (
    select(steps, accounts.c.name.label("by_name"))
    .outerjoin(accounts, accounts.c.id == steps.c.by)
    .where(steps.c.case_id == _case_id)
    .order_by(steps.c.seq)
)
_CLOCKS = select(clocks).where(clocks.c.case_id == _case_id).order_by(clocks.c.started_at, clocks.c.id)
_CONTACTS = (
    select(contacts.c.id, contacts.c.at, contacts.c.way, contacts.c.outcome)
    .join(complaints, complaints.c.id == contacts.c.complaint_id)
    .where(complaints.c.case_id == _case_id)
    .order_by(contacts.c.at)
)
_REPLIES = (
    select(replies.c.to, replies.c.at, replies.c.way, replies.c.text, replies.c.proof)
    .join(complaints, complaints.c.id == replies.c.complaint_id)
    .where(complaints.c.case_id == _case_id)
    .order_by(replies.c.at)
)

Rows = Sequence[AnyRow]


def history(act: Act, case_id: UUID) -> dict[str, Rows]:
    """Steps, contacts and replies in order of time; contacts and replies only for who may read complaints."""
    sight.find(act, case_id)
    binds = {"case_id": case_id}
    may = act.actor.may(Verb.COMPLAINT_READ)
    return {
        "steps": act.db.execute(_STEPS, binds).all(),
        "contacts": act.db.execute(_CONTACTS, binds).all() if may else (),
        "replies": act.db.execute(_REPLIES, binds).all() if may else (),
    }


def all_deadlines(act: Act, case_id: UUID) -> Rows:
    """Every clock the case ever had, with its explanation."""
    sight.find(act, case_id)
    return act.db.execute(_CLOCKS, {"case_id": case_id}).all()
