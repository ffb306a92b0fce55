"""Ledgers 清单 of rectification, and entering problems into them."""

from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, PageQuery, read_place, write_place
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.ledgers.ledgers import ItemIn, ItemOut, ItemQuery, ItemRow, LedgerIn, LedgerOut
from api.work import May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Conflict,
    Duplicate,
    Forbidden,
    NotFound,
    OtherContent,
    SessionEnded,
    Unauthenticated,
)
from models.operations.ledgers import items, ledgers, listing

router = APIRouter(prefix="/v1/ledgers", tags=["整改清单"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Keeping = Annotated[Work, Depends(May(Verb.LEDGER_KEEP))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="清单列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PageQuery),
    operation_id="list_ledgers",
)
async def list_ledgers(
    work: Reading, query: Annotated[PageQuery, Depends(Asked(PageQuery))]
) -> Page[LedgerOut]:
    """年份新的在前；已公布的批次只读，只有公布的数量和结果。"""
    vault = work.house.vault
    place = read_place(vault, query.cursor, use="ledgers")
    after = None
    if place is not None:
        year, _, last_id = place.partition("|")
        after = int(year), UUID(last_id)
    rows = await work.read(ledgers.page, after=after, limit=query.limit)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = write_place(vault, f"{last.year}|{last.id}", use="ledgers") if last is not None else None
    return Page[LedgerOut](items=[LedgerOut.of(row) for row in shown], next=following)


@router.post(
    "",
    summary="新建清单",
    status_code=201,
    responses=refuses(*_ANY, OtherContent),
    operation_id="make_ledger",
)
async def make_ledger(body: LedgerIn, work: Keeping, key: OptionalKey) -> LedgerOut:
    """整改办建立一份清单；可带 Idempotency-Key。"""
    ledger_id = await work.do(ledgers.make, body.draft(), key)
    return LedgerOut.of(await work.read(ledgers.counted, ledger_id))


@router.get(
    "/{ledger_id:uuid}", summary="一份清单", responses=refuses(*_ANY, NotFound), operation_id="get_ledger"
)
async def get_ledger(ledger_id: UUID, work: Reading) -> LedgerOut:
    """清单的来源、批次、审批层级。"""
    return LedgerOut.of(await work.read(ledgers.counted, ledger_id))


@router.get(
    "/{ledger_id:uuid}/items",
    summary="清单中的问题",
    responses=refuses(*_ANY, NotFound, BadCursor),
    openapi_extra=asked(ItemQuery),
    operation_id="list_items",
)
async def list_items(
    ledger_id: UUID, work: Reading, query: Annotated[ItemQuery, Depends(Asked(ItemQuery))]
) -> Page[ItemRow]:
    """按问题编号、轮次排列；只列出您看得到的问题。"""
    vault = work.house.vault
    place = read_place(vault, query.cursor, use=f"items/{ledger_id}")
    after = None
    if place is not None:
        no, _, round_ = place.partition("|")
        after = unquote(no), int(round_)
    rows = await work.read(listing.page, ledger_id, after=after, limit=query.limit)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        last = shown[-1].row
        following = write_place(vault, f"{quote(last.problem_no)}|{last.round}", use=f"items/{ledger_id}")
    return Page[ItemRow](items=[ItemRow.of(one) for one in shown], next=following)


@router.post(
    "/{ledger_id:uuid}/items",
    summary="登记问题",
    status_code=201,
    responses=refuses(*_ANY, NotFound, Conflict, Duplicate, OtherContent),
    operation_id="enter_item",
)
async def enter_item(ledger_id: UUID, body: ItemIn, work: Keeping, response: Response) -> ItemOut:
    """把一个问题列入清单，方案报送期限开始计时；同一 id 重复提交得到同一结果。"""
    draft = body.draft(ledger_id)
    case_id = await work.do(items.enter, draft, {"ledger": ledger_id, **body.model_dump()})
    view = await work.read(listing.whole, case_id)
    response.headers.update(etag(view.item.row.version))
    return ItemOut.whole(view)
