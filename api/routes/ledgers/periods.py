"""Months of reporting 月度调度: opening, reporting, reviewing, who has not, freezing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, read_place, write_place
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.ledgers.periods import (
    EntryIn,
    FreezeIn,
    MissingOut,
    OverviewOut,
    PeriodIn,
    PeriodItemQuery,
    PeriodOut,
    PeriodPatch,
    RecordOut,
    ReviewIn,
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
from models.operations.periods import differences, filling, freezing, keeping, opening, reading

router = APIRouter(prefix="/v1/ledgers/periods", tags=["月度调度"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Keeping = Annotated[Work, Depends(May(Verb.LEDGER_KEEP))]
Filling = Annotated[Work, Depends(May(Verb.PROGRESS_WRITE))]
Reviewing = Annotated[Work, Depends(May(Verb.PROGRESS_REVIEW))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
_CHANGING = (*_ANY, NotFound, VersionMissing, StaleVersion, Conflict)


@router.get("", summary="调度月份列表", responses=refuses(*_ANY), operation_id="list_periods")
async def list_periods(work: Reading) -> list[PeriodOut]:
    """您所在辖区的各月调度，新的在前。"""
    return [PeriodOut.of(row) for row in await work.read(keeping.listed)]


@router.post(
    "",
    summary="开启月度调度",
    status_code=201,
    responses=refuses(*_ANY, Duplicate, Conflict, OtherContent),
    operation_id="open_period",
)
async def open_period(body: PeriodIn, work: Keeping, key: OptionalKey, response: Response) -> OverviewOut:
    """开启一个月的填报；不写时间的按20日开始、25日17:30截止。本辖区未销号的问题都要填报。"""
    made = await work.do(opening.open_month, body.draft(), key)
    return await get_period(made, work, response)


@router.get(
    "/{period_id:uuid}",
    summary="调度月份",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_period",
)
async def get_period(period_id: UUID, work: Reading, response: Response) -> OverviewOut:
    """时间、各状态词件数（合计＝各项之和，分来源、轮次批次、轮次、责任单位）、填报情况；冻结后为快照数。只计您看得到的问题。"""
    view = await work.read(differences.overview, period_id)
    response.headers.update(etag(view.period.version))
    return OverviewOut.of_whole(view)


@router.patch(
    "/{period_id:uuid}",
    summary="调整调度时间",
    responses=refuses(*_CHANGING),
    operation_id="change_period",
)
async def change_period(
    period_id: UUID, body: PeriodPatch, work: Keeping, version: IfMatch, response: Response
) -> OverviewOut:
    """调整开始、截止时间和滞后容差；冻结后不能再改。须带 If-Match。"""
    await work.do(opening.change, period_id, body.fields(), version=version)
    return await get_period(period_id, work, response)


@router.get(
    "/{period_id:uuid}/items",
    summary="调度逐项情况",
    responses=refuses(*_ANY, NotFound, BadCursor),
    openapi_extra=asked(PeriodItemQuery),
    operation_id="list_period_items",
)
async def list_period_items(
    period_id: UUID, work: Reading, query: Annotated[PeriodItemQuery, Depends(Asked(PeriodItemQuery))]
) -> Page[RecordOut]:
    """每个问题一行：状态词、累计进展、本月填报；冻结后为快照内容。"""
    vault = work.house.vault
    place = read_place(vault, query.cursor, use="period_items")
    after = None if place is None else UUID(place)
    rows = await work.read(
        reading.page, period_id, word=query.word, report=query.report, after=after, limit=query.limit
    )
    shown = rows[: query.limit]
    last = shown[-1]["case_id"] if len(rows) > query.limit else None
    following = None if last is None else write_place(vault, last, use="period_items")
    return Page[RecordOut](items=[RecordOut.model_validate(one) for one in shown], next=following)


@router.get(
    "/{period_id:uuid}/items/{case_id:uuid}",
    summary="一个问题的本月填报",
    responses=refuses(*_ANY, NotFound),
    operation_id="get_period_item",
)
async def get_period_item(period_id: UUID, case_id: UUID, work: Reading, response: Response) -> RecordOut:
    """ETag 是填报的版本，未填报时为 "0"。"""
    found = await work.read(reading.one, period_id, case_id)
    response.headers.update(etag(found["entry"]["version"]))
    return RecordOut.model_validate(found)


@router.put(
    "/{period_id:uuid}/items/{case_id:uuid}",
    summary="填报本月进展",
    responses=refuses(*_CHANGING),
    operation_id="fill_period_item",
)
async def fill_period_item(
    period_id: UUID, case_id: UUID, body: EntryIn, work: Filling, version: IfMatch, response: Response
) -> RecordOut:
    """责任单位联络员填报，整改办可代填；截止时间前可以重填，重填后须重新审核。须带 If-Match，首次填报为 "0"。"""
    await work.do(filling.fill, period_id, case_id, body.draft(), version=version)
    return await get_period_item(period_id, case_id, work, response)


@router.post(
    "/{period_id:uuid}/items/{case_id:uuid}/review",
    summary="审核本月填报",
    responses=refuses(*_CHANGING, GuardsUnmet),
    operation_id="review_period_item",
)
async def review_period_item(
    period_id: UUID, case_id: UUID, body: ReviewIn, work: Reviewing, version: IfMatch, response: Response
) -> RecordOut:
    """由填报人以外的牵头单位核查人员或整改办审核；退回须写明原因。须带 If-Match。"""
    await work.do(filling.review, period_id, case_id, accept=body.accept, note=body.note, version=version)
    return await get_period_item(period_id, case_id, work, response)


@router.get(
    "/{period_id:uuid}/missing",
    summary="未填报清单",
    responses=refuses(*_ANY, NotFound),
    operation_id="list_missing",
)
async def list_missing(period_id: UUID, work: Reading) -> list[MissingOut]:
    """按责任单位列出还没有填报或被退回的问题。"""
    return [MissingOut.model_validate(one) for one in await work.read(differences.missing, period_id)]


@router.post(
    "/{period_id:uuid}/freeze",
    summary="冻结",
    responses=refuses(*_CHANGING, GuardsUnmet),
    operation_id="freeze_period",
)
async def freeze_period(
    period_id: UUID, body: FreezeIn, work: Keeping, version: IfMatch, response: Response
) -> OverviewOut:
    """
    把截止时点的情况冻结为不可更改的快照（逐行和整体都有哈希，记入审计链）；未填报的照原样标明。

    提前冻结须写理由；与上月的差额不能逐项解释的不予冻结，并说明差在哪里。须带 If-Match。
    """
    await work.do(freezing.freeze, period_id, reason=body.reason, version=version)
    return await get_period(period_id, work, response)
