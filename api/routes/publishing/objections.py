"""Objections 异议 to publications at the desk: list, open, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.publishing.objections import (
    AnswerIn,
    ObjectionOut,
    ObjectionQuery,
    ObjectionViewIn,
    OpenedObjection,
)
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Forbidden,
    GuardsUnmet,
    NotFound,
    SessionEnded,
    Unauthenticated,
    Unreadable,
)
from models.operations.publishing import answering, objections

router = APIRouter(prefix="/v1/objections", tags=["公示公开"])

Reading = Annotated[Work, Depends(May(Verb.PUBLICATION_PREPARE))]
Looking = Annotated[Work, Depends(May(Verb.OBJECTION_VIEW))]
Deciding = Annotated[Work, Depends(May(Verb.PUBLICATION_DECIDE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="异议列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(ObjectionQuery),
    operation_id="list_objections",
)
async def list_objections(
    work: Reading, query: Annotated[ObjectionQuery, Depends(Asked(ObjectionQuery))]
) -> Page[ObjectionOut]:
    """本辖区收到的异议，新的在前；不显示异议人和内容。late=true 只看答复已逾期的。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="objections")
    rows = await work.read(objections.page, query.filters(), after=after, limit=query.limit)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = write_cursor(vault, last.received_at, last.id, use="objections") if last else None
    return Page[ObjectionOut](items=[ObjectionOut.of(row) for row in shown], next=following)


@router.post(
    "/{objection_id:uuid}/view",
    summary="查看异议内容",
    responses=refuses(*_ANY, NotFound, Unreadable),
    operation_id="view_objection",
)
async def view_objection(objection_id: UUID, body: ObjectionViewIn, work: Looking) -> OpenedObjection:
    """打开异议的内容和联系方式；每次查看都记入审计链。"""
    opened = await work.do(answering.view, objection_id, reason=body.reason)
    return OpenedObjection.model_validate(opened)


@router.post(
    "/{objection_id:uuid}/answer",
    summary="答复异议",
    responses=refuses(*_ANY, NotFound, Conflict, GuardsUnmet),
    operation_id="answer_objection",
)
async def answer_objection(objection_id: UUID, body: AnswerIn, work: Deciding) -> ObjectionOut:
    """由没有拟稿、改稿的负责人答复；异议成立的，开始计算撤回期限。"""
    row = await work.do(answering.answer, objection_id, upheld=body.upheld, words=body.answer)
    return ObjectionOut.of(row)
