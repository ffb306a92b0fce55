"""Short hands for the tests of publications over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from httpx2 import Response

from tests.operations.publishing.stories import WORDS

As = Callable[[str], dict[str, str]]
PERIOD = {"first_day": "2026-11-23", "last_day": "2026-12-02"}


def code(answer: Response) -> str:
    """The status and the stable code of a refusal."""
    return f"{answer.status_code} {answer.json()['code']}"


def body(case_id: UUID, **changed: Any) -> dict[str, Any]:
    """A draft."""
    return {"case_id": str(case_id), "title": "砖厂烟尘问题办理情况", "text": WORDS, **PERIOD, **changed}


def at(headers: dict[str, str], version: int) -> dict[str, str]:
    """The headers with the version that was read."""
    return headers | {"If-Match": f'"{version}"'}
