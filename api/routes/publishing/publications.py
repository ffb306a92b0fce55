"""Publications 公示/公开 of concluded cases: preview, draft, approval by another, retraction, history."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.publishing.publications import (
    DropIn,
    PreviewOut,
    PublicationIn,
    PublicationOut,
    PublicationPatch,
    PublicationQuery,
    PublicationRow,
    RetractIn,
)
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Forbidden,
    GuardsUnmet,
    IllegalTransition,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.publishing import deciding, drafting, listing, proposing

previews = APIRouter(prefix="/v1/cases", tags=["公示公开"])
router = APIRouter(prefix="/v1/publications", tags=["公示公开"])

Preparing = Annotated[Work, Depends(May(Verb.PUBLICATION_PREPARE))]
Deciding = Annotated[Work, Depends(May(Verb.PUBLICATION_DECIDE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
_CHANGING = (*_ANY, NotFound, VersionMissing, StaleVersion, Conflict)


@previews.post(
    "/{case_id:uuid}/publications/preview",
    summary="预览公开内容",
    responses=refuses(*_ANY, NotFound, IllegalTransition),
    operation_id="preview_publication",
)
async def preview_publication(
    case_id: UUID,
    work: Preparing,
    first_day: Annotated[date | None, Query(description="整改问题公示的第一天，默认下一个工作日")] = None,
) -> PreviewOut:
    """
    由案件生成的标题和正文，已按规则遮盖姓名、电话、证件号、车牌、门牌、编号；逐处列出，由人决定。不保存。

    整改问题另给出最短的公示期：首日计入、不计入两种算法的截止日期，正文中一并写明。
    """
    return PreviewOut.model_validate(await work.read(proposing.preview, case_id, first_day))


@router.get(
    "",
    summary="公开内容列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PublicationQuery),
    operation_id="list_publications",
)
async def list_publications(
    work: Preparing, query: Annotated[PublicationQuery, Depends(Asked(PublicationQuery))]
) -> Page[PublicationRow]:
    """本辖区的拟稿和公开内容，新的在前；late=true 只看撤回或异议答复已逾期的。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="publications")
    rows = await work.read(listing.page, query.filters(), after=after, limit=query.limit)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = write_cursor(vault, last.prepared_at, last.id, use="publications") if last else None
    return Page[PublicationRow](items=[PublicationRow.of(row) for row in shown], next=following)


@router.post(
    "",
    summary="拟稿",
    status_code=201,
    responses=refuses(*_ANY, NotFound, IllegalTransition, Conflict, OtherContent),
    operation_id="draft_publication",
)
async def draft_publication(
    body: PublicationIn, work: Preparing, key: OptionalKey, response: Response
) -> PublicationOut:
    """为办结的案件拟一份公开内容；仍可能指明个人的地方列在 warnings，不阻止保存。"""
    made = await work.do(drafting.draft, body.draft(), key)
    return await get_publication(made, work, response)


@router.get(
    "/{publication_id:uuid}",
    summary="公开内容",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_publication",
)
async def get_publication(publication_id: UUID, work: Preparing, response: Response) -> PublicationOut:
    """一份公开内容及其全部经过。"""
    whole = await work.read(listing.whole, publication_id)
    response.headers.update(etag(whole.row.version))
    return PublicationOut.of_whole(whole)


@router.patch(
    "/{publication_id:uuid}",
    summary="修改拟稿",
    responses=refuses(*_CHANGING),
    operation_id="change_publication",
)
async def change_publication(
    publication_id: UUID, body: PublicationPatch, work: Preparing, version: IfMatch, response: Response
) -> PublicationOut:
    """修改拟稿的文字或日期；改过的人不能审批。须带 If-Match。"""
    await work.do(drafting.change, publication_id, body.fields(), version=version)
    return await get_publication(publication_id, work, response)


@router.post(
    "/{publication_id:uuid}/approve",
    summary="批准公开",
    responses=refuses(*_CHANGING, GuardsUnmet),
    operation_id="approve_publication",
)
async def approve_publication(
    publication_id: UUID, work: Deciding, version: IfMatch, response: Response
) -> PublicationOut:
    """由没有拟稿、改稿的负责人批准；按起止日期公开。须带 If-Match。"""
    await work.do(deciding.approve, publication_id, version=version)
    return await get_publication(publication_id, work, response)


@router.post(
    "/{publication_id:uuid}/drop",
    summary="不予公开",
    responses=refuses(*_CHANGING),
    operation_id="drop_publication",
)
async def drop_publication(
    publication_id: UUID, body: DropIn, work: Preparing, version: IfMatch, response: Response
) -> PublicationOut:
    """放弃拟稿，理由留在经过里。须带 If-Match。"""
    await work.do(drafting.drop, publication_id, reason=body.reason, version=version)
    return await get_publication(publication_id, work, response)


@router.post(
    "/{publication_id:uuid}/must-retract",
    summary="决定撤回",
    responses=refuses(*_CHANGING),
    operation_id="order_retraction",
)
async def order_retraction(
    publication_id: UUID, body: DropIn, work: Deciding, version: IfMatch, response: Response
) -> PublicationOut:
    """决定必须撤回，撤回期限（3个工作日）从现在起算；理由留在经过里。须带 If-Match。"""
    await work.do(deciding.must_retract, publication_id, reason=body.reason, version=version)
    return await get_publication(publication_id, work, response)


@router.post(
    "/{publication_id:uuid}/retract",
    summary="撤回",
    responses=refuses(*_CHANGING),
    operation_id="retract_publication",
)
async def retract_publication(
    publication_id: UUID, body: RetractIn, work: Deciding, version: IfMatch, response: Response
) -> PublicationOut:
    """立即撤回；公众此后只看到“已撤回”、日期和理由。须带 If-Match。"""
    await work.do(deciding.retract, publication_id, reason=body.reason, version=version)
    return await get_publication(publication_id, work, response)
