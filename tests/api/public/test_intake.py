"""The way in of photos on a bad link and under load: time, memory and decoders are bounded."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from starlette.requests import ClientDisconnect

from api.uploading import DECODED_AT_ONCE, Announced, Intake
from api.work import House, Work
from models.db.loops import Port
from models.domain.errors import HuanxunError, Invalid, Unavailable
from models.domain.public.upload_limits import UploadLimits
from models.files.store import FOLDER, FolderStore
from models.operations.public import photos
from models.vault import Vault
from tests.factories import KEYS, NOW
from tests.files import pictures

PHOTO = pictures.photo()


class Ticketless:
    """A ``Work`` whose database admits every photo."""

    async def do(self, operation: Callable[..., Any], *args: Any) -> UUID | None:
        return None if operation is photos.expect else args[-1].id


WORK = cast(Work, Ticketless())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(cast(Port, None), Vault(KEYS), lambda: NOW, FolderStore(tmp_path / FOLDER))


async def pieces(data: bytes, *, seconds: float = 0, fails: bool = False) -> AsyncIterator[bytes]:
    """A body in two pieces, with a pause or a cut between them."""
    half = len(data) // 2
    yield data[:half]
    await asyncio.sleep(seconds)
    if fails:
        raise ClientDisconnect
    yield data[half:]


def sent(intake: Intake, body: AsyncIterator[bytes], size: int = len(PHOTO)) -> Any:
    """What one photo comes to: what is kept, or the refusal."""

    async def run() -> Any:
        try:
            return await intake.take_in(WORK, uuid4().bytes, Announced(size, None), body)
        except HuanxunError as error:
            return error

    return run()


def test_a_slow_body_ends(house: House, tmp_path: Path) -> None:
    """A body that takes too long is put off with the way out; its room is given back and nothing is stored."""
    intake = Intake(house, UploadLimits(upload_body_seconds=0.05, upload_waiting_bytes=len(PHOTO)))
    refused = asyncio.run(sent(intake, pieces(PHOTO, seconds=5)))
    assert type(refused) is Unavailable
    assert "信号好的地方" in refused.message
    assert not (tmp_path / FOLDER).exists()
    assert isinstance(asyncio.run(sent(intake, pieces(PHOTO))).id, UUID)


def test_a_cut_link(house: House, tmp_path: Path) -> None:
    """A link that breaks in the middle stores nothing."""
    refused = asyncio.run(sent(Intake(house), pieces(PHOTO, fails=True)))
    assert isinstance(refused, Invalid)
    assert refused.flaws[0].code == "length_mismatch"
    assert not (tmp_path / FOLDER).exists()


def test_bodies_on_their_way_share_the_memory(house: House) -> None:
    """What has arrived counts, not what was promised: slow ones cannot hold the room they have not used."""
    intake = Intake(house, UploadLimits(upload_waiting_bytes=len(PHOTO) * 2))

    async def run() -> list[Any]:
        slow = [asyncio.create_task(sent(intake, pieces(PHOTO, seconds=0.5))) for _ in range(2)]
        await asyncio.sleep(0.1)
        quick = [await sent(intake, pieces(PHOTO)) for _ in range(2)]
        return [*await asyncio.gather(*slow), *quick]

    assert [isinstance(one, HuanxunError) for one in asyncio.run(run())] == [False] * 4


def test_memory_is_refused_in_the_middle(house: House) -> None:
    """When others took the room while a body was arriving, it is put off, and all room is given back."""
    intake = Intake(house, UploadLimits(upload_waiting_bytes=len(PHOTO)))

    async def run() -> list[Any]:
        return list(await asyncio.gather(*(sent(intake, pieces(PHOTO, seconds=0.05)) for _ in range(2))))

    told = asyncio.run(run())
    assert {type(one) for one in told} >= {Unavailable}
    assert not isinstance(asyncio.run(sent(intake, pieces(PHOTO))), HuanxunError)


def test_two_pictures_are_decoded_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many arrive together, two are worked on; the loop stays free meanwhile."""
    running, most, lock = 0, 0, threading.Lock()
    real = house.store.put

    def slow(key: str, data: bytes) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        real(key, data)
        with lock:
            running -= 1

    monkeypatch.setattr(FolderStore, "put", lambda _self, key, data: slow(key, data))
    intake, beats = Intake(house), 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.005)

    async def run() -> list[Any]:
        beating = asyncio.create_task(beat())
        done = await asyncio.gather(*(sent(intake, pieces(PHOTO)) for _ in range(6)))
        beating.cancel()
        return list(done)

    assert not any(isinstance(one, HuanxunError) for one in asyncio.run(run()))
    assert most == DECODED_AT_ONCE
    assert beats > 5
