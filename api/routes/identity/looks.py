"""Identities 举报人身份: looks, who looked, look-ups by phone, erasure."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api.paging import Page, PageQuery, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.identity.looks import (
    ErasureIn,
    ErasureOut,
    IdentityOut,
    LookIn,
    LookupIn,
    LookupOut,
    SameReporterOut,
    ViewOut,
)
from api.work import IfMatch, May, Work
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Forbidden,
    Forgotten,
    NotFound,
    RetentionRuns,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    Unreadable,
    VersionMissing,
)
from models.files import erasures_log
from models.operations.identity import erasing, lookups, opening, views

router = APIRouter(prefix="/v1/complaints", tags=["举报人身份"])

Looking = Annotated[Work, Depends(May(Verb.IDENTITY_VIEW))]
Reviewing = Annotated[Work, Depends(May(Verb.IDENTITY_REVIEW))]
Erasing = Annotated[Work, Depends(May(Verb.IDENTITY_ERASE))]
Registering = Annotated[Work, Depends(May(Verb.COMPLAINT_REGISTER))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.post(
    "/{complaint_id}/identity-views",
    summary="查看身份",
    responses=refuses(*_ANY, NotFound, Forgotten, Unreadable),
    operation_id="view_identity",
)
async def view_identity(complaint_id: UUID, body: LookIn, work: Looking) -> IdentityOut:
    """查看举报人身份、原话、诉求和留言；每次查看连同事由留下记录，并记入审计链。"""
    return IdentityOut.model_validate(await work.do(opening.view_identity, complaint_id, reason=body.reason))


@router.get(
    "/{complaint_id}/identity-views",
    summary="谁看过身份",
    responses=refuses(*_ANY, NotFound, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_identity_views",
)
async def list_identity_views(
    complaint_id: UUID, work: Reviewing, query: Annotated[PageQuery, Depends(Asked(PageQuery))]
) -> Page[ViewOut]:
    """谁、以什么岗位、何时、为什么看过这件来件的身份、照片原件，新的在前；查阅本身也记入审计链。"""
    vault, use = work.house.vault, f"views/{complaint_id}"
    after = read_cursor(vault, query.cursor, use=use)
    rows = await work.do(views.listed, complaint_id, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = write_cursor(vault, shown[-1]["at"], shown[-1]["id"], use=use) if len(rows) > len(shown) else None
    return Page[ViewOut](items=[ViewOut.model_validate(row) for row in shown], next=more)


@router.post(
    "/lookup",
    summary="按电话查来件",
    responses=refuses(*_ANY, Unreadable),
    operation_id="look_up_phone",
)
async def look_up_phone(body: LookupIn, work: Looking) -> LookupOut:
    """同一电话在本人查看范围内的来件（最近 50 件）：只给编号、时间和案件，不给身份；查找和查到的每一件都留下记录。"""
    found = await work.do(lookups.by_phone, body.phone, reason=body.reason)
    return LookupOut.model_validate({"items": found})


@router.get(
    "/{complaint_id}/same-reporter",
    summary="受理查重",
    responses=refuses(*_ANY, NotFound),
    operation_id="count_same_reporter",
)
async def count_same_reporter(complaint_id: UUID, work: Registering) -> SameReporterOut:
    """同一电话在本人查看范围内还有几件来件；只有件数，没有身份。"""
    return SameReporterOut(count=await work.do(lookups.same_reporter, complaint_id))


@router.post(
    "/{complaint_id}/erasure",
    summary="销毁身份",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, Conflict, RetentionRuns),
    operation_id="erase_identity",
)
async def erase_identity(
    complaint_id: UUID, body: ErasureIn, work: Erasing, version: IfMatch, request: Request
) -> ErasureOut:
    """
    依申请永久销毁举报人的身份、原话、留言和照片；案件经过和审计链不变。

    不可恢复，恢复备份时也会再次销毁。法定保存期限未满的不能销毁，并告知依据和最早日期。If-Match 为案件的版本。
    """
    log = erasures_log.path_in(request.app.state.data_dir)
    done = await work.do(
        erasing.erase, complaint_id, ground=body.ground, note=body.note, version=version, log=log
    )
    return ErasureOut.model_validate(done)
