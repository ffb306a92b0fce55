"""An objection 异议 from the public: sealed at once under a data key of its own, answered within its clock."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.domain.publications import OBJECTION_REPLY, ObjectionState, Showing
from models.domain.words.numbering import public_number, shown
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.publishing import terms
from models.operations.publishing.shown import running_or_over
from models.tables.publications import objections as T
from models.vault import new_data_key


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody sends; ``contact``: however he wants to be answered."""

    text: str
    contact: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What he keeps."""

    number: str
    received_at: datetime
    due_on: date


def place(objection_id: UUID, column: str) -> str:
    """What a sealed value is bound to, so that it cannot be moved to another row."""
    return f"objection:{objection_id}:{column}"


def receive(
    act: Act, publication_id: UUID, sent: Objection, key: Key | None, *, mark: bytes | None
) -> Received:
    """
    Receive an objection while the period runs; a retry gives the same number.

    ``mark`` is that of a solved challenge: each makes one objection, whatever the key. Without one it is a
    plain form, which the gate has counted, and the key alone finds a repetition.

    Raises:
        NotFound; Conflict: the period is over, or it was retracted; OtherContent.
    """
    content = {"on": publication_id, "text": sent.text, "contact": sent.contact, "name": sent.name}
    named = key if mark is None else Key("solved")
    objection_id = once(
        act, named, "objections", content, lambda: _receive(act, publication_id, sent), owner=mark
    )
    row = act.db.execute(select(T.c.number, T.c.received_at, T.c.due_on).where(T.c.id == objection_id)).one()
    return Received(shown(row.number), row.received_at, row.due_on)


def _receive(act: Act, publication_id: UUID, sent: Objection) -> UUID:
    row, seen = running_or_over(act, publication_id)
    if seen.showing is not Showing.CURRENT:
        raise Conflict(f"这份公开内容{seen.message}，不再接收异议；仍有意见请拨打12345或到窗口反映")
    case = terms.locked(act, row.case_id)
    objection_id = act.new_id()
    data_key = new_data_key()
    contact = json.dumps({"contact": sent.contact, "name": sent.name}, ensure_ascii=False)
    act.db.execute(
        insert(T).values(
            id=objection_id,
            publication_id=publication_id,
            number=public_number(),
            received_at=act.now,
            state=ObjectionState.OPEN,
            sealed_key=act.vault.wrap(data_key, aad=place(objection_id, "key")),
            sealed_text=act.vault.seal(data_key, sent.text, place=place(objection_id, "text")),
            sealed_contact=act.vault.seal(data_key, contact, place=place(objection_id, "contact")),
            due_on=terms.begin(act, case, OBJECTION_REPLY, objection_id),
        )
    )
    act.note(
        "objection.receive",
        "objection",
        objection_id,
        chain=chain_of(row.division_code),
        fields=("contact", "text"),
    )
    return objection_id
