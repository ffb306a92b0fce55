"""Officers 执法人员: certificates and how long they hold."""

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.units import OfficerIn, OfficerOut, OfficerPatch, OfficersQuery
from api.work import IfMatch, May, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Duplicate,
    Forbidden,
    NotFound,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.people import officers

router = APIRouter(prefix="/v1/officers", tags=["执法人员"])

Reading = Annotated[Work, Depends(May(Verb.PEOPLE_READ))]
Changing = Annotated[Work, Depends(May(Verb.ACCOUNT_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="执法人员列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(OfficersQuery),
    operation_id="list_officers",
)
async def list_officers(
    work: Reading, query: Annotated[OfficersQuery, Depends(Asked(OfficersQuery))]
) -> Page[OfficerOut]:
    """本地区的执法人员，证件先到期的在前；三十天内到期的有标记。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="officers")
    rows = await work.read(officers.page, unit_id=query.unit, after=after, limit=query.limit)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        ends = datetime.combine(shown[-1]["valid_to"], time(), UTC)
        following = write_cursor(vault, ends, shown[-1]["id"], use="officers")
    return Page[OfficerOut](items=[OfficerOut.model_validate(row) for row in shown], next=following)


@router.get(
    "/{officer_id}", summary="执法人员", responses=refuses(*_ANY, NotFound), operation_id="get_officer"
)
async def get_officer(officer_id: UUID, work: Reading, response: Response) -> OfficerOut:
    """一名执法人员及证件今天的状态。"""
    found = OfficerOut.model_validate(await work.read(officers.one, officer_id))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "",
    summary="登记执法人员",
    status_code=201,
    responses=refuses(*_ANY, Duplicate),
    operation_id="add_officer",
)
async def add_officer(body: OfficerIn, work: Changing, response: Response) -> OfficerOut:
    """登记一张行政执法证；证号不能重复。"""
    made = await work.do(officers.add, body.draft())
    response.headers.update(etag(1))
    return OfficerOut.model_validate(await work.read(officers.one, made))


@router.patch(
    "/{officer_id}",
    summary="修改执法人员",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, Duplicate),
    operation_id="change_officer",
)
async def change_officer(
    officer_id: UUID, body: OfficerPatch, work: Changing, version: IfMatch, response: Response
) -> OfficerOut:
    """更正或续期。"""
    await work.do(officers.change, officer_id, body.fields(), version=version)
    found = OfficerOut.model_validate(await work.read(officers.one, officer_id))
    response.headers.update(etag(found.version))
    return found
