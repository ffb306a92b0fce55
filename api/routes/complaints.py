"""Complaints 来件: registering, the working text, contacts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.problems import refuses
from api.schemas.complaints import (
    ComplaintCreated,
    ComplaintIn,
    ContactIn,
    ContactMade,
    WorkingTextIn,
    WorkingTextOut,
)
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    Duplicate,
    Forbidden,
    Forgotten,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.casework import complaints, contacting
from models.operations.once import Key

router = APIRouter(prefix="/v1/complaints", tags=["来件"])

Registering = Annotated[Work, Depends(May(Verb.COMPLAINT_REGISTER))]
Contacting = Annotated[Work, Depends(May(Verb.COMPLAINT_CONTACT))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.post(
    "",
    summary="登记来件",
    status_code=201,
    responses=refuses(*_ANY, OtherContent, Duplicate),
    operation_id="register_complaint",
)
async def register_complaint(
    body: ComplaintIn, work: Registering, key: OptionalKey, response: Response
) -> ComplaintCreated:
    """登记任一渠道的来件：原话和身份立即加密封存，案件只带工作文本。"""
    key = key or Key(str(body.id), keep="id")
    made = ComplaintCreated.of(await work.do(complaints.register, body.complaint(), body.model_dump(), key))
    response.headers.update(etag(made.case.version))
    return made


@router.post(
    "/working-text",
    summary="拟工作文本",
    responses=refuses(*_ANY),
    operation_id="propose_working_text",
)
async def propose_working_text(body: WorkingTextIn, work: Registering) -> WorkingTextOut:
    """由原话拟出遮盖电话、证件号、姓名、门牌后的文本，供受理员修改；不保存。"""
    masked = await work.read(complaints.proposed_text, body.words, body.reporter.plain())
    return WorkingTextOut.model_validate(masked)


@router.post(
    "/{complaint_id}/contacts",
    summary="登记联系",
    status_code=201,
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, OtherContent, Forgotten),
    operation_id="log_contact",
)
async def log_contact(
    complaint_id: UUID, body: ContactIn, work: Contacting, version: IfMatch, key: OptionalKey
) -> ContactMade:
    """登记一次联系举报人的尝试；满两次未联系上，可按“联系不上”处理。重试时带同一 Idempotency-Key。"""
    inputs = body.model_dump(mode="json")
    made = await work.do(contacting.log_contact, complaint_id, inputs, version=version, key=key)
    return ContactMade(id=made)
