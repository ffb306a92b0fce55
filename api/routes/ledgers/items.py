"""One item 整改问题 whole, and its tasks 整改任务; its steps are those of its case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.problems import refuses
from api.schemas.ledgers.ledgers import ItemOut, TaskDoneIn
from api.work import IfMatch, May, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    Forbidden,
    IllegalTransition,
    NotFound,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.ledgers import listing, tasking

router = APIRouter(prefix="/v1/cases", tags=["整改清单"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Reporting = Annotated[Work, Depends(May(Verb.PROGRESS_WRITE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "/{case_id:uuid}/item",
    summary="整改问题详情",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_item",
)
async def get_item(case_id: UUID, work: Reading, response: Response) -> ItemOut:
    """清单信息、方案、任务、责任单位、历次轮次；可以办理的步骤见案件详情。"""
    view = await work.read(listing.whole, case_id)
    response.headers.update(etag(view.item.row.version))
    return ItemOut.whole(view)


@router.post(
    "/{case_id:uuid}/tasks/{no:int}/done",
    summary="报告任务完成",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, IllegalTransition),
    operation_id="task_done",
)
async def task_done(
    case_id: UUID, no: int, body: TaskDoneIn, work: Reporting, version: IfMatch, response: Response
) -> ItemOut:
    """任务单位或责任单位报告一项任务完成，该任务的期限停止计时。"""
    await work.do(tasking.mark, case_id, no, done_on=body.done_on, note=body.note, version=version)
    return await get_item(case_id, work, response)
