"""Notices 提醒: my inbox, what could not be delivered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, PageQuery, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.base import Count
from api.schemas.notices import DeadLetterOut, InboxOut, InboxQuery, NoticeOut
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Forbidden,
    IllegalTransition,
    NotFound,
    SessionEnded,
    Unauthenticated,
)
from models.operations.outgoing import dead_letters
from models.operations.reminders import inbox

router = APIRouter(prefix="/v1/notices", tags=["提醒"])

Own = Annotated[Work, Depends(May(Verb.OWN))]
Watching = Annotated[Work, Depends(May(Verb.WORK_READ))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="我的提醒",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(InboxQuery),
    operation_id="list_notices",
)
async def list_notices(work: Own, query: Annotated[InboxQuery, Depends(Asked(InboxQuery))]) -> InboxOut:
    """催办和期限提醒，新的在前；附未读数（满 100 即止）。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="notices")
    rows = await work.read(inbox.page, unread=query.unread, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return InboxOut(
        items=[NoticeOut.of(row) for row in shown],
        next=write_cursor(vault, shown[-1].planned_at, shown[-1].id, use="notices") if more else None,
        unread=Count.model_validate(await work.read(inbox.unread_count)),
    )


@router.post(
    "/{notice_id}/read",
    summary="已读",
    status_code=204,
    responses=refuses(*_ANY, NotFound),
    operation_id="read_notice",
)
async def read_notice(notice_id: UUID, work: Own) -> Response:
    """记下已读；只能标记自己的提醒。"""
    await work.do(inbox.mark_read, notice_id)
    return Response(status_code=204)


@router.get(
    "/dead",
    summary="没有送达的提醒",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_dead_letters",
)
async def list_dead_letters(
    work: Watching, query: Annotated[PageQuery, Depends(Asked(PageQuery))]
) -> Page[DeadLetterOut]:
    """试过八次仍发不出去的，和结果不明的；收件箱里都已收到，这里是其他渠道。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="dead-letters")
    rows = await work.read(dead_letters.page, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[DeadLetterOut](
        items=[DeadLetterOut.model_validate(row) for row in shown],
        next=write_cursor(vault, shown[-1].planned_at, shown[-1].id, use="dead-letters") if more else None,
    )


@router.post(
    "/{notice_id}/resend",
    summary="重发",
    status_code=204,
    responses=refuses(*_ANY, NotFound, IllegalTransition),
    operation_id="resend_notice",
)
async def resend_notice(notice_id: UUID, work: Watching) -> Response:
    """渠道修好以后再发一次；期限已变动或办结的不再发。"""
    await work.do(dead_letters.resend, notice_id)
    return Response(status_code=204)
