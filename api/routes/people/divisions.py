"""Divisions 区划: the tree of codes that scopes, and mergers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.problems import refuses
from api.schemas.units import DivisionIn, DivisionOut, DivisionsOut, SuccessorIn
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    NotFound,
    SessionEnded,
    Unauthenticated,
)
from models.operations.people import divisions

router = APIRouter(prefix="/v1/divisions", tags=["区划"])

Reading = Annotated[Work, Depends(May(Verb.REFERENCE_READ))]
Changing = Annotated[Work, Depends(May(Verb.REFERENCE_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get("", summary="区划树", responses=refuses(*_ANY), operation_id="list_divisions")
async def list_divisions(work: Reading) -> DivisionsOut:
    """全部区划，上级在前；代码按级截短，display 为补零后的写法。"""
    return DivisionsOut.model_validate({"items": await work.read(divisions.listing)})


@router.post(
    "", summary="登记区划", status_code=201, responses=refuses(*_ANY, Duplicate), operation_id="add_division"
)
async def add_division(body: DivisionIn, work: Changing) -> DivisionOut:
    """登记新区划；县级区划同时开立自己的审计链。"""
    code = await work.do(divisions.add, **body.model_dump())
    return DivisionOut.model_validate(await work.read(divisions.one, code))


@router.post(
    "/{code}/successor",
    summary="撤并",
    responses=refuses(*_ANY, NotFound, Conflict),
    operation_id="succeed_division",
)
async def succeed_division(
    code: Annotated[str, Path(max_length=12)], body: SuccessorIn, work: Changing
) -> DivisionOut:
    """区划撤并：自该日起由接续区划管辖，其人员可查看和办理原区划的案件。"""
    await work.do(divisions.succeed, code, successor=body.successor, on=body.on)
    return DivisionOut.model_validate(await work.read(divisions.one, code))
