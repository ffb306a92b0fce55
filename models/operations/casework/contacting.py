"""The contact log 联系记录: each attempt to reach a reporter, with what was said sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.complaints import ContactOutcome, ContactWay
from models.domain.errors import Flaw, Forgotten, Invalid
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.casework import identities, sight
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.cases import cases as case_table
from models.tables.complaints import contacts


def log_contact(
    act: Act, complaint_id: UUID, inputs: dict[str, Any], *, version: int | None, key: Key | None = None
) -> UUID:
    """
    Put down one attempt; raises the case's version, since a guard counts the attempts. A retry under the same
    key is the same attempt.

    Raises:
        NotFound, Invalid, VersionMissing, StaleVersion, OtherContent; Forgotten: nobody is left to reach
    """
    return once(
        act, key, f"contacts/{complaint_id}", inputs, lambda: _log(act, complaint_id, inputs, version)
    )


def _log(act: Act, complaint_id: UUID, inputs: dict[str, Any], version: int | None) -> UUID:
    complaint = identities.unlocked(act, complaint_id)
    case = sight.lock(act, complaint.case_id)
    at = datetime.fromisoformat(inputs["at"]) if inputs.get("at") else act.now
    if at > act.now:
        raise Invalid(flaws=[Flaw("/at", "in_future", "联系时间不能晚于现在")])
    sight.current(act, case, version)
    if complaint.sealed_key is None:
        raise Forgotten()
    contact_id = _insert(act, complaint, inputs, at)
    act.db.execute(
        update(case_table)
        .where(case_table.c.id == case.id)
        .values(version=case.version + 1, changed_at=act.now)
    )
    act.note(
        "complaint.contact",
        "complaint",
        complaint_id,
        chain=chain_of(case.division_code),
        fields=("at", "way", "outcome", "note"),
        content=inputs,
    )
    return contact_id


def _insert(act: Act, complaint: AnyRow, inputs: dict[str, Any], at: datetime) -> UUID:
    contact_id = act.new_id()
    note = inputs.get("note")
    act.db.execute(
        insert(contacts).values(
            id=contact_id,
            complaint_id=complaint.id,
            at=at,
            way=ContactWay(inputs["way"]),
            outcome=ContactOutcome(inputs["outcome"]),
            sealed_note=_seal(act, complaint, note, f"contact:{contact_id}:note") if note else None,
            by=act.actor.account_id,
        )
    )
    return contact_id


def _seal(act: Act, complaint: AnyRow, text: str, where: str) -> bytes:
    data_key = act.vault.unwrap(complaint.sealed_key, aad=identities.place(complaint.id, "key"))
    return act.vault.seal(data_key, text, place=where)
