"""Channels 通知渠道: how reminders leave the house, kept by the administrator."""

import asyncio
import socket
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, PageQuery, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.reminders.channels import (
    ChannelIn,
    ChannelKindsOut,
    ChannelOut,
    ChannelPatch,
    TrialOut,
)
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Forbidden,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.domain.outgoing.channels import ADDRESSES, CHANNEL_TITLES, CONFIG_FIELDS
from models.domain.outgoing.targets import Target
from models.operations.channels import channels, trials
from models.operations.channels.channels import Reached

router = APIRouter(prefix="/v1/channels", tags=["通知渠道"])

Keeping = Annotated[Work, Depends(May(Verb.CHANNEL_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
RESOLVE_SECONDS: Final = 3.0


@router.get(
    "",
    summary="通知渠道列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_channels",
)
async def list_channels(
    work: Keeping, query: Annotated[PageQuery, Depends(Asked(PageQuery))]
) -> Page[ChannelOut]:
    """本辖区的通知渠道，新的在前；设置内容不显示。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="channels")
    rows = await work.read(channels.page, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[ChannelOut](
        items=[ChannelOut.model_validate(row) for row in shown],
        next=write_cursor(vault, shown[-1].created_at, shown[-1].id, use="channels") if more else None,
    )


@router.get("/kinds", summary="渠道种类和设置项", responses=refuses(*_ANY), operation_id="list_channel_kinds")
async def list_channel_kinds(work: Keeping) -> ChannelKindsOut:
    """每种渠道要填的设置，和每个人要填的地址。"""
    await work.read(channels.may_keep)
    return ChannelKindsOut.model_validate(
        {
            "items": [
                {"kind": kind, "title": title, "address": ADDRESSES[kind], "fields": CONFIG_FIELDS[kind]}
                for kind, title in CHANNEL_TITLES.items()
            ]
        }
    )


@router.get(
    "/{channel_id}", summary="通知渠道", responses=refuses(*_ANY, NotFound), operation_id="get_channel"
)
async def get_channel(channel_id: UUID, work: Keeping, response: Response) -> ChannelOut:
    """一个渠道；设置内容不显示。"""
    found = ChannelOut.model_validate(await work.read(channels.find, channel_id))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "",
    summary="新建通知渠道",
    status_code=201,
    responses=refuses(*_ANY, OtherContent),
    operation_id="add_channel",
)
async def add_channel(body: ChannelIn, work: Keeping, key: OptionalKey, response: Response) -> ChannelOut:
    """新建渠道；内网地址和写法可疑的地址不收，确需使用的由系统管理员列入白名单。"""
    draft, origins = body.draft(), work.house.origins
    reached = await _reached(await work.read(channels.target_of_new, draft, origins))
    made = await work.do(channels.create_once, draft, reached, body.model_dump(), key)
    found = ChannelOut.model_validate(await work.read(channels.find, made))
    response.headers.update(etag(found.version))
    return found


@router.patch(
    "/{channel_id}",
    summary="修改通知渠道",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion),
    operation_id="change_channel",
)
async def change_channel(
    channel_id: UUID, body: ChannelPatch, work: Keeping, version: IfMatch, response: Response
) -> ChannelOut:
    """改名称、整个设置，或停用、恢复；停用后改走各人的下一个渠道。"""
    fields, origins = body.fields(), work.house.origins
    reached = await _reached(await work.read(channels.target_of_changed, channel_id, fields, origins))
    await work.do(channels.change, channel_id, fields, reached, version=version)
    found = ChannelOut.model_validate(await work.read(channels.find, channel_id))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "/{channel_id}/test",
    summary="测试通知渠道",
    status_code=202,
    responses=refuses(*_ANY, NotFound, Conflict),
    operation_id="test_channel",
)
async def test_channel(channel_id: UUID, work: Keeping) -> TrialOut:
    """给自己发一条测试消息；先在“我的提醒方式”里加上这个渠道。上一条还没发出的，不另发。"""
    await work.do(trials.put_down, channel_id)
    return TrialOut.model_validate(await work.read(trials.latest, channel_id))


@router.get(
    "/{channel_id}/test",
    summary="测试结果",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_channel_test",
)
async def get_channel_test(channel_id: UUID, work: Keeping) -> TrialOut:
    """自己最近一次测试这个渠道的结果；没有测过的为 404。"""
    return TrialOut.model_validate(await work.read(trials.latest, channel_id))


async def _reached(target: Target | None) -> Reached:
    """The addresses of a target, looked up off the loop; none where the name is unknown or nobody answers in time."""
    if target is None:
        return Reached(None, ())
    looking = asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    try:
        found = await asyncio.wait_for(looking, RESOLVE_SECONDS)
    except (OSError, UnicodeError):  # the time-out is an OSError
        found = []
    return Reached(target, sorted({str(address[0]) for *_, address in found}))
