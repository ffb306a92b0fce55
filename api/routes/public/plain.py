"""
A complaint by a plain form 普通表单: the same address as with JSON, no challenge, marked unproven.

The words are stored first; photos come after them and can only fail by themselves.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.limits import Gate, network_of
from api.pages import complaint_form, multipart, photos, receipts, refusing, stamps
from api.pages.reading import Typed, typed_of
from api.schemas.public.complaints import PublicComplaintIn, SubmittedOut
from api.uploading import Intake
from api.work import OpenWork, Work
from models.domain.errors import BadTicket, HuanxunError
from models.domain.public.limits import MOST_BYTES, MOST_FILES
from models.operations.public import earlier, plain, submitting
from models.operations.public.submitting import Submitted

router = APIRouter(prefix="/v1/public/complaints", tags=["公众举报"], route_class=refusing.FormRoute)

MOST_BODY_BYTES: Final = MOST_BYTES + 2_000_000
SMALL_BYTES: Final = 262_144
"""A form up to this is read before it is counted, so that a refusal can show it again."""


@router.post("", include_in_schema=False, max_body_size=MOST_BODY_BYTES)
async def submit(request: Request, work: OpenWork) -> Response:
    """A complaint with its photos; the answer is the receipt, or the form again with what is wrong."""
    intake: Intake = request.app.state.intake
    gate: Gate = request.app.state.gate
    now = work.house.clock()
    small = int(request.headers.get("content-length", SMALL_BYTES + 1)) <= SMALL_BYTES
    if not small:
        gate.admit_unproven(network_of(request), now)
    with intake.room(0) as room:
        typed = typed_of(
            await multipart.read_form(request, intake, room), request.headers.get("idempotency-key")
        )
        try:
            mark = _ticket(gate, typed, now)
            if small and mark is None:
                gate.admit_unproven(network_of(request), now)
            made = await _store(work, gate, typed, mark, now)
        except HuanxunError as error:
            if refusing.wants_json(request):
                raise
            return await complaint_form.show(request, work, now, typed, error)
        taken = await _photos(work, intake, typed, made.complaint_id, mark, now)
    if refusing.wants_json(request):
        return JSONResponse(SubmittedOut.of(made).model_dump(mode="json"), status_code=201)
    return await receipts.show(request, work, made, taken, now)


def _ticket(gate: Gate, typed: Typed, now: datetime) -> bytes | None:
    """The mark of a challenge, if a page with script put its solution into the form."""
    try:
        return gate.mark_of(typed.values["altcha"], now) if typed.values.get("altcha") else None
    except BadTicket:
        return None


async def _store(work: Work, gate: Gate, typed: Typed, mark: bytes | None, now: datetime) -> Submitted:
    """The words. What is compared of a repeated form leaves the photos out: they may have been cut off."""
    body = complaint_form.complaint_of(typed)
    follows = await _follows(work, gate, body, now)
    content = body.model_dump(mode="json", exclude={"altcha", "files"})
    body = body.model_copy(update={"files": await asyncio.to_thread(_digests, typed)})
    odd = stamps.marks(work.house.vault, typed.values, now, least_seconds=gate.limits.form_fill_least_seconds)
    return await work.do(submitting.submit, body.draft(follows), content, typed.key, mark=mark, marks=odd)


async def _follows(work: Work, gate: Gate, body: PublicComplaintIn, now: datetime) -> UUID | None:
    """The earlier complaint that was named; a code tried here counts as a code tried."""
    if body.follows is None:
        return None
    code = body.follows.number, body.follows.query_code
    return await gate.answered(code[0], now, lambda: work.read(earlier.proven, code, None))


def _digests(typed: Typed) -> list[str]:
    """SHA-256 of each photo as sent, for the receipt."""
    found: dict[str, None] = {}
    for photo in typed.photos[:MOST_FILES]:
        if photo.size and id(photo) not in typed.crowded:
            photo.file.seek(0)
            found[sha256(photo.file.read()).hexdigest()] = None
    return list(found)


async def _photos(
    work: Work, intake: Intake, typed: Typed, complaint_id: UUID, mark: bytes | None, now: datetime
) -> photos.Taken | None:
    """What became of the photos; ``None``: there were none."""
    if typed.cut:
        return photos.CUT
    if not typed.photos:
        return None
    vault = work.house.vault
    if mark is None:
        mark = photos.form_mark(vault, typed.key.value, stamps.made_at(vault, typed.values) or now)
    try:
        await work.do(plain.admit_photos, mark, complaint_id)
    except HuanxunError as error:
        return photos.none_taken(typed.photos, error.message)
    return await photos.take(work, intake, mark, typed)
