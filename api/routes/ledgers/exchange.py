"""
Ledgers in and out 导入导出: tables in the official layouts.

Reading and writing a table takes seconds: both run in two threads of their own, the rows are read page by page in
between, and the body is read whole before any transaction opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from api.problems import refuses
from api.schemas.ledgers import exchange as wire
from api.work import May, OptionalKey, Work
from models.documents import xlsx_guarding
from models.documents.xlsx_writing import Sheet
from models.domain.access import Verb
from models.domain.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OtherContent,
    SessionEnded,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from models.operations.ledgers.exchange import exporting, importing, judging, registered, understanding
from models.operations.ledgers.exchange.exporting import Table
from models.operations.ledgers.exchange.registered import Cursor, Item

router = APIRouter(prefix="/v1/ledgers", tags=["整改清单"])

Reading = Annotated[Work, Depends(May(Verb.LEDGER_READ))]
Keeping = Annotated[Work, Depends(May(Verb.LEDGER_KEEP))]
T = TypeVar("T")

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_AT_ONCE: Final = 8
"""Tables being read or written in one process: 10 MB each while they wait for a thread."""

BODY_SECONDS: Final = 120
_CHUNK: Final = 65_536
_ANY = (Unauthenticated, SessionEnded, Forbidden)
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "XLSX 表格", "content": {XLSX: _BINARY}}
}
_CROWDED: Final = "现在导入导出的人很多，请过一会儿再试；没有写入任何内容"


class Desk:
    """The two threads in which tables are read and written, and how many wait for them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="xlsx")
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue. Raises Unavailable."""
        if self._taken >= MOST_AT_ONCE:
            raise Unavailable(_CROWDED)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def run(self, job: Callable[[], T]) -> T:
        """Run away from the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)


DESK: Final = Desk()


@router.get(
    "/{ledger_id:uuid}/export.xlsx",
    summary="导出清单",
    response_class=StreamingResponse,
    responses={**refuses(*_ANY, NotFound), **_FILE},
    operation_id="export_ledger",
)
async def export_ledger(
    ledger_id: UUID, work: Reading, layout: wire.LayoutKey = "rectification"
) -> StreamingResponse:
    """按规定表式导出您看得到的问题；同一表式可以改后再导入。导出记入审计链。"""
    with DESK.place():
        table = await work.do(exporting.begin, ledger_id, layout)
        file = await _written(work, table)
    return _answer(file, f"{table.layout.sheet}-{table.ledger.year}-{ledger_id.hex[-8:]}.xlsx")


@router.get(
    "/{ledger_id:uuid}/blank.xlsx",
    summary="下载空表",
    response_class=StreamingResponse,
    responses={**refuses(*_ANY, NotFound), **_FILE},
    operation_id="blank_ledger",
)
async def blank_ledger(
    ledger_id: UUID, work: Reading, layout: wire.LayoutKey = "rectification"
) -> StreamingResponse:
    """只有表头的空表，填写后导入。"""
    with DESK.place():
        table = await work.read(exporting.blank, ledger_id, layout)
        file = await _written(work, table)
    return _answer(file, f"{table.layout.sheet}-空表.xlsx")


@router.post(
    "/{ledger_id:uuid}/import",
    summary="导入清单",
    responses=refuses(*_ANY, NotFound, TooLarge, Conflict, OtherContent),
    openapi_extra={"requestBody": {"required": True, "content": {XLSX: _BINARY}}},
    operation_id="import_ledger",
    max_body_size=10 * xlsx_guarding.MOST_FILE_BYTES,  # ours is lower and says the way out
)
async def import_ledger(
    ledger_id: UUID,
    request: Request,
    work: Keeping,
    key: OptionalKey,
    layout: wire.LayoutKey = "rectification",
    preview: wire.Preview = False,
) -> wire.ImportOut:
    """
    请求体就是 .xlsx 文件（最大 10 MB、5000 行）。要么全部导入，要么一行也不导入；再导入同一张表不会重复。

    按“问题编号”对应：新编号登记为新问题，与已登记的相同则不变，不同则指出单元格（已登记的问题按步骤修改）。
    """
    with DESK.place():
        chosen, law = await work.read(understanding.begin, ledger_id, layout)
        data = await _body(request)
        sent = await DESK.run(partial(understanding.understand, data, chosen, law))
        if preview:
            known = await _known(work, ledger_id)
            return wire.previewed(sent, await work.read(judging.preview, ledger_id, sent, known))
        return wire.imported(sent, await work.do(importing.bring_in, ledger_id, sent, key))


async def _known(work: Work, ledger_id: UUID) -> dict[Cursor, Item]:
    """What is registered, page by page: in between the loop is everybody's."""
    known: dict[Cursor, Item] = {}
    after = None
    while some := await work.read(registered.page, ledger_id, after):
        known |= {item.key: item for item in some}
        after = some[-1].key
    return known


async def _body(request: Request) -> bytes:
    """
    The file, whole.

    Raises:
        TooLarge; Invalid: it broke off. Unavailable: it took too long.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                data += chunk
                if len(data) > xlsx_guarding.MOST_FILE_BYTES:
                    raise xlsx_guarding.too_large()
    except TimeoutError:
        raise Unavailable(f"表格 {BODY_SECONDS} 秒内没有传完，没有导入；请到网络好的地方再试") from None
    except ClientDisconnect:
        raise xlsx_guarding.damaged() from None
    return bytes(data)


async def _written(work: Work, table: Table) -> IO[bytes]:
    """
    The finished file, which vanishes when it is closed; the items are read while it grows.

    Raises:
        Unavailable: no room on the disk.
    """
    around = {"title": table.title, "note": table.note, "footer": table.footer}
    with ExitStack() as undoing:
        file = undoing.enter_context(TemporaryFile(prefix="huanxun-"))
        try:
            with await DESK.run(partial(Sheet, file, table.layout, **around)) as sheet:
                after = None
                while table.count and (some := await work.read(registered.page, table.ledger.id, after)):
                    await DESK.run(partial(_add, sheet, table, some))
                    after = some[-1].key
                await DESK.run(sheet.close)
        except OSError:
            raise Unavailable("磁盘空间不足，暂时不能导出；请告诉管理员") from None
        undoing.pop_all()
        return file


def _add(sheet: Sheet, table: Table, some: Sequence[Item]) -> None:
    sheet.add(table.lines(some, sheet.rows + 1))


def _answer(file: IO[bytes], name: str) -> StreamingResponse:
    """The file in chunks; its name in both spellings (RFC 8187), without anything that names a person."""
    length = file.seek(0, 2)
    file.seek(0)
    headers = {
        "Content-Disposition": f"attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(length),
    }
    return StreamingResponse(_chunks(file), media_type=XLSX, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
