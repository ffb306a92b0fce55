"""
A complaint from the public face: stored, numbered and receipted before any photo travels.

Until a clerk has read the sealed words, the case tells only what nobody can be known by: categories, street,
coordinates to about 100 m, kinds of nuisance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update

from models.domain.complaints import UNWRITTEN, Channel, Track
from models.domain.drafts import CaseDraft, ComplaintDraft, Place, PublicDraft
from models.domain.errors import Flaw, Invalid
from models.operations.act import Act
from models.operations.casework import complaints
from models.operations.once import Key, once
from models.operations.public import photos, tickets
from models.operations.public.acting import as_public
from models.operations.receipts import issuing
from models.tables.cases import cases
from models.tables.complaints import complaints as T

CODE_AGAIN: Final = timedelta(hours=24)
"""How long a retry under the same key is given the query code again."""

NEAR_DEGREES: Final = 3
"""Decimals of a degree that are listed: about 100 m. The exact place is sealed. Source: days.md §6."""

UNPROVEN: Final = b"form"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the citizen takes home; ``query_code``: ``None`` when it is too late to be given again."""

    complaint_id: UUID
    number: str
    query_code: str | None
    received_at: datetime
    receipt: dict[str, Any]


def submit(
    act: Act, draft: PublicDraft, content: Any, key: Key, *, mark: bytes | None, marks: tuple[str, ...] = ()
) -> Submitted:
    """
    Store a complaint; a retry with the same ticket, key and content gives the same number, code and receipt.

    Args:
        mark: of the ticket (solved challenge); ``None``: a plain form, marked unproven.
        marks: what looked odd about a form (honeypot, too_fast …): marked, never dropped.

    Raises:
        Invalid, TicketOver, OtherContent: the key or the ticket was used for something else.
    """
    owner = mark or UNPROVEN
    complaint_id = once(
        act, key, "public.submit", content, lambda: _submit(act, draft, key, mark, marks), owner=owner
    )
    row = act.db.execute(
        select(T.c.public_number, T.c.received_at, T.c.created_at).where(T.c.id == complaint_id)
    ).one()
    receipt = issuing.issue(
        act,
        number=row.public_number,
        received_at=row.received_at,
        words=draft.words,
        files=draft.files,
        salt=act.vault.receipt_salt(complaint_id, key.value),
    )
    young = act.now - row.created_at <= CODE_AGAIN
    code = act.vault.query_code(complaint_id, key.value) if young else None
    return Submitted(complaint_id, row.public_number, code, row.received_at, receipt)


def _submit(act: Act, draft: PublicDraft, key: Key, mark: bytes | None, marks: tuple[str, ...]) -> UUID:
    if mark is not None:
        tickets.take_unspent(act, mark)
    acting = as_public(act, draft.place.division)
    complaint_id = act.new_id()
    filed = _filed(acting, draft)
    complaints.check(acting, filed)
    case_id = complaints.insert_new(
        acting,
        filed,
        complaint_id,
        code_digest=act.vault.code_digest(act.vault.query_code(complaint_id, key.value)),
        proven=mark is not None,
        marks=list(marks) or None,
        consents=draft.consents,
        follows_id=draft.follows,
    )
    if mark is None:
        act.db.execute(update(cases).where(cases.c.id == case_id).values(unproven=True))
    else:
        tickets.spend(act, mark, complaint_id)
        photos.attach(act, mark, complaint_id)
    return complaint_id


def _filed(act: Act, draft: PublicDraft) -> ComplaintDraft:
    """What is listed and what is sealed of a submission."""
    urgent = act.law.catalogue.urgent_words(draft.words, draft.wish or "")
    case = CaseDraft(
        id=act.new_id(),
        channel=Channel.WEB,
        track=Track.REPORT,
        title=_title(act, draft),
        working_text=UNWRITTEN,
        categories=draft.categories,
        place=_near(act, draft.place),
        received_at=act.now,
        points=("公众反映的问题（受理时整理）",),
        urgent=bool(urgent),
    )
    return ComplaintDraft(
        case=case,
        words=draft.words,
        confidentiality=draft.confidentiality,
        reporter=draft.reporter,
        occurrences=draft.occurrences,
        details=_details(draft),
    )


def _title(act: Act, draft: PublicDraft) -> str:
    division = act.law.divisions.get(draft.place.division)
    if division is None or division.successor is not None:
        raise Invalid(flaws=[Flaw("/place/division", "unknown_division", "请从列表中选择所在的街道或乡镇")])
    elements = dict.fromkeys(name.partition("/")[0] for name in draft.categories)
    return f"公众举报：{'、'.join(elements) or '未选类别'}（{division.name}）"


def _near(act: Act, place: Place) -> Place:
    """The street's name and coordinates to about 100 m: the place of a smell is often somebody's home."""
    name = act.law.divisions[place.division].name
    if place.lon is None or place.lat is None:
        return replace(place, text=name)
    return replace(place, text=name, lon=round(place.lon, NEAR_DEGREES), lat=round(place.lat, NEAR_DEGREES))


def _details(draft: PublicDraft) -> dict[str, Any]:
    place = draft.place
    told = {
        "place": place.text,
        "lon": place.lon,
        "lat": place.lat,
        "datum": place.datum.value if place.datum else None,
        "wish": draft.wish,
        "noticed_at": draft.noticed_at.isoformat() if draft.noticed_at else None,
    }
    return {name: value for name, value in told.items() if value is not None}
