"""
A posted form, read as it comes: words first, photos in memory as far as there is room, and what arrived kept.

Our forms put the photos last. So when the line breaks, or the memory for photos is full, the words are here
already: they are stored, and only the photos have to be sent again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from api.uploading import Intake, Room
from models.domain.errors import Unavailable
from models.domain.public.limits import MOST_BYTES

MOST_FIELDS: Final = 120
MOST_FILES: Final = 60
"""More than is taken: a photo too many is told and left out, and the words are kept."""

MOST_BYTES_A_FIELD: Final = 262_144


class Parts(MultiPartParser):
    """The parts of a form; a photo for which there is no room is left out and remembered as too much."""

    spool_max_size = MOST_BYTES * 2  # photos of strangers never lie on a disk unsealed

    def __init__(self, request: Request, room: Room) -> None:
        super().__init__(
            request.headers,
            request.stream(),
            max_files=MOST_FILES,
            max_fields=MOST_FIELDS,
            max_part_size=MOST_BYTES_A_FIELD,
        )
        self._room = room
        self.crowded: set[int] = set()  # by id of their UploadFile

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Count what a photo takes."""
        file = self._current_part.file
        if file is not None:
            if id(file) in self.crowded:
                return
            try:
                self._room.take(end - start)
            except Unavailable:
                self.crowded.add(id(file))
                return
        super().on_part_data(data, start, end)


@dataclass(frozen=True, slots=True)
class Form:
    """
    What came: ``fields`` in order; ``cut``: the line broke after the words; ``crowded``: by ``id``, photos for
    which there was no room.
    """

    fields: FormData
    cut: bool = False
    crowded: frozenset[int] = frozenset()


async def read_form(request: Request, intake: Intake, room: Room) -> Form:
    """
    The form of a request.

    Raises:
        HTTPException: 400, it is none.
    """
    try:
        if "multipart/form-data" not in request.headers.get("content-type", "").lower():
            limits = {"max_fields": MOST_FIELDS, "max_part_size": MOST_BYTES_A_FIELD}
            return Form(await FormParser(request.headers, request.stream(), **limits).parse())
        return await _read_parts(intake, Parts(request, room))
    except MultiPartException as error:
        raise HTTPException(400) from error


async def _read_parts(intake: Intake, parts: Parts) -> Form:
    try:
        async with asyncio.timeout(intake.limits.upload_body_seconds):
            fields = await parts.parse()
    except (ClientDisconnect, TimeoutError):
        return Form(FormData([one for one in parts.items if isinstance(one[1], str)]), cut=True)
    return Form(fields, crowded=frozenset(parts.crowded))
