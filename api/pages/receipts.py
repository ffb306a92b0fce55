"""The page with number, query code and receipt 回执: what to save, what comes next."""

from __future__ import annotations

import asyncio
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from api.limits import Gate
from api.pages.photos import Taken
from api.pages.rendering import fresh_key, page, picture
from api.pages.stamps import stamp
from api.schemas.public.complaints import SubmittedOut
from api.work import Work
from models.domain.public.limits import PublicLimits
from models.domain.public.receipts import Receipt, saved
from models.files.receipt_image import Shown, receipt_png
from models.operations.public import plain
from models.operations.public.plain import Facts
from models.operations.public.submitting import Submitted


async def show(request: Request, work: Work, made: Submitted, taken: Taken | None, now: datetime) -> Response:
    """The page; the picture is drawn away from the loop."""
    gate: Gate = request.app.state.gate
    facts = await work.read(plain.facts, made.complaint_id)
    drawn = None
    if made.query_code is not None:
        shown = _shown(made.query_code, facts, gate.limits)
        drawn = picture(await asyncio.to_thread(receipt_png, shown))
    key = fresh_key()
    return page(
        request,
        "receipt",
        status=201,
        sample=facts.sample,
        made=SubmittedOut.of(made),
        due=facts.tell_by,
        photos=taken,
        picture=drawn,
        receipt=saved(Receipt(**made.receipt)).strip(),
        key=key,
        stamp=stamp(work.house.vault, key, now),
    )


def _shown(code: str, facts: Facts, limits: PublicLimits) -> Shown:
    phones = [f"热线 {limits.hotline}（全天）", f"上班时间：{limits.office_hours}"]
    if limits.bureau_phone:
        phones.insert(1, f"本局电话 {limits.bureau_phone}")
    return Shown(facts.bureau, facts.number, code, facts.received_at, tuple(phones), facts.sample)
