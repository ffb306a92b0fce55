"""Photos from the public 公众照片: tus 1.0 creation-with-upload, a whole photo in one request."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from api.problems import TUS_VERSION, refuses
from api.schemas.public.uploads import Uploaded
from api.tickets import TicketMark
from api.uploading import Announced, Intake
from api.work import OpenWork
from models.domain.errors import (
    BadTicket,
    Conflict,
    Flaw,
    Invalid,
    NotAPicture,
    OtherProtocol,
    TicketOver,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from models.domain.public.upload_limits import MOST_FILE_BYTES

router = APIRouter(prefix="/v1/public/uploads", tags=["公众照片"])

MEDIA_TYPE: Final = "application/offset+octet-stream"
LONGEST_METADATA: Final = 4_096
_SHA256: Final = re.compile(rb"[0-9a-fA-F]{64}")


async def announced(
    length: Annotated[int, Header(alias="Upload-Length", ge=1, le=2**53, description="整张照片的字节数")],
    metadata: Annotated[
        str | None,
        Header(
            alias="Upload-Metadata",
            description="tus 的键值对；只认 sha256（64 位十六进制，再按 tus 规定做 base64），文件名不读也不存",
        ),
    ] = None,
) -> Announced:
    """
    Dependency: what the headers say will come.

    Raises:
        Invalid: the metadata is no metadata, or the promised digest is none.
    """
    return Announced(length, promised(metadata or ""))


def promised(metadata: str) -> bytes | None:
    """The SHA-256 promised in the metadata; every other key is not looked at. Raises Invalid."""
    if len(metadata) > LONGEST_METADATA:
        raise _bad_metadata(f"最长 {LONGEST_METADATA} 个字符")
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "sha256":
            try:
                digest = base64.b64decode(value.strip(), validate=True)
            except (binascii.Error, ValueError):
                raise _bad_metadata("sha256 的值应为 base64") from None
            if not _SHA256.fullmatch(digest):
                raise _bad_metadata("sha256 应为 64 位十六进制，再做 base64")
            return bytes.fromhex(digest.decode())
    return None


def _bad_metadata(told: str) -> Invalid:
    return Invalid(flaws=[Flaw("header:/Upload-Metadata", "bad_metadata", told)])


async def intake_of(request: Request) -> Intake:
    """
    Dependency: the way in, for a request that speaks our version of the protocol.

    Raises:
        OtherProtocol; NotAPicture: the body is announced as something else.
    """
    if request.headers.get("tus-resumable") != TUS_VERSION:
        raise OtherProtocol()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise NotAPicture(f"照片要和创建请求一起上传，Content-Type 应为 {MEDIA_TYPE}")
    intake: Intake = request.app.state.intake
    return intake


_TUS_HEADERS: Final = {
    "parameters": [
        {
            "name": "Tus-Resumable",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "const": TUS_VERSION},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.post(
    "",
    summary="上传照片",
    status_code=201,
    responses=refuses(
        BadTicket, OtherProtocol, NotAPicture, TooLarge, TicketOver, Conflict, TooManyRequests, Unavailable
    ),
    openapi_extra=_TUS_HEADERS,
    operation_id="upload_photo",
    max_body_size=MOST_FILE_BYTES,
)
async def upload_photo(
    request: Request,
    response: Response,
    work: OpenWork,
    mark: TicketMark,
    coming: Annotated[Announced, Depends(announced)],
    intake: Annotated[Intake, Depends(intake_of)],
) -> Uploaded:
    """
    一次请求传一张照片（tus 1.0 creation-with-upload，不续传）；没收到回复就原样再传一次，不会重复。

    原图立即加密封存，别人只看到去掉拍摄时间、位置和机型的副本。照片传不上去不影响已提交的文字。
    """
    kept = await intake.take_in(work, mark, coming, request.stream())
    response.headers["Location"] = f"{router.prefix}/{kept.id}"
    response.headers["Upload-Offset"] = str(coming.size)
    response.headers["Tus-Resumable"] = TUS_VERSION
    return Uploaded(id=kept.id, sha256=kept.sha256.hex())


@router.options(
    "",
    summary="上传方式",
    status_code=204,
    responses=refuses(),
    operation_id="upload_options",
)
async def upload_options(request: Request) -> Response:
    """tus 的版本、扩展和单张照片的大小上限。"""
    intake: Intake = request.app.state.intake
    return Response(
        status_code=204,
        headers={
            "Tus-Resumable": TUS_VERSION,
            "Tus-Version": TUS_VERSION,
            "Tus-Extension": "creation,creation-with-upload",
            "Tus-Max-Size": str(intake.limits.upload_file_bytes),
        },
    )
