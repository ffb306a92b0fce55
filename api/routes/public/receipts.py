"""Receipts 回执 for anybody: the keys they are signed with, and whether one is true."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.caching import cacheable
from api.problems import refuses
from api.schemas.public.receipts import CheckedOut, CheckIn, ImageIn, KeyOut, KeysOut
from api.tickets import Gated
from api.work import OpenWork
from models.domain.errors import NotFound, TooManyRequests
from models.domain.words.numbering import parse_public_number
from models.domain.words.query_codes import parse
from models.files.receipt_image import receipt_png
from models.operations.public import receipt_pictures
from models.operations.receipts import issuing, signing

KEYS_MAX_AGE_SECONDS: Final = 3600
"""A new key is seen by all within the hour; receipts carry their kid, so an older list is only short, never wrong."""

keys = APIRouter(prefix="/v1/public/keys", tags=["公众举报"])
router = APIRouter(prefix="/v1/public/receipts", tags=["公众举报"])


@keys.get(
    "",
    summary="签名公钥",
    response_model=KeysOut,
    responses={**refuses(), 304: {"description": "没有变化"}},
    operation_id="public_keys",
)
async def list_keys(request: Request, work: OpenWork) -> Response:
    """签发回执和审计链头的公钥及其使用期；离线核验回执时用。可以缓存，带 `If-None-Match` 时未变化答 304。"""
    rows = await work.read(signing.all_keys)
    answer = KeysOut(items=[KeyOut.of(row) for row in rows])
    return cacheable(request, answer, max_age_seconds=KEYS_MAX_AGE_SECONDS)


@router.post("/check", summary="核验回执", responses=refuses(), operation_id="check_receipt")
async def check_receipt(body: CheckIn, work: OpenWork) -> CheckedOut:
    """
    回执是否由本单位签发、有没有被改动；填了原文或文件摘要时，一并核对。

    只看签名，不查举报：核验结果不透露某个编号办理到哪一步，也不记录谁来核验。
    """
    found = await work.read(issuing.check, body.receipt.model_dump(), words=body.words, files=body.files)
    return CheckedOut.model_validate(found)


@router.post(
    "/image",
    summary="回执图片",
    response_class=Response,
    responses={
        **refuses(NotFound, TooManyRequests),
        200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
    },
    operation_id="draw_receipt",
)
async def draw_receipt(gate: Gated, body: ImageIn, work: OpenWork) -> Response:
    """凭编号和查询码得到可保存的回执图片（PNG，宽 720）：编号、分组的查询码、时间、二维码、电话。"""
    number, code = parse_public_number(body.number), parse(body.query_code)
    shown = await gate.answered(
        number, work.house.clock(), lambda: work.read(receipt_pictures.pictured, number, code, gate.limits)
    )
    drawn = await asyncio.to_thread(receipt_png, shown)
    return Response(drawn, media_type="image/png", headers={"Cache-Control": "no-store"})
