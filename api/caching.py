"""Answers that may be kept: a strong ETag over the bytes, ``Cache-Control``, and 304 for who has them already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Generic, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T", bound=BaseModel)


class Lately(Generic[T]):
    """What was worked out a short while ago, by key: a costly answer for everybody is not made for each."""

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep
        self._made: dict[int, tuple[datetime, T]] = {}

    async def get(self, key: int, now: datetime, make: Callable[[], Awaitable[T]]) -> T:
        """The answer as last made, or made now when that is too long ago; few keys, so none is thrown away."""
        kept = self._made.get(key)
        if kept is None or not timedelta() <= now - kept[0] < self._keep:
            kept = self._made[key] = (now, await make())
        return kept[1]


def cacheable(request: Request, answer: BaseModel, *, max_age_seconds: int) -> Response:
    """The answer as JSON, or 304 without a body when ``If-None-Match`` names it."""
    body = answer.model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={max_age_seconds}"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _has(asked: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 13.1.2 wants it here."""
    return asked.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in asked.split(","))
