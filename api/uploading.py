"""
Photos on their way in: bounded memory, bounded work, nothing on disk before the ticket admits it.

A body is read whole into memory (a picture cannot be judged in part), at most so many bytes of all callers
together; two pictures are decoded at a time, in threads. A photo that fails leaves nothing behind and harms no text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final
from uuid import UUID

from starlette.requests import ClientDisconnect

from api.limits import Hourly
from api.work import House, Work
from models.domain.errors import Flaw, Invalid, TooLarge, TooManyRequests, Unavailable
from models.domain.ids import uuid7
from models.domain.public.upload_limits import TRIES_PER_HOUR, UploadLimits
from models.files import images, store
from models.files.digests import Digests, digests_of
from models.operations.public import photos
from models.operations.public.photos import StoredPhoto
from models.vault import new_data_key

DECODED_AT_ONCE: Final = 2
"""Pictures of 50 megapixels take up to 1.6 s of a core and 350 MB each (measured)."""

_TEXT_SAFE: Final = "文字部分不受影响"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a client says it will send: bytes in all, and the SHA-256 it promises (32 bytes), if it does."""

    size: int
    sha256: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that is stored."""

    id: UUID
    sha256: bytes


class Intake:
    """The way in of one process."""

    def __init__(self, house: House, limits: UploadLimits | None = None) -> None:
        self.limits = limits or UploadLimits()
        self._house = house
        self._held = 0
        # Threads of their own: among all of the loop's, each would keep a picture's worth of memory for itself.
        self._decoders = ThreadPoolExecutor(DECODED_AT_ONCE, thread_name_prefix="photo")
        self._tries = Hourly()

    async def take_in(
        self, work: Work, mark: bytes, announced: Announced, body: AsyncIterator[bytes]
    ) -> Kept:
        """
        Read, check, seal, store one photo under a ticket; the same one again is the one there is.

        Raises:
            TooLarge, TooManyRequests, Unavailable, Invalid, NotAPicture; and see ``photos``.
        """
        most = self.limits.upload_file_bytes
        if announced.size > most:
            told = f"一张照片最大 {most / 1_000_000:g} MB，请压缩、降低分辨率，或截一张图再上传；{_TEXT_SAFE}"
            raise TooLarge(told, most_bytes=most)
        self._try(mark, self._house.clock())
        with self.room(announced.size) as room:
            data = await self._read(body, announced.size, room)
            digests = await asyncio.to_thread(digests_of, data)
            if announced.sha256 not in (None, digests.sha256):
                flaw = Flaw("header:/Upload-Metadata", "digest_mismatch", "收到的内容与承诺的摘要不符")
                raise Invalid(f"照片在传输中发生变化，没有保存，请再传一次；{_TEXT_SAFE}", flaws=[flaw])
            known = await work.do(photos.expect, mark, len(data), digests.sha256)
            if known is None:
                photo = await self._store(data, digests)
                known = await work.do(photos.receive, mark, photo)
        return Kept(known, digests.sha256)

    def _try(self, mark: bytes, now: datetime) -> None:
        """One ticket cannot keep the decoders busy with rubbish. Raises TooManyRequests."""
        if self._tries.count(mark, now) >= TRIES_PER_HOUR:
            wait = self._tries.seconds_left(mark, now)
            raise TooManyRequests(
                f"这次提交试传照片的次数太多，请先提交文字，{-(-wait // 60)}分钟后再传照片",
                retry_after_seconds=wait,
            )
        self._tries.add(mark, now)

    @contextmanager
    def room(self, size: int) -> Iterator[Room]:
        """Room for a body; what is there is given back at the end. Raises Unavailable."""
        room = Room(self)
        room.check(size)
        try:
            yield room
        finally:
            self._held -= room.taken

    async def _read(self, body: AsyncIterator[bytes], size: int, room: Room) -> bytes:
        """The body, exactly as long as it was announced."""
        held, seconds = BytesIO(), self.limits.upload_body_seconds
        try:
            async with asyncio.timeout(seconds):
                async for chunk in body:
                    room.take(len(chunk))
                    if room.taken > size:
                        raise _not_as_announced("长")
                    held.write(chunk)
        except TimeoutError:
            told = (
                f"照片 {seconds:g} 秒内没有传完，没有保存；{_TEXT_SAFE}，请到信号好的地方再传，或压缩后再传"
            )
            raise Unavailable(told) from None
        except ClientDisconnect:
            raise _not_as_announced("短") from None
        if room.taken < size:
            raise _not_as_announced("短")
        return held.getvalue()

    async def _store(self, data: bytes, digests: Digests) -> StoredPhoto:
        """
        Make the copy, seal the original, make both durable.

        Raises:
            NotAPicture, TooLarge: see ``images.look``. Unavailable: no room on the disk.
        """
        work = asyncio.get_running_loop().run_in_executor
        try:
            return await work(self._decoders, self._stored, data, digests, self._house.clock())
        except OSError:
            told = f"照片暂时不能保存；{_TEXT_SAFE}，请先提交文字，稍后再传照片"
            raise Unavailable(told) from None

    def _stored(self, data: bytes, digests: Digests, now: datetime) -> StoredPhoto:
        picture = images.look(data)
        vault, files = self._house.vault, self._house.store
        evidence_id, data_key = uuid7(now), new_data_key()
        sealed = vault.seal_bytes(data_key, data, place=photos.original_place(evidence_id))
        copy = digests_of(picture.copy).sha256
        files.put(store.sealed_key(evidence_id), sealed)
        files.put(store.copy_key(copy), picture.copy)
        return StoredPhoto(
            id=evidence_id,
            sha256=digests.sha256,
            sm3=digests.sm3,
            size=len(data),
            media_type=picture.media_type,
            sealed_key=vault.wrap(data_key, aad=photos.key_place(evidence_id)),
            copy_sha256=copy,
            copy_size=len(picture.copy),
            width=picture.width,
            height=picture.height,
        )


class Room:
    """Bytes that one body holds of what all may hold together."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.taken = 0

    def check(self, size: int) -> None:
        """Raises Unavailable."""
        if self._intake._held + size > self._intake.limits.upload_waiting_bytes:
            raise Unavailable(f"现在上传照片的人很多，请稍后再传这一张；{_TEXT_SAFE}，可以先提交文字")

    def take(self, size: int) -> None:
        """Raises Unavailable: others came in the meantime."""
        self.check(size)
        self._intake._held += size
        self.taken += size


def _not_as_announced(how: str) -> Invalid:
    flaw = Flaw("header:/Upload-Length", "length_mismatch", f"实际内容比所报的长度{how}")
    return Invalid(f"照片没有传完整，没有保存，请把整张照片再传一次；{_TEXT_SAFE}", flaws=[flaw])
