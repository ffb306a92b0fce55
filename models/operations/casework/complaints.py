"""
Complaints 来件: registering one, of whichever channel.

Words and identity are sealed at once under a data key of the complaint's own; what is listed, searched and
pushed is the working text of the case, which the clerk wrote.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from models.domain.complaints import Confidentiality
from models.domain.drafts import CaseDraft, ComplaintDraft, Reporter
from models.domain.errors import Flaw, Invalid
from models.domain.law import chain_of
from models.domain.timing.limits import Limits
from models.domain.words.masking import Hit, propose, warnings
from models.domain.words.numbering import public_number
from models.operations.act import Act
from models.operations.casework import case_facts, cases, identities, placing
from models.operations.once import Key, once
from models.tables.complaints import complaints as T
from models.vault import new_data_key, phone_normal

_INSERT = insert(T)
_CREATED = select(T.c.id, T.c.public_number, T.c.case_id).where(
    T.c.case_id == bindparam("case_id", type_=T.c.case_id.type)
)


def proposed_text(act: Act, words: str, reporter: Reporter) -> dict[str, Any]:
    """The masked copy a clerk starts from, with what was found; stores nothing."""
    del act  # looked up only so that none but a clerk may ask
    masked = propose(words, names=[reporter.name] if reporter.name else [])
    return {"text": masked.text, "hits": [_told(hit) for hit in masked.hits]}


def register(act: Act, draft: ComplaintDraft, content: Any, key: Key) -> dict[str, Any]:
    """
    Register a complaint of any channel and open its case; gives ids, numbers, and what the checker found.

    Raises:
        Invalid: received in the future; unreadable phone; dates of the work order that contradict each other.
        Forbidden, OtherContent, Duplicate (same channel and external number).
    """
    check(act, draft)
    case_id = once(act, key, "complaints.register", content, lambda: insert_new(act, draft, act.new_id()))
    row = act.db.execute(_CREATED, {"case_id": case_id}).one()
    case = draft.case
    return {
        "id": row.id,
        "public_number": row.public_number,
        "case": cases.created(act, case_id),
        "warnings": told_warnings(case.working_text, draft.reporter),
        "same_reporter": identities.same_reporter(act, row.id),
        "urgent_words": act.law.catalogue.urgent_words(case.title, case.working_text, draft.words),
    }


def check(act: Act, draft: ComplaintDraft) -> None:
    """
    What the shape cannot say.

    Raises:
        Invalid
    """
    placing.received_not_later(draft.case.received_at, act.now)
    flaws = []
    reporter = draft.reporter
    if draft.confidentiality is Confidentiality.ANONYMOUS and (reporter.name or reporter.address):
        flaws.append(
            Flaw("/reporter", "anonymous_named", "匿名来件不登记姓名和住址；如愿意留名，请选“要求保密”")
        )
    if draft.dispatched_at and draft.external_due_at and draft.external_due_at <= draft.dispatched_at:
        flaws.append(Flaw("/external_due_at", "before_dispatch", "工单办结时限应晚于派发时间"))
    if flaws:
        raise Invalid(flaws=flaws)


def told_warnings(working_text: str, reporter: Reporter) -> list[dict[str, Any]]:
    """Where the working text still tells who complained; a warning, never a bar."""
    hits = warnings(
        working_text,
        names=[reporter.name] if reporter.name else [],
        phones=[reporter.phone] if reporter.phone else [],
    )
    return [_told(hit) for hit in hits]


def _told(hit: Hit) -> dict[str, Any]:
    return {"kind": hit.kind.value, "start": hit.start, "end": hit.end, "message": hit.note}


def insert_new(act: Act, draft: ComplaintDraft, complaint_id: UUID, **more: Any) -> UUID:
    """Write a complaint and the case it opens; ``more``: columns beside the draft's. Gives the case id."""
    case: CaseDraft = draft.case
    facts = case_facts.newcomer(act, case, has_reporter=True, complaint=draft)
    limits = Limits(draft.sign_by, draft.return_by, draft.external_due_at, draft.dispatched_at)
    cases.create(act, case, facts, limits=limits)
    act.db.execute(_INSERT, _row(act, draft, complaint_id) | _sealed(act, draft, complaint_id) | more)
    act.note(
        "complaint.register",
        "complaint",
        complaint_id,
        chain=chain_of(case.place.division),
        fields=("channel", "external_number", "received_at", "confidentiality", "identity", "words"),
    )
    return case.id


def _row(act: Act, draft: ComplaintDraft, complaint_id: UUID) -> dict[str, Any]:
    return {
        "id": complaint_id,
        "case_id": draft.case.id,
        "public_number": public_number(),
        "channel": draft.case.channel,
        "external_number": draft.external_number,
        "received_at": draft.case.received_at,
        "dispatched_at": draft.dispatched_at,
        "sign_by": draft.sign_by,
        "return_by": draft.return_by,
        "external_due_at": draft.external_due_at,
        "confidentiality": draft.confidentiality,
        "contactable": bool(draft.reporter.phone or draft.reporter.address),
        "occurrences": list(draft.occurrences),
        "registered_by": act.actor.account_id,
        "created_at": act.now,
    }


def _sealed(act: Act, draft: ComplaintDraft, complaint_id: UUID) -> dict[str, Any]:
    """Words, identity and details, each under the complaint's own new data key and bound to its column."""
    data_key = new_data_key()
    identity = {name: value for name, value in asdict(draft.reporter).items() if value}
    text = json.dumps(identity, ensure_ascii=False)
    phone = phone_normal(draft.reporter.phone) if draft.reporter.phone else None
    return {
        "sealed_key": act.vault.wrap(data_key, aad=identities.place(complaint_id, "key")),
        "sealed_identity": act.vault.seal(data_key, text, place=identities.place(complaint_id, "identity"))
        if identity
        else None,
        "sealed_details": act.vault.seal(
            data_key,
            json.dumps(draft.details, ensure_ascii=False),
            place=identities.place(complaint_id, "details"),
        )
        if draft.details
        else None,
        "sealed_words": act.vault.seal(data_key, draft.words, place=identities.place(complaint_id, "words")),
        "phone_index": act.vault.blind_index("phone", phone) if phone else None,
    }
