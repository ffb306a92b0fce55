"""Units 单位: the tree of offices, and who issues case numbers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.problems import refuses
from api.schemas.units import UnitIn, UnitOut, UnitPatch, UnitsOut
from api.work import IfMatch, May, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    Duplicate,
    Forbidden,
    NotFound,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.people import units

router = APIRouter(prefix="/v1/units", tags=["单位"])

Reading = Annotated[Work, Depends(May(Verb.PEOPLE_READ))]
Changing = Annotated[Work, Depends(May(Verb.ACCOUNT_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get("", summary="单位树", responses=refuses(*_ANY), operation_id="list_units")
async def list_units(work: Reading) -> UnitsOut:
    """本地区的单位及其上级，父级在前。"""
    return UnitsOut.model_validate({"items": await work.read(units.tree)})


@router.get("/{unit_id}", summary="单位", responses=refuses(*_ANY, NotFound), operation_id="get_unit")
async def get_unit(unit_id: UUID, work: Reading, response: Response) -> UnitOut:
    """一个单位。"""
    found = UnitOut.model_validate(await work.read(units.one, unit_id))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "", summary="新建单位", status_code=201, responses=refuses(*_ANY, Duplicate), operation_id="add_unit"
)
async def add_unit(body: UnitIn, work: Changing, response: Response) -> UnitOut:
    """新建单位；发文代字全系统唯一，案号由此而来。"""
    made = await work.do(units.add_unit, **body.model_dump())
    response.headers.update(etag(1))
    return UnitOut.model_validate(await work.read(units.one, made))


@router.patch(
    "/{unit_id}",
    summary="修改单位",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, Duplicate),
    operation_id="change_unit",
)
async def change_unit(
    unit_id: UUID, body: UnitPatch, work: Changing, version: IfMatch, response: Response
) -> UnitOut:
    """改名称、上级、发文代字，或写明撤销日期；上级不能是自己的下级。"""
    await work.do(units.change, unit_id, body.fields(), version=version)
    found = UnitOut.model_validate(await work.read(units.one, unit_id))
    response.headers.update(etag(found.version))
    return found
