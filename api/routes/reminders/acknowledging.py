"""Acknowledging 确认收到 of what one was told."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.problems import refuses
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import Forbidden, NotFound, SessionEnded, Unauthenticated
from models.operations.reminders import acknowledging

router = APIRouter(prefix="/v1/notices", tags=["提醒"])

Own = Annotated[Work, Depends(May(Verb.OWN))]


@router.post(
    "/{notice_id}/ack",
    summary="确认收到",
    status_code=204,
    responses=refuses(Unauthenticated, SessionEnded, Forbidden, NotFound),
    operation_id="acknowledge_notice",
)
async def acknowledge_notice(notice_id: UUID, work: Own) -> Response:
    """点“收到”；到时尚未有人确认的提醒会告知上一级。只能确认自己的，重复确认无妨。"""
    await work.do(acknowledging.acknowledge, notice_id)
    return Response(status_code=204)
