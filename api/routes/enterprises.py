"""Enterprises 企业 and sites 生产经营场所, in their minimal form."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.enterprises import (
    EnterpriseIn,
    EnterpriseOut,
    EnterpriseRow,
    EnterprisesQuery,
    Registered,
    SiteIn,
    SiteOut,
    SitesQuery,
)
from api.work import May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Duplicate,
    Forbidden,
    NotFound,
    OtherContent,
    SessionEnded,
    Unauthenticated,
)
from models.operations.registry import enterprises, sites

router = APIRouter(prefix="/v1/enterprises", tags=["企业"])
places = APIRouter(prefix="/v1/sites", tags=["企业"])

Reading = Annotated[Work, Depends(May(Verb.SITE_READ))]
Writing = Annotated[Work, Depends(May(Verb.SITE_WRITE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="企业列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(EnterprisesQuery),
    operation_id="list_enterprises",
)
async def list_enterprises(
    work: Reading, query: Annotated[EnterprisesQuery, Depends(Asked(EnterprisesQuery))]
) -> Page[EnterpriseRow]:
    """在您辖区有场所的和尚无场所的企业；按完整代码查，外地已建档的也能找到，免得重复建档。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="enterprises")
    rows = await work.read(
        enterprises.page, name=query.name, typed_code=query.uscc, after=after, limit=query.limit
    )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[EnterpriseRow](
        items=[EnterpriseRow.model_validate(row) for row in shown],
        next=write_cursor(vault, shown[-1].created_at, shown[-1].id, use="enterprises") if more else None,
    )


@router.post(
    "",
    summary="企业建档",
    status_code=201,
    responses=refuses(*_ANY, Duplicate, OtherContent),
    operation_id="add_enterprise",
)
async def add_enterprise(body: EnterpriseIn, work: Writing, key: OptionalKey) -> Registered:
    """登记企业；统一社会信用代码校验不符的照存，并标明未核实。"""
    made = await work.do(
        enterprises.add, name=body.name, typed_code=body.uscc, content=body.model_dump(), key=key
    )
    return Registered(id=made)


@router.get(
    "/{enterprise_id}", summary="企业", responses=refuses(*_ANY, NotFound), operation_id="get_enterprise"
)
async def get_enterprise(enterprise_id: UUID, work: Reading, response: Response) -> EnterpriseOut:
    """一家企业，和您看得到的场所。"""
    found = EnterpriseOut.of(await work.read(enterprises.one, enterprise_id))
    response.headers.update(etag(found.version))
    return found


@places.get(
    "",
    summary="场所列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(SitesQuery),
    operation_id="list_sites",
)
async def list_sites(
    work: Reading, query: Annotated[SitesQuery, Depends(Asked(SitesQuery))]
) -> Page[SiteOut]:
    """您辖区内的生产经营场所；企业账号只见自己的。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="sites")
    rows = await work.read(
        sites.page, division=query.division, enterprise_id=query.enterprise, after=after, limit=query.limit
    )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[SiteOut](
        items=[SiteOut.of(row) for row in shown],
        next=write_cursor(vault, shown[-1].created_at, shown[-1].id, use="sites") if more else None,
    )


@places.post(
    "",
    summary="场所建档",
    status_code=201,
    responses=refuses(*_ANY, OtherContent),
    operation_id="add_site",
)
async def add_site(body: SiteIn, work: Writing, key: OptionalKey) -> Registered:
    """为企业登记一处场所；坐标须说明坐标系，存 WGS-84 并保留原值。"""
    return Registered(id=await work.do(sites.add, body.draft(), content=body.model_dump(), key=key))


@places.get("/{site_id}", summary="场所", responses=refuses(*_ANY, NotFound), operation_id="get_site")
async def get_site(site_id: UUID, work: Reading, response: Response) -> SiteOut:
    """一处生产经营场所。"""
    found = SiteOut.of(await work.read(sites.find, site_id))
    response.headers.update(etag(found.version))
    return found
