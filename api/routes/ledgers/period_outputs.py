"""What comes out of a month 调度成果: the difference, the upper unit's table, the bulletin, corrections, statistics."""

import asyncio
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api.problems import refuses
from api.schemas.ledgers.period_outputs import (
    CorrectionIn,
    CorrectionOut,
    DecisionIn,
    DifferenceOut,
    FiguresOut,
)
from api.work import IfMatch, May, OptionalKey, Work
from models.documents import bulletin, monthly
from models.domain.access import Verb
from models.domain.errors import (
    Conflict,
    Forbidden,
    GuardsUnmet,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations.periods import briefing, correcting, differences, tabling

router = APIRouter(prefix="/v1/ledgers", tags=["月度调度"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Keeping = Annotated[Work, Depends(May(Verb.LEDGER_KEEP))]
Deciding = Annotated[Work, Depends(May(Verb.CORRECTION_DECIDE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get(
    "/periods/{period_id:uuid}/difference",
    summary="与上月的差异",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_period_difference",
)
async def get_period_difference(period_id: UUID, work: Reading) -> DifferenceOut:
    """与上一个已冻结月份逐项比较：新增、减少、状态变化、时限变化、反弹；合计与逐项变化应相符。"""
    return DifferenceOut.of(await work.read(differences.compare, period_id))


@router.get(
    "/periods/{period_id:uuid}/table.xlsx",
    summary="调度表（XLSX）",
    response_class=Response,
    responses={200: {"description": "调度表", "content": {XLSX: {}}}, **refuses(*_ANY, NotFound)},
    operation_id="get_period_table",
)
async def get_period_table(
    period_id: UUID,
    work: Reading,
    layout: Annotated[
        str, Query(max_length=40, description="表式；见 period_layouts.toml")
    ] = monthly.DEFAULT,
) -> Response:
    """按上级表式生成；已批准的更正列在备注，不改动快照数。未冻结的标明“未冻结”。"""
    sheet = await work.read(tabling.table, period_id, layout)
    return _file(await asyncio.to_thread(monthly.render, sheet), XLSX, f"{sheet.month}调度表.xlsx")


@router.get(
    "/periods/{period_id:uuid}/bulletin.docx",
    summary="调度简报（DOCX）",
    response_class=Response,
    responses={200: {"description": "简报", "content": {DOCX: {}}}, **refuses(*_ANY, NotFound, Conflict)},
    operation_id="get_bulletin",
)
async def get_bulletin(period_id: UUID, work: Reading) -> Response:
    """由冻结的快照生成两页简报：总体情况、分来源、滞后清单、反弹清单、下步工作。只写单位，不写个人。"""
    told = await work.read(briefing.bulletin, period_id)
    return _file(await asyncio.to_thread(bulletin.render, told), DOCX, f"{told.month}调度简报.docx")


@router.get(
    "/periods/{period_id:uuid}/corrections",
    summary="更正列表",
    responses=refuses(*_ANY, NotFound),
    operation_id="list_corrections",
)
async def list_corrections(period_id: UUID, work: Reading) -> list[CorrectionOut]:
    """一个月的更正，按编号；快照本身不改。"""
    return [CorrectionOut.of(row) for row in await work.read(correcting.listed, period_id)]


@router.post(
    "/periods/{period_id:uuid}/corrections",
    summary="提出更正",
    status_code=201,
    responses=refuses(*_ANY, NotFound, Conflict, OtherContent),
    operation_id="propose_correction",
)
async def propose_correction(
    period_id: UUID, body: CorrectionIn, work: Keeping, key: OptionalKey
) -> CorrectionOut:
    """对已冻结月份的一处内容提出更正，按月编号，由另一人审批后列在快照旁边。"""
    made = await work.do(correcting.propose, period_id, body.draft(), key)
    return CorrectionOut.of(await work.read(correcting.find, made))


@router.post(
    "/corrections/{correction_id:uuid}/decision",
    summary="审批更正",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, Conflict, GuardsUnmet),
    operation_id="decide_correction",
)
async def decide_correction(
    correction_id: UUID, body: DecisionIn, work: Deciding, version: IfMatch
) -> CorrectionOut:
    """由提出人以外的整改办人员或负责人审批；不同意须写理由。须带 If-Match（更正的 version）。"""
    await work.do(correcting.decide, correction_id, approve=body.approve, note=body.note, version=version)
    return CorrectionOut.of(await work.read(correcting.find, correction_id))


@router.get(
    "/{ledger_id:uuid}/statistics",
    summary="清单统计",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_ledger_statistics",
)
async def get_ledger_statistics(ledger_id: UUID, work: Reading) -> FiguresOut:
    """当前各状态词件数、逾期件数，分责任单位；不按个人统计。"""
    return FiguresOut.of(await work.read(differences.statistics, ledger_id))


def _file(data: bytes, media_type: str, name: str) -> Response:
    """A file with a Chinese name (RFC 8187)."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)
