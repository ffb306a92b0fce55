"""Messages 留言 of the bureau to whoever holds the query code, and a new code for who lost it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.problems import refuses
from api.schemas.public.complaints import AnswerIn, CodeOut, MessageMade
from api.work import May, OptionalKey, Work
from models.domain.access import Verb
from models.domain.errors import Conflict, Forbidden, NotFound, OtherContent, SessionEnded, Unauthenticated
from models.domain.words.numbering import shown
from models.domain.words.query_codes import shown as code_shown
from models.operations.public import answering, reissuing

router = APIRouter(prefix="/v1/complaints", tags=["来件"])

Contacting = Annotated[Work, Depends(May(Verb.COMPLAINT_CONTACT))]


@router.post(
    "/{complaint_id}/messages",
    summary="回复留言",
    status_code=201,
    responses=refuses(Unauthenticated, SessionEnded, Forbidden, NotFound, Conflict, OtherContent),
    operation_id="answer_message",
)
async def answer_message(
    complaint_id: UUID, body: AnswerIn, work: Contacting, key: OptionalKey
) -> MessageMade:
    """给举报人留言，他凭查询码能看到；案件随即离开“举报人有新留言”队列。请勿写入经办人姓名。"""
    made = await work.do(answering.answer, complaint_id, body.text, key=key)
    return MessageMade(id=made, message="已留言，举报人查询时可见")


@router.post(
    "/{complaint_id}/query-code",
    summary="补发查询码",
    status_code=201,
    responses=refuses(Unauthenticated, SessionEnded, Forbidden, NotFound, Conflict),
    operation_id="reissue_query_code",
)
async def reissue_query_code(complaint_id: UUID, work: Contacting) -> CodeOut:
    """举报人丢了查询码：先用原号码回拨并登记“已联系上”，再补发；旧码立即失效，新码只显示这一次。"""
    number, code = await work.do(reissuing.reissue, complaint_id)
    return CodeOut(number=shown(number), query_code=code_shown(code))
