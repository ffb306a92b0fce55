"""Photos of a complaint 举报照片: the copies for whoever sees the case, an original for a reason."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.problems import refuses
from api.schemas.evidence.photos import PhotoOut, PhotosOut
from api.schemas.identity.looks import LookIn
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import (
    Forbidden,
    Forgotten,
    NotFound,
    SessionEnded,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from models.files import store
from models.operations.evidence import views
from models.operations.public import photos

of_cases = APIRouter(prefix="/v1/cases", tags=["举报照片"])
router = APIRouter(prefix="/v1/evidence", tags=["举报照片"])

Reading = Annotated[Work, Depends(May(Verb.CASE_READ))]
Looking = Annotated[Work, Depends(May(Verb.IDENTITY_VIEW))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif"}
_BARE: Final = "default-src 'none'; sandbox"
"""Whatever a browser takes the bytes for, nothing in them runs."""


@of_cases.get(
    "/{case_id:uuid}/photos",
    summary="案件的举报照片",
    responses=refuses(*_ANY, NotFound),
    operation_id="list_case_photos",
)
async def list_case_photos(case_id: UUID, work: Reading) -> PhotosOut:
    """公众随举报上传的照片，按收到的先后；只列副本的大小，不含拍摄信息。"""
    found = await work.read(views.of_case, case_id)
    return PhotosOut(items=[PhotoOut.model_validate(one) for one in found])


@router.get(
    "/{evidence_id}/preview",
    summary="照片副本",
    response_class=Response,
    responses={
        200: {"description": "去掉拍摄信息的副本", "content": {"image/jpeg": {}}},
        304: {"description": "与 If-None-Match 相同"},
        **refuses(*_ANY, NotFound, Forgotten, Unavailable),
    },
    operation_id="get_photo_preview",
)
async def get_photo_preview(evidence_id: UUID, work: Reading, request: Request) -> Response:
    """重新编码的副本（JPEG，长边不超过 1600 像素），不含位置、时间、机型。"""
    photo = await work.read(views.copy_of, evidence_id)
    headers = {
        "ETag": f'"{photo.copy_sha256.hex()}"',
        "Cache-Control": "private, no-cache",  # a copy never changes, but the right to see it may end
        "Content-Disposition": f'inline; filename="photo-{evidence_id.hex[-8:]}.jpg"',
        "Content-Security-Policy": _BARE,
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = await asyncio.to_thread(work.house.store.get, store.copy_key(photo.copy_sha256))
    return Response(data, media_type="image/jpeg", headers=headers)


@router.post(
    "/{evidence_id}/original",
    summary="查看原图",
    response_class=Response,
    responses={
        200: {"description": "与收到时逐字节相同的原图", "content": {"application/octet-stream": {}}},
        **refuses(*_ANY, NotFound, Forgotten, Unreadable),
    },
    operation_id="view_photo_original",
)
async def view_photo_original(evidence_id: UUID, body: LookIn, work: Looking) -> Response:
    """打开封存的原图（含拍摄时间、位置、机型）；每次都留下理由，记入审计链和查看记录。"""
    opened = await work.do(views.open_original, evidence_id, reason=body.reason)
    data = await asyncio.to_thread(_original, work, opened)
    name = f"original-{evidence_id.hex[-8:]}.{_ENDINGS[opened.media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _BARE,
        "X-Media-Type": opened.media_type,
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


def _original(work: Work, opened: views.Opened) -> bytes:
    """The bytes as they came. Raises Unreadable."""
    sealed = work.house.store.get(store.sealed_key(opened.evidence_id))
    place = photos.original_place(opened.evidence_id)
    return work.house.vault.open_bytes(opened.data_key, sealed, place=place)
