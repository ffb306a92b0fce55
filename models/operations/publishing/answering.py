"""Objections answered: opened for a reason, judged by who did not write the publication."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from models.domain.access import Verb
from models.domain.errors import Conflict, Unreadable
from models.domain.law import chain_of
from models.domain.publications import ObjectionState, PublicationState
from models.domain.words.numbering import shown
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.publishing import deciding, held, terms
from models.operations.publishing import objections as listed
from models.operations.publishing.objecting import place
from models.tables.base import AnyRow
from models.tables.publications import objections


def view(act: Act, objection_id: UUID, *, reason: str) -> dict[str, Any]:
    """
    Open the text and the contact; every look is journalled with its reason's digest.

    Raises:
        NotFound, Forbidden; Unreadable: the key is not here.
    """
    seen = listed.find(act, objection_id)
    held.holds(act, Verb.OBJECTION_VIEW, seen.division_code)
    act.note(
        "objection.view",
        "objection",
        objection_id,
        chain=chain_of(seen.division_code),
        fields=("contact", "text"),
        content={"reason": reason},
    )
    wanted = select(objections.c.sealed_key, objections.c.sealed_text, objections.c.sealed_contact).where(
        objections.c.id == objection_id
    )
    row = act.db.execute(wanted).one()
    if row.sealed_key is None:
        raise Unreadable("异议人的信息已经销毁，无法再查看")
    data_key = act.vault.unwrap(row.sealed_key, aad=place(objection_id, "key"))
    told = json.loads(
        act.vault.open_sealed(data_key, row.sealed_contact, place=place(objection_id, "contact"))
    )
    text = act.vault.open_sealed(data_key, row.sealed_text, place=place(objection_id, "text"))
    return {"id": objection_id, "text": text, **told}


def answer(act: Act, objection_id: UUID, *, upheld: bool, words: str) -> AnyRow:
    """
    Answer an objection; one that is upheld starts the clock by which the publication must go.

    Raises:
        NotFound, Forbidden; Conflict: answered already; GuardsUnmet: by who wrote the publication, or has a part
        in the item.
    """
    seen = listed.find(act, objection_id)
    case = sight.lock(act, seen.case_id)
    held.holds(act, Verb.PUBLICATION_DECIDE, seen.division_code)
    state = act.db.execute(select(objections.c.state).where(objections.c.id == objection_id)).scalar_one()
    if state is not ObjectionState.OPEN:
        raise Conflict("这份异议已经答复，请刷新后查看")
    published = held.find(act, seen.publication_id)
    deciding.judges(act, case, published)
    _write(act, seen, upheld=upheld, words=words)
    if upheld and published.state is PublicationState.APPROVED and published.retract_by is None:
        deciding.start_retraction(act, published, f"异议成立：{shown(seen.number)}")
    return listed.find(act, objection_id)


def _write(act: Act, row: AnyRow, *, upheld: bool, words: str) -> None:
    values = {
        "state": ObjectionState.UPHELD if upheld else ObjectionState.REJECTED,
        "answer": words,
        "answered_at": act.now,
        "answered_by": act.actor.account_id,
    }
    act.db.execute(update(objections).where(objections.c.id == row.id).values(**values))
    terms.end(act, row.case_id, row.id)
    act.note(
        "objection.answer",
        "objection",
        row.id,
        chain=chain_of(row.division_code),
        fields=sorted(values),
        content={"state": values["state"], "answer": words},
    )
