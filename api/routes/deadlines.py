"""Deadlines 期限: the list, one with its explanation, what would move and moving it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.paging import Page, PageQuery, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.deadlines import (
    DeadlineQuery,
    DeadlineRow,
    DeadlineWhole,
    MoveOut,
    MovesDone,
    MovesIn,
    deadline_rows,
)
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import BadCursor, Forbidden, NotFound, SessionEnded, Unauthenticated
from models.operations.law import clocks, moves

router = APIRouter(prefix="/v1/deadlines", tags=["期限"])

Reading = Annotated[Work, Depends(May(Verb.DEADLINE_READ))]
Moving = Annotated[Work, Depends(May(Verb.DEADLINE_MOVE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="期限列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(DeadlineQuery),
    operation_id="list_deadlines",
)
async def list_deadlines(
    work: Reading, query: Annotated[DeadlineQuery, Depends(Asked(DeadlineQuery))]
) -> Page[DeadlineRow]:
    """您看得到的案件的期限，按最后期限排序；默认只列正在计时的。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="deadlines")
    rows = await work.read(clocks.page, query.filters(), after=after, limit=query.limit)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = write_cursor(vault, last.due_at, last.id, use="deadlines") if last is not None else None
    return Page[DeadlineRow].model_construct(items=deadline_rows(shown), next=following)


@router.get(
    "/moves",
    summary="待变动的期限",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_moves",
)
async def list_moves(work: Reading, query: Annotated[PageQuery, Depends(Asked(PageQuery))]) -> Page[MoveOut]:
    """放假安排或规则变动后会改变的期限，附变动前后的日期和说明；不会自行变动。一页可以为空而仍有下一页。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="moves")
    found, last = await work.read(moves.pending, limit=query.limit, after=after)
    following = write_cursor(vault, *last, use="moves") if last is not None else None
    return Page[MoveOut](items=[MoveOut.of(move) for move in found], next=following)


@router.post("/moves", summary="变动期限", responses=refuses(*_ANY), operation_id="apply_moves")
async def apply_moves(body: MovesIn, work: Moving) -> MovesDone:
    """按现行日历和规则变动点名的期限；逐个给出结果，变动前后都记入审计链。"""
    return MovesDone.model_validate({"items": await work.do(moves.apply, body.ids)})


@router.get(
    "/{deadline_id}", summary="期限详情", responses=refuses(*_ANY, NotFound), operation_id="get_deadline"
)
async def get_deadline(deadline_id: UUID, work: Reading) -> DeadlineWhole:
    """这个期限是怎么算出来的：各级规定和工单要求、起算、顺延、中止、延期。"""
    return DeadlineWhole.of(await work.read(clocks.whole, deadline_id))
