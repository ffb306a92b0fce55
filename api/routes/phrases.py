"""Phrase texts 短语: wording for telling, refusing, replying, findings, returns."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.phrases import PhraseIn, PhraseOut, PhrasePatch, PhraseQuery
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
from models.operations.law import phrases
from models.tables.base import AnyRow

router = APIRouter(prefix="/v1/phrases", tags=["短语"])

Reading = Annotated[Work, Depends(May(Verb.CASE_READ))]
Writing = Annotated[Work, Depends(May(Verb.PHRASE_WRITE))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
_CHANGING = (*_ANY, NotFound, VersionMissing, StaleVersion, Conflict)
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The order is that of the ids, which carry the time themselves."""


@router.get(
    "",
    summary="短语列表",
    responses=refuses(*_ANY, BadCursor),
    openapi_extra=asked(PhraseQuery),
    operation_id="list_phrases",
)
async def list_phrases(
    work: Reading, query: Annotated[PhraseQuery, Depends(Asked(PhraseQuery))]
) -> Page[PhraseOut]:
    """本辖区及其上下级正在使用的短语。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="phrases")
    rows = await work.read(phrases.page, query.use, after=after[1] if after else None, limit=query.limit)
    shown = rows[: query.limit]
    following = (
        write_cursor(vault, _NO_TIME, shown[-1].id, use="phrases") if len(rows) > query.limit else None
    )
    return Page[PhraseOut](items=[PhraseOut.of(row) for row in shown], next=following)


@router.post(
    "",
    summary="增加短语",
    status_code=201,
    responses=refuses(*_ANY, OtherContent),
    operation_id="add_phrase",
)
async def add_phrase(body: PhraseIn, work: Writing, key: OptionalKey, response: Response) -> PhraseOut:
    """为本辖区增加一条短语。"""
    made = await work.do(phrases.add, body.draft(), body.model_dump(mode="json"), key)
    return _answer(made, response)


@router.get("/{phrase_id}", summary="短语", responses=refuses(*_ANY, NotFound), operation_id="get_phrase")
async def get_phrase(phrase_id: UUID, work: Reading, response: Response) -> PhraseOut:
    """一条短语。"""
    return _answer(await work.read(phrases.find, phrase_id), response)


@router.patch("/{phrase_id}", summary="修改短语", responses=refuses(*_CHANGING), operation_id="change_phrase")
async def change_phrase(
    phrase_id: UUID, body: PhrasePatch, work: Writing, version: IfMatch, response: Response
) -> PhraseOut:
    """修改本辖区的短语；须带 If-Match。"""
    changes = body.model_dump(mode="json", exclude_unset=True)
    return _answer(await work.do(phrases.change, phrase_id, changes, version=version), response)


@router.post("/{phrase_id}/end", summary="停用短语", responses=refuses(*_CHANGING), operation_id="end_phrase")
async def end_phrase(phrase_id: UUID, work: Writing, version: IfMatch, response: Response) -> PhraseOut:
    """停用后不再列出，仍可查到；须带 If-Match。"""
    return _answer(await work.do(phrases.end, phrase_id, version=version), response)


def _answer(row: AnyRow, response: Response) -> PhraseOut:
    response.headers.update(etag(row.version))
    return PhraseOut.of(row)
