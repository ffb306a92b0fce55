"""Preview 预告: what would be told tomorrow, as things stand."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.paging import read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.reminders.previews import ForetoldOut, PreviewOut, PreviewQuery
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import BadCursor, Forbidden, SessionEnded, Unauthenticated
from models.operations.reminders import previewing

router = APIRouter(prefix="/v1/notices", tags=["提醒"])

Own = Annotated[Work, Depends(May(Verb.OWN))]


@router.get(
    "/preview",
    summary="提醒预告",
    responses=refuses(Unauthenticated, SessionEnded, Forbidden, BadCursor),
    openapi_extra=asked(PreviewQuery),
    operation_id="preview_notices",
)
async def preview_notices(
    work: Own, query: Annotated[PreviewQuery, Depends(Asked(PreviewQuery))]
) -> PreviewOut:
    """照现在的情况，那一天会收到哪些期限提醒；到时办结、延期的就不再发。一页可能不满，仍以 next 为准。"""
    vault = work.house.vault
    use = f"preview/{query.day or ''}/{query.all}"
    after = read_cursor(vault, query.cursor, use=use)
    found = await work.read(previewing.page, query.day, everybody=query.all, after=after, limit=query.limit)
    return PreviewOut(
        items=[ForetoldOut.of(one) for one in found.items],
        next=write_cursor(vault, *found.next, use=use) if found.next else None,
        day=found.day,
    )
