"""Before a submission 提交之前: the challenge that opens a ticket, and what a form offers."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from api.problems import refuses
from api.schemas.public.reference import ChallengeOut, ChoicesOut
from api.tickets import Gated, Network
from api.work import OpenWork
from models.operations.public import choices

router = APIRouter(prefix="/v1/public", tags=["公众举报"])

AN_HOUR = "public, max-age=3600"


@router.get("/challenge", summary="取一道验证题", responses=refuses(), operation_id="get_challenge")
async def challenge(request: Request, response: Response, gate: Gated, network: Network) -> ChallengeOut:
    """
    一道 ALTCHA（v2）验证题，2 小时内有效。求解后随第一张照片或举报一起提交，每道只能用于一件举报。

    平时只需一步；同一网络短时间内要得多了才费些力。
    """
    response.headers["cache-control"] = "no-store"
    return ChallengeOut.model_validate(gate.challenge(network, request.app.state.house.clock()))


@router.get(
    "/reference",
    summary="表单选项",
    response_model=ChoicesOut,
    responses=refuses() | {304: {"description": "没有变化"}},
    operation_id="get_public_reference",
)
async def reference(
    work: OpenWork,
    gate: Gated,
    known: Annotated[str | None, Header(alias="If-None-Match", description="上次得到的 ETag")] = None,
) -> Response:
    """表单要用的全部选项：类别、现象、强度、天气、街道、隐私告知（带版本）、电话和上班时间、数量限制。可缓存一小时。"""
    body = ChoicesOut.of(await work.read(choices.offered), gate.limits).model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    headers = {"etag": tag, "cache-control": AN_HOUR}
    if known is not None and tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
