"""The public's complaints 公众举报: submission, query by number and code, messages, withdrawal."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends

from api.limits import Gate
from api.posted import Posted, body_of
from api.problems import refuses
from api.schemas.public.complaints import (
    CodeIn,
    MessageIn,
    MessageMade,
    PublicComplaintIn,
    StatusOut,
    SubmittedOut,
    WithdrawIn,
)
from api.tickets import Gated
from api.work import OpenWork, OptionalKey, Work
from models.domain.errors import (
    BadTicket,
    Conflict,
    Flaw,
    Invalid,
    NotFound,
    OtherContent,
    TicketOver,
    TooManyRequests,
)
from models.domain.public.messages import MessageKind
from models.domain.words.numbering import parse_public_number
from models.domain.words.query_codes import parse
from models.operations.once import Key
from models.operations.public import earlier, querying, submitting, writing

router = APIRouter(prefix="/v1/public/complaints", tags=["公众举报"])

Submitting = Annotated[PublicComplaintIn, Depends(Posted(PublicComplaintIn))]
Asking = Annotated[CodeIn, Depends(Posted(CodeIn))]
Writing = Annotated[MessageIn, Depends(Posted(MessageIn))]
Withdrawing = Annotated[WithdrawIn, Depends(Posted(WithdrawIn))]
JSON_MOST_BYTES: Final = 131_072
_SPENT = (BadTicket, TicketOver, OtherContent, TooManyRequests)


@router.post(
    "",
    summary="提交举报",
    status_code=201,
    responses=refuses(Invalid, NotFound, *_SPENT),
    max_body_size=JSON_MOST_BYTES,
    openapi_extra=body_of(PublicComplaintIn),
    operation_id="submit_public_complaint",
)
async def submit(gate: Gated, body: Submitting, work: OpenWork, key: OptionalKey) -> SubmittedOut:
    """先存文字、先给编号和查询码，照片随后上传；同一幂等键重复提交得到同一结果。须附验证题答案和 Idempotency-Key。"""
    if body.altcha is None:
        raise Invalid(
            flaws=[Flaw("/altcha", "missing", "请先取验证题（GET /v1/public/challenge）并附上答案")]
        )
    mark, key = gate.mark_of(body.altcha, work.house.clock()), needed(key)
    draft = body.draft(await _follows(gate, work, body))
    content = body.model_dump(
        mode="json", exclude={"altcha"}
    )  # the same words under the same key, whatever the ticket
    return SubmittedOut.of(await work.do(submitting.submit, draft, content, key, mark=mark))


async def _follows(gate: Gate, work: Work, body: PublicComplaintIn) -> UUID | None:
    """The earlier complaint that was named, proven by code or receipt; a code tried here counts as a code tried."""
    receipt = body.follows_receipt
    code = None if body.follows is None else (body.follows.number, body.follows.query_code)
    if code is None and receipt is None:
        return None
    tried = code[0] if code else str(receipt)
    return await gate.answered(tried, work.house.clock(), lambda: work.read(earlier.proven, code, receipt))


@router.post(
    "/query",
    summary="查询进展",
    responses=refuses(NotFound, Invalid, TooManyRequests),
    max_body_size=JSON_MOST_BYTES,
    openapi_extra=body_of(CodeIn),
    operation_id="query_public_complaint",
)
async def query(gate: Gated, body: Asking, work: OpenWork) -> StatusOut:
    """凭举报编号和查询码查询：办到哪一步、期限、答复、留言。从不显示经办人。"""
    number, code = parse_public_number(body.number), parse(body.query_code)
    found = await gate.answered(number, work.house.clock(), lambda: work.read(querying.query, number, code))
    return StatusOut.model_validate(found)


@router.post(
    "/messages",
    summary="留言、补充、又发生了、未解决、评价",
    status_code=201,
    responses=refuses(NotFound, Conflict, Invalid, *_SPENT),
    max_body_size=JSON_MOST_BYTES,
    openapi_extra=body_of(MessageIn),
    operation_id="write_public_message",
)
async def write(gate: Gated, body: Writing, work: OpenWork, key: OptionalKey) -> MessageMade:
    """凭编号和查询码留言。“未解决”由没有经办过本件的人员复核。要传照片的，附上验证题答案后用同一凭证上传。"""
    now = work.house.clock()
    mark = gate.mark_of(body.altcha, now) if body.altcha else None
    number, code, key = parse_public_number(body.number), parse(body.query_code), needed(key)
    made = await gate.answered(
        number,
        now,
        lambda: work.do(writing.write, number, code, body.kind, body.said(), key, mark=mark),
    )
    return MessageMade(id=made, message="已收到，受理人员会尽快查看")


@router.post(
    "/withdraw",
    summary="撤回举报",
    responses=refuses(NotFound, Conflict, Invalid, OtherContent, TooManyRequests),
    max_body_size=JSON_MOST_BYTES,
    openapi_extra=body_of(WithdrawIn),
    operation_id="withdraw_public_complaint",
)
async def withdraw(gate: Gated, body: Withdrawing, work: OpenWork, key: OptionalKey) -> MessageMade:
    """撤回后编号和查询码不再能查询；已经发现的环境违法仍可能依法查处。"""
    number, code, key = parse_public_number(body.number), parse(body.query_code), needed(key)
    said = {"text": body.reason}
    made = await gate.answered(
        number,
        work.house.clock(),
        lambda: work.do(writing.write, number, code, MessageKind.WITHDRAW, said, key),
    )
    return MessageMade(id=made, message="已撤回；编号和查询码从现在起不能再查询")


def needed(key: Key | None) -> Key:
    """The key a public write must carry. Raises Invalid."""
    if key is None:
        told = "请带上 Idempotency-Key（自己生成，重试时不变），这样网络不好时重复提交也只算一次"
        raise Invalid(flaws=[Flaw("header:/Idempotency-Key", "missing", told)])
    return key
