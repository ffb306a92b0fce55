"""Sessions 登录: log in, refresh, log out, who am I."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.hashing import Hashing
from api.problems import refuses
from api.schemas.people import LoginIn, MeOut, RefreshIn, TokensOut
from api.work import May, OpenWork, Work
from models.domain.access import Verb
from models.domain.errors import BadCredentials, SessionEnded, TokenReused, TooManyRequests, Unauthenticated
from models.operations.people import people, sessions

router = APIRouter(prefix="/v1", tags=["登录"])
Own = Annotated[Work, Depends(May(Verb.OWN))]


@router.post(
    "/auth/login", summary="登录", responses=refuses(BadCredentials, TooManyRequests), operation_id="login"
)
async def login(body: LoginIn, request: Request, work: OpenWork) -> TokensOut:
    """账号密码换取令牌。连续输错只让本网络对该账号变慢，不会锁住账号。"""
    network = request.client.host if request.client else "?"
    hashing: Hashing = request.app.state.hashing
    candidate = await work.read(sessions.find, login=body.login, network=network)
    good = await hashing.verify(body.password.get_secret_value(), candidate.password_hash)
    pair = await work.do(
        sessions.begin, candidate, login=body.login, network=network, device=body.device, good=good
    )
    return TokensOut.of(pair)


@router.post(
    "/auth/refresh", summary="续期", responses=refuses(SessionEnded, TokenReused), operation_id="refresh"
)
async def refresh(body: RefreshIn, work: OpenWork) -> TokensOut:
    """用刷新令牌换新的一对。弱网下没收到回复可用同一令牌再试。"""
    return TokensOut.of(await work.do(sessions.refresh, body.refresh_token.get_secret_value()))


@router.post(
    "/auth/logout",
    summary="退出",
    status_code=204,
    responses=refuses(Unauthenticated, SessionEnded),
    operation_id="logout",
)
async def logout(work: Own) -> Response:
    """结束本设备的登录。"""
    await work.do(sessions.leave)
    return Response(status_code=204)


@router.get("/me", summary="我是谁", responses=refuses(Unauthenticated, SessionEnded), operation_id="me")
async def me(work: Own) -> MeOut:
    """当前账号、岗位、辖区、代理关系，以及本系统是否示例数据。"""
    return MeOut.of(await work.read(people.me))
