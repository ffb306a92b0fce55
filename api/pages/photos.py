"""The photos of a plain form: taken after the words are stored; one that fails is named, and harms nothing."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import UploadFile

from api.pages.reading import Typed
from api.pages.refusing import said
from api.uploading import Announced, Intake
from api.work import Work
from models.domain.errors import HuanxunError
from models.domain.public.limits import MOST_FILES, mark_with
from models.vault import Vault

CHUNK: Final = 65_536
FORM_LIFE: Final = timedelta(days=7)
"""How long after a form was opened its first photos may come: people leave a page open."""

_NAME_MOST: Final = 40
_TOO_MANY: Final = f"一次最多 {MOST_FILES} 张，这一张没有收；可以在“查询进展”里再补"
_CROWDED: Final = "现在上传照片的人很多，请过几分钟在“补传照片”里再传这一张"
_EMPTY: Final = "文件是空的，请重新选择"


@dataclass(frozen=True, slots=True)
class Refused:
    """A photo that was not taken: its place among those chosen, its name on the phone, why."""

    place: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the photos of one form."""

    kept: int
    refused: tuple[Refused, ...]

    @property
    def all_kept(self) -> bool:
        return not self.refused


CUT: Final = Taken(0, (Refused(1, "", "照片没有传完，连接就断了；请在下面“补传照片”里再传"),))
"""What is told when only the words came through."""


def form_mark(vault: Vault, key: str, made_at: datetime) -> bytes:
    """The mark of the ticket that goes with a form: the same form sent again has the same."""
    secret = hmac.digest(vault.challenge_secret(), b"form photos", "sha256")
    return mark_with(hmac.digest(secret, key.encode(), "sha256"), int((made_at + FORM_LIFE).timestamp()))


async def take(work: Work, intake: Intake, mark: bytes, typed: Typed) -> Taken:
    """Store them one after the other under a ticket that is spent on their complaint."""
    refused: list[Refused] = []
    photos = typed.photos
    for place, photo in enumerate(photos, 1):
        if place > MOST_FILES:
            why = _TOO_MANY
        elif id(photo) in typed.crowded:
            why = _CROWDED
        else:
            why = await _why_not(work, intake, mark, photo)
        if why:
            refused.append(Refused(place, (photo.filename or "")[:_NAME_MOST], why))
    return Taken(len(photos) - len(refused), tuple(refused))


def none_taken(photos: Sequence[UploadFile], why: str) -> Taken:
    """All of them were refused for one reason."""
    return Taken(
        0, tuple(Refused(n, (one.filename or "")[:_NAME_MOST], why) for n, one in enumerate(photos, 1))
    )


async def _why_not(work: Work, intake: Intake, mark: bytes, photo: UploadFile) -> str:
    if not photo.size:
        return _EMPTY
    try:
        await intake.take_in(work, mark, Announced(photo.size, None), _chunks(photo))
    except HuanxunError as error:
        return said(error)
    return ""


async def _chunks(photo: UploadFile) -> AsyncIterator[bytes]:
    await photo.seek(0)
    while chunk := await photo.read(CHUNK):
        yield chunk
