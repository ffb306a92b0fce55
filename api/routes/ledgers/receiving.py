"""
Papers on their way in: straight to the disk piece by piece, held against what was promised, then kept.

A megabyte at most is in memory for each. What is cut short, too long or other than promised leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from binascii import Error
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from api.work import Work
from models.domain.errors import Flaw, Invalid, Unavailable
from models.files import papers
from models.files.digests import Digesting
from models.files.store import CHUNK_BYTES, Incoming, file_key
from models.operations.materials import arriving
from models.operations.materials.arriving import Arrived
from models.tables.base import AnyRow

MOST_SECONDS: Final = 900
"""From the first to the last byte of one file: 50 MB at half a megabit a second."""

_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{40,48}):")


async def receive(work: Work, case_id: UUID, material_id: UUID, request: Request) -> AnyRow:
    """
    Take in the file a material promised; the same one again is the one there is.

    Raises:
        NotFound, Forbidden, Conflict: see ``arriving``. Invalid: other than promised. NotAPaper. Unavailable.
    """
    row = await work.read(arriving.promised, case_id, material_id)
    _as_promised(request, row)
    try:
        with work.house.store.incoming(file_key(row.sha256), row.size) as part:
            digesting = await _read(request.stream(), part, row.size)
            arrived = await asyncio.to_thread(_kept, part, digesting, row.sha256)
    except OSError:
        raise Unavailable("文件暂时不能保存，请稍后再传；已登记的内容不会丢失") from None
    return await work.do(arriving.arrive, case_id, material_id, arrived)


def _as_promised(request: Request, row: AnyRow) -> None:
    """What the headers say, where they say it. Raises ``Invalid``."""
    length = request.headers.get("content-length")
    if length is not None and length != str(row.size):
        raise _other("header:/Content-Length", "length_mismatch", f"文件大小与登记的{row.size}字节不同")
    said = _DIGEST.search(request.headers.get("content-digest", ""))
    try:
        if said is not None and b64decode(said[1], validate=True) != row.sha256:
            raise _other("header:/Content-Digest", "digest_mismatch", "文件摘要与登记的不同")
    except Error:
        raise _other("header:/Content-Digest", "bad_digest", "应为 sha-256=:…:（base64）") from None


async def _read(body: AsyncIterator[bytes], part: Incoming, size: int) -> Digesting:
    """Write the body away as it comes, exactly as long as promised."""
    digesting, waiting = Digesting(), bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for chunk in body:
                waiting += chunk
                if digesting.size + len(waiting) > size:
                    raise _other("", "length_mismatch", f"文件比登记的{size}字节长")
                if len(waiting) >= CHUNK_BYTES:
                    await asyncio.to_thread(_write, part, digesting, bytes(waiting))
                    waiting.clear()
    except TimeoutError:
        raise Unavailable(f"文件{MOST_SECONDS // 60}分钟内没有传完，没有保存，请到信号好的地方再传") from None
    except ClientDisconnect:
        raise _other("", "length_mismatch", f"文件比登记的{size}字节短") from None
    await asyncio.to_thread(_write, part, digesting, bytes(waiting))
    if digesting.size < size:
        raise _other("", "length_mismatch", f"文件比登记的{size}字节短")
    return digesting


def _write(part: Incoming, digesting: Digesting, data: bytes) -> None:
    part.file.write(data)
    digesting.add(data)


def _kept(part: Incoming, digesting: Digesting, promised: bytes) -> Arrived:
    """Keep a whole file that is what was promised. Raises ``Invalid``, ``NotAPaper``, ``OSError``."""
    digests = digesting.done()
    if digests.sha256 != promised:
        raise _other("", "digest_mismatch", "收到的内容与登记的摘要不同")
    media_type = papers.media_type_of(part.file)
    part.keep()
    return Arrived(media_type, digests.sm3)


def _other(pointer: str, code: str, message: str) -> Invalid:
    told = "文件与登记的不符，没有保存；请重新选择同一个文件再传，换了文件的请另行登记一份材料"
    return Invalid(told, flaws=[Flaw(pointer, code, message)])
