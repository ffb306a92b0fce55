"""Photo stations 机位 of an item, and the acceptance standards 验收标准."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.problems import refuses
from api.schemas.ledgers.dossiers import StandardOut, StandardsOut, StationOut, StationsOut
from api.schemas.ledgers.materials import StandardIn, StationChange, StationIn
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain import errors as e
from models.domain.access import Verb
from models.operations.materials import listing, stations

router = APIRouter(prefix="/v1/cases", tags=["一事一档"])
standards = APIRouter(prefix="/v1/reference/standards", tags=["法规数据"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Writing = Annotated[Work, Depends(May(Verb.MATERIAL_WRITE))]
Looking = Annotated[Work, Depends(May(Verb.REFERENCE_READ))]
Keeping = Annotated[Work, Depends(May(Verb.REFERENCE_ADMIN))]
_SIGNED_IN = (e.Unauthenticated, e.SessionEnded, e.Forbidden)
_CHANGE = (*_SIGNED_IN, e.NotFound, e.VersionMissing, e.StaleVersion, e.Conflict)


@router.get(
    "/{case_id:uuid}/stations",
    summary="照片机位",
    responses=refuses(*_SIGNED_IN, e.NotFound),
    operation_id="list_stations",
)
async def list_stations(case_id: UUID, work: Reading) -> StationsOut:
    """本问题的照片机位，按编号；整改前后的照片须在同一机位拍摄。"""
    found = await work.read(stations.of_case, case_id)
    return StationsOut(items=[StationOut.of(row) for row in found], next=None)


@router.post(
    "/{case_id:uuid}/stations",
    summary="设置机位",
    status_code=201,
    responses=refuses(*_CHANGE, e.Duplicate, e.OtherContent),
    operation_id="add_station",
)
async def add_station(
    case_id: UUID, body: StationIn, work: Writing, version: IfMatch, key: OptionalKey, response: Response
) -> StationOut:
    """由责任单位设置一个机位：编号、位置说明、坐标、朝向、桩号。"""
    content = body.model_dump(mode="json")
    made = await work.do(stations.add, case_id, body.draft(), content, version=version, key=key)
    response.headers.update(etag(made.version))
    return StationOut.of(made.row)


@router.patch(
    "/{case_id:uuid}/stations/{station_id:uuid}",
    summary="修改机位",
    responses=refuses(*_CHANGE),
    operation_id="change_station",
)
async def change_station(
    case_id: UUID, station_id: UUID, body: StationChange, work: Writing, version: IfMatch, response: Response
) -> StationOut:
    """改机位的说明或朝向；已有照片的机位不能再改。"""
    made = await work.do(stations.change, case_id, station_id, body.fields(), version=version)
    response.headers.update(etag(made.version))
    return StationOut.of(made.row)


@standards.get("", summary="验收标准", responses=refuses(*_SIGNED_IN), operation_id="list_standards")
async def list_standards(work: Looking) -> StandardsOut:
    """各问题类型的验收销号标准：材料、指标限值、采样和群众评议要求，每个数注明来源和可信程度。"""
    found = await work.read(listing.standards)
    return StandardsOut(items=[StandardOut.of(one) for one in found], next=None)


@standards.post(
    "",
    summary="增加本地验收标准",
    status_code=201,
    responses=refuses(*_SIGNED_IN, e.Duplicate, e.OtherContent),
    operation_id="add_standard",
)
async def add_standard(body: StandardIn, work: Keeping, key: OptionalKey) -> StandardOut:
    """按随软件提供的标准文件的写法增加一个本地标准；同类型的本地标准优先，不改国家标准和旧版本。"""
    return StandardOut.of(await work.do(listing.add_local, body.toml, key))
