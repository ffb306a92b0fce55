"""Me 本人: my password, who acts for me."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.hashing import Hashing
from api.problems import refuses
from api.schemas.accounts import DeputyIn, DeputyOut, GrantGiven, NewPasswordIn
from api.work import May, OptionalKey, Work
from models.domain.access import Verb
from models.domain.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OtherContent,
    SessionEnded,
    TooManyRequests,
    Unauthenticated,
)
from models.operations.people import deputies, keeping

router = APIRouter(prefix="/v1/me", tags=["本人"])

Own = Annotated[Work, Depends(May(Verb.OWN))]
Deputising = Annotated[Work, Depends(May(Verb.DEPUTY_SET))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.post(
    "/password",
    summary="修改自己的密码",
    status_code=204,
    responses=refuses(*_ANY, TooManyRequests),
    operation_id="change_password",
)
async def change_password(body: NewPasswordIn, request: Request, work: Own) -> Response:
    """验证原密码后换新密码，并结束其他设备上的登录。"""
    hashing: Hashing = request.app.state.hashing
    old, new = body.old_password.get_secret_value(), body.new_password.get_secret_value()
    stored = await work.read(keeping.own_hash)
    await work.read(keeping.check_own, old=old, new=new)
    good = await hashing.verify(old, stored)
    await work.do(keeping.change_own, await hashing.hash(new) if good else "", good=good)
    return Response(status_code=204)


@router.get("/deputies", summary="我的代理人", responses=refuses(*_ANY), operation_id="list_deputies")
async def list_deputies(work: Deputising) -> list[DeputyOut]:
    """现在和以后代我行使职权的人。"""
    return [DeputyOut.of(row) for row in await work.read(deputies.mine)]


@router.post(
    "/deputies",
    summary="设代理人",
    status_code=201,
    responses=refuses(*_ANY, Conflict, OtherContent),
    operation_id="appoint_deputy",
)
async def appoint_deputy(body: DeputyIn, work: Deputising, key: OptionalKey) -> GrantGiven:
    """外出期间由谁代行哪个岗位；不超出本人的岗位、辖区和任期，时段可以重叠。"""
    return GrantGiven(id=await work.do(deputies.appoint_once, body.draft(), body.model_dump(), key))


@router.post(
    "/deputies/{grant_id}/end",
    summary="结束代理",
    status_code=204,
    responses=refuses(*_ANY, NotFound, Conflict),
    operation_id="end_deputy",
)
async def end_deputy(grant_id: UUID, work: Deputising) -> Response:
    """提前结束自己设的代理，立即生效。"""
    await work.do(deputies.dismiss, grant_id)
    return Response(status_code=204)
