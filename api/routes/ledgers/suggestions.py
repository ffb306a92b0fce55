"""Suggestions around rectification 整改: suspected relapses, similar problems. A person decides on each."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.paging import Page, PageQuery, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.ledgers.suggestions import SimilarList, SuggestionOut
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import BadCursor, Forbidden, NotFound, SessionEnded, Unauthenticated
from models.operations.ledgers import similar, suggesting

router = APIRouter(prefix="/v1/ledgers", tags=["整改清单"])
of_cases = APIRouter(prefix="/v1/cases", tags=["整改清单"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Keeping = Annotated[Work, Depends(May(Verb.LEDGER_KEEP))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "/relapse-suggestions",
    summary="疑似反弹提示",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_relapse_suggestions",
)
async def list_relapse_suggestions(
    work: Keeping, query: Annotated[PageQuery, Depends(Asked(PageQuery))]
) -> Page[SuggestionOut]:
    """
    在办举报中，与已销号问题同一场所、同类、且在观察期（默认24个月）内的，新的在前。

    只作提示，不自动认定反弹；查实后由有权人员在原整改问题上办理“认定反弹”。
    """
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="relapse")
    found = await work.read(suggesting.page, after=after, limit=query.limit)
    shown = found[: query.limit]
    last = shown[-1].case if len(found) > query.limit else None
    following = write_cursor(vault, last.received_at, last.id, use="relapse") if last is not None else None
    return Page[SuggestionOut](items=[SuggestionOut.of(one) for one in shown], next=following)


@of_cases.get(
    "/{case_id:uuid}/similar",
    summary="举一反三：类似问题",
    responses=refuses(*_ANY, NotFound),
    operation_id="list_similar",
)
async def list_similar(case_id: UUID, work: Reading) -> SimilarList:
    """未办结的类似问题，最多20件：同一场所、同一企业、500米内同类、本区域同类型，各写明理由。"""
    return SimilarList.of(await work.read(similar.similar, case_id))
