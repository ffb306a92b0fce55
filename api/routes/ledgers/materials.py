"""The file of an item 一事一档: materials with their files, and the catalogue with what is missing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from api.problems import refuses
from api.routes.ledgers.receiving import receive
from api.schemas.cases import ClientId
from api.schemas.ledgers.dossiers import DossierOut, MaterialOut
from api.schemas.ledgers.materials import MaterialIn, VoidIn, draft_of
from api.work import IfMatch, May, Work, etag
from models.domain import errors as e
from models.domain.access import Verb
from models.files.store import file_key
from models.operations.materials import adding, arriving, viewing

router = APIRouter(prefix="/v1/cases", tags=["一事一档"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Writing = Annotated[Work, Depends(May(Verb.MATERIAL_WRITE))]
_ANY = (e.Unauthenticated, e.SessionEnded, e.Forbidden, e.NotFound)
_CHANGE = (*_ANY, e.VersionMissing, e.StaleVersion, e.Conflict)
_BODY_BYTES: Final = 64_000_000
"""Above the limit of a file, so that who sends a little too much is told which limit."""
_BARE: Final = "default-src 'none'; sandbox"
_FILE: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/{case_id:uuid}/dossier", summary="一事一档", responses=refuses(*_ANY), operation_id="get_dossier"
)
async def get_dossier(case_id: UUID, work: Reading, response: Response) -> DossierOut:
    """按目录顺序列出已有的和还缺的材料、未达标的指标、缺照片的机位；随时可看。"""
    found = await work.read(viewing.dossier, case_id)
    response.headers.update(etag(found.version))
    return DossierOut.of(found)


@router.put(
    "/{case_id:uuid}/materials/{material_id:uuid}",
    summary="登记材料",
    responses=refuses(*_CHANGE, e.TooLarge, e.OtherContent),
    operation_id="put_material",
)
async def put_material(
    case_id: UUID,
    material_id: ClientId,
    body: MaterialIn,
    work: Writing,
    version: IfMatch,
    response: Response,
) -> MaterialOut:
    """先登记一份材料及其文件的摘要和大小，再上传文件；同一编号重复提交不会重复登记。"""
    draft = draft_of(material_id, body)
    await work.do(adding.add, case_id, draft, body.model_dump(mode="json"), version)
    return await _shown(work, case_id, material_id, response)


@router.put(
    "/{case_id:uuid}/materials/{material_id:uuid}/file",
    summary="上传材料的文件",
    responses=refuses(*_ANY, e.Conflict, e.TooLarge, e.NotAPaper, e.Unavailable),
    openapi_extra=_FILE,
    operation_id="put_material_file",
    max_body_size=_BODY_BYTES,
)
async def put_material_file(
    case_id: UUID, material_id: UUID, work: Writing, request: Request, response: Response
) -> MaterialOut:
    """上传登记时所报的文件（照片、PDF、Word、Excel）；与登记的摘要不符的不保存，没传完的可以整个再传。"""
    await receive(work, case_id, material_id, request)
    return await _shown(work, case_id, material_id, response)


@router.get(
    "/{case_id:uuid}/materials/{material_id:uuid}/file",
    summary="下载材料的文件",
    response_class=StreamingResponse,
    responses={
        200: {"description": "与提交时逐字节相同的文件", "content": {"application/octet-stream": {}}},
        **refuses(*_ANY, e.Unavailable),
    },
    operation_id="get_material_file",
)
async def get_material_file(case_id: UUID, material_id: UUID, work: Reading) -> StreamingResponse:
    """原样下载；每次下载都记入审计链。"""
    row = await work.do(arriving.opened, case_id, material_id)
    pieces = await asyncio.to_thread(work.house.store.chunks, file_key(row.sha256))
    headers = {
        "ETag": f'"{row.sha256.hex()}"',
        "Content-Length": str(row.size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.file_name, safe='')}",
        "Content-Security-Policy": _BARE,
    }
    return StreamingResponse(pieces, media_type=row.media_type, headers=headers)


@router.post(
    "/{case_id:uuid}/materials/{material_id:uuid}/void",
    summary="作废材料",
    responses=refuses(*_CHANGE),
    operation_id="void_material",
)
async def void_material(
    case_id: UUID, material_id: UUID, body: VoidIn, work: Writing, version: IfMatch, response: Response
) -> MaterialOut:
    """作废提交错了的材料，写明原因；记录和文件都保留。"""
    await work.do(adding.void, case_id, material_id, reason=body.reason, version=version)
    return await _shown(work, case_id, material_id, response)


async def _shown(work: Work, case_id: UUID, material_id: UUID, response: Response) -> MaterialOut:
    version, row = await work.read(viewing.one, case_id, material_id)
    response.headers.update(etag(version))
    return MaterialOut.of(row)
