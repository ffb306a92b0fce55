"""Accounts 账号: people, their grants, what a leaving person hands over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.accounts import (
    AccountCreated,
    AccountIn,
    AccountOut,
    AccountPatch,
    AccountRow,
    AccountsQuery,
    GrantGiven,
    GrantIn,
    HandOverOut,
    PasswordIssued,
    SessionsEnded,
)
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Duplicate,
    Forbidden,
    GuardsUnmet,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.domain.words import passwords
from models.operations.people import account_views, accounts, ending, keeping, leaving
from models.operations.people.account_views import Filters

router = APIRouter(prefix="/v1/accounts", tags=["账号"])

Reading = Annotated[Work, Depends(May(Verb.PEOPLE_READ))]
Making = Annotated[Work, Depends(May(Verb.ACCOUNT_ADMIN))]
Keeping = Annotated[Work, Depends(May(Verb.ACCOUNT_KEEP))]
Granting = Annotated[Work, Depends(May(Verb.GRANT_ADMIN))]
HandingOver = Annotated[Work, Depends(May(Verb.HAND_OVER_READ))]
EndingSessions = Annotated[Work, Depends(May(Verb.SESSION_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="账号列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(AccountsQuery),
    operation_id="list_accounts",
)
async def list_accounts(
    work: Reading, query: Annotated[AccountsQuery, Depends(Asked(AccountsQuery))]
) -> Page[AccountRow]:
    """本地区的人员，按建立先后；可按单位（含下级）、岗位、是否在用筛选。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="accounts")
    filters = Filters(query.unit, query.role, query.active)
    rows = await work.read(account_views.page, filters, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[AccountRow](
        items=[AccountRow.model_validate(row) for row in shown],
        next=write_cursor(vault, shown[-1]["created_at"], shown[-1]["id"], use="accounts") if more else None,
    )


@router.post(
    "",
    summary="新建账号",
    status_code=201,
    responses=refuses(*_ANY, Duplicate),
    operation_id="create_account",
)
async def create_account(body: AccountIn, request: Request, work: Making) -> AccountCreated:
    """建立账号；随机初始密码只在这次回复里出现，请当面交给本人并请其修改。"""
    await work.read(accounts.check_new, login=body.login, unit_id=body.unit_id)
    password = passwords.issued()
    secret = await request.app.state.hashing.hash(password)
    made = await work.do(
        accounts.create, login=body.login, name=body.name, unit_id=body.unit_id, password_hash=secret
    )
    return AccountCreated(id=made, login=body.login, initial_password=password)


@router.get("/{account_id}", summary="账号", responses=refuses(*_ANY, NotFound), operation_id="get_account")
async def get_account(account_id: UUID, work: Reading, response: Response) -> AccountOut:
    """一个人的账号和全部授权，已结束的也列出。"""
    found = AccountOut.of(await work.read(account_views.one, account_id))
    response.headers.update(etag(found.version))
    return found


@router.patch(
    "/{account_id}",
    summary="修改账号",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, Conflict),
    operation_id="change_account",
)
async def change_account(
    account_id: UUID, body: AccountPatch, work: Keeping, version: IfMatch, response: Response
) -> AccountOut:
    """改姓名、单位，停用或启用；停用立即结束其全部登录。"""
    await work.do(keeping.change, account_id, body.fields(), version=version)
    found = AccountOut.of(await work.read(account_views.one, account_id))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "/{account_id}/password",
    summary="重置密码",
    responses=refuses(*_ANY, NotFound, Conflict),
    operation_id="reset_password",
)
async def reset_password(account_id: UUID, request: Request, work: Keeping) -> PasswordIssued:
    """换一个随机密码（只在这次回复里出现），并结束其全部登录。"""
    await work.read(keeping.resettable, account_id)
    password = passwords.issued()
    secret = await request.app.state.hashing.hash(password)
    await work.do(keeping.reset_password, account_id, secret)
    return PasswordIssued(new_password=password)


@router.post(
    "/{account_id}/leave",
    summary="离岗",
    responses=refuses(*_ANY, NotFound, Conflict, GuardsUnmet),
    operation_id="leave",
)
async def leave(account_id: UUID, work: Keeping) -> AccountOut:
    """办理离岗：授权、代理、登录立即结束；还有在办案件时先移交。"""
    await work.do(leaving.leave, account_id)
    return AccountOut.of(await work.read(account_views.one, account_id))


@router.get(
    "/{account_id}/hand-over",
    summary="移交清单",
    responses=refuses(*_ANY, NotFound),
    operation_id="hand_over",
)
async def hand_over(account_id: UUID, work: HandingOver) -> HandOverOut:
    """此人未了的事项；负责人看得到自己辖区内的案件，管理员只看数量。"""
    return HandOverOut.of(await work.read(leaving.hand_over, account_id))


@router.post(
    "/{account_id}/sessions/end",
    summary="结束登录（手机丢失）",
    responses=refuses(*_ANY, NotFound),
    operation_id="end_sessions",
)
async def end_sessions(account_id: UUID, work: EndingSessions) -> SessionsEnded:
    """手机丢失时立即结束此人全部登录；其手机里未上传的内容不受影响。"""
    return SessionsEnded(ended=await work.do(keeping.end_sessions, account_id))


@router.post(
    "/{account_id}/grants",
    summary="授权",
    status_code=201,
    responses=refuses(*_ANY, NotFound, Conflict, OtherContent),
    operation_id="give_grant",
)
async def give_grant(account_id: UUID, body: GrantIn, work: Granting, key: OptionalKey) -> GrantGiven:
    """授予岗位，或为缺岗的人指定代理；不能授权给自己，三类管理员不能兼任。"""
    content = {"account": account_id, **body.model_dump()}
    return GrantGiven(id=await work.do(accounts.give_once, body.draft(account_id), content, key))


@router.post(
    "/{account_id}/grants/{grant_id}/end",
    summary="收回授权",
    status_code=204,
    responses=refuses(*_ANY, NotFound, Conflict),
    operation_id="end_grant",
)
async def end_grant(account_id: UUID, grant_id: UUID, work: Granting) -> Response:
    """立即收回；由此产生的代理一并结束。"""
    await work.do(ending.end_grant, account_id, grant_id)
    return Response(status_code=204)
