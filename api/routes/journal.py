"""The journal 审计链: its rows for the audit, and the signed head of a day."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.paging import Page, read_place, write_place
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.journal import AnchorOut, AnchorQuery, JournalQuery, JournalRowOut
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import BadCursor, Forbidden, NotFound, SessionEnded, Unauthenticated
from models.operations.chains import anchors, listing

router = APIRouter(prefix="/v1/journal", tags=["审计链"])

Auditing = Annotated[Work, Depends(May(Verb.JOURNAL_READ))]
_ANY = (Unauthenticated, SessionEnded, Forbidden, NotFound)


@router.get(
    "",
    summary="审计链",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(JournalQuery),
    operation_id="list_journal",
)
async def list_journal(
    work: Auditing, query: Annotated[JournalQuery, Depends(Asked(JournalQuery))]
) -> Page[JournalRowOut]:
    """谁、何时、对什么、做了什么，各链新的在前；只有字段名和加密摘要，没有任何个人信息。"""
    vault = work.house.vault
    place = read_place(vault, query.cursor, use="journal")
    after = (place.split(":")[0], int(place.split(":")[1])) if place is not None else None
    rows = await work.read(listing.page, chain=query.chain, after=after, limit=query.limit)
    shown = rows[: query.limit]
    more = (
        write_place(vault, f"{shown[-1].chain}:{shown[-1].seq}", use="journal")
        if len(rows) > len(shown)
        else None
    )
    return Page[JournalRowOut](items=[JournalRowOut.of(row) for row in shown], next=more)


@router.get(
    "/anchors",
    summary="每日链头",
    responses=refuses(*_ANY),
    openapi_extra=asked(AnchorQuery),
    operation_id="daily_anchor",
)
async def daily_anchor(
    work: Auditing, request: Request, query: Annotated[AnchorQuery, Depends(Asked(AnchorQuery))]
) -> AnchorOut:
    """某日最后一次链头签名，供公布：日后凭它可证明审计链自那日起没有被改过。"""
    log = anchors.path_in(request.app.state.data_dir)
    line = await work.read(anchors.published, log, query.day)
    return AnchorOut.of(query.day, line, work.house.vault)
