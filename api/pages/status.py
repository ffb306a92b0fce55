"""The page of one complaint for whoever holds number and code: what became of it, and what can be said now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.complaint_form import NUISANCE, offer
from api.pages.photos import Taken
from api.pages.reading import Typed, beside
from api.pages.refusing import wait_of
from api.pages.rendering import fresh_key, page
from api.pages.stamps import stamp
from api.problems import status_of
from api.schemas.public.complaints import StatusOut
from api.work import Work
from models.domain.errors import HuanxunError, Invalid, OtherContent
from models.domain.public.messages import MessageKind
from models.operations.public import choices

KINDS: Final = tuple(kind.value for kind in MessageKind)
SAID: Final = NUISANCE | {"text", "satisfaction", "reason", "sure"}
_OTHER: Final = "刚才这一页已经提交过一次；这次的内容不一样，要再提交请再按一次"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the form just sent; nothing at all after a mere query."""

    done: str = ""
    photos: Taken | None = None
    kind: str = ""
    typed: Typed | None = None
    error: HuanxunError | None = None


async def show(
    request: Request, work: Work, code: tuple[str, str], found: StatusOut, outcome: Outcome, now: datetime
) -> Response:
    """
    The page.

    Args:
        code: number and query code as typed, for the forms of the page: never in an address.
    """
    error = outcome.error
    keys = {kind: fresh_key() for kind in KINDS}
    stamps = {kind: stamp(work.house.vault, key, now) for kind, key in keys.items()}
    typed: dict[str, object] = {kind: {} for kind in KINDS}
    if error is not None and outcome.typed is not None:
        values = outcome.typed.values
        typed[outcome.kind] = values
        if not isinstance(error, OtherContent):
            keys[outcome.kind], stamps[outcome.kind] = values["key"], values.get("stamp", "")
    offered = offer(await work.read(choices.offered))
    return page(
        request,
        "status",
        status=status_of(error) if error else (201 if outcome.done else 200),
        wait=wait_of(error) if error else 0,
        sample=offered["sample"],
        choices=offered,
        found=found,
        number=code[0],
        query_code=code[1],
        done=outcome.done,
        photos=outcome.photos,
        keys=keys,
        stamps=stamps,
        typed=typed,
        errors=_errors(outcome),
    )


async def ask(
    request: Request, work: Work, typed: Typed | None = None, error: HuanxunError | None = None
) -> Response:
    """The form for number and code; after a refusal with what was typed."""
    messages = {} if error is None else {"": error.message}
    if isinstance(error, Invalid):
        messages = beside(error, frozenset({"number", "query_code"}))
    return page(
        request,
        "query",
        status=status_of(error) if error else 200,
        kept=error is None,
        wait=wait_of(error) if error else 0,
        sample=(await work.read(choices.offered))["sample"],
        typed=typed.values if typed else {},
        errors=messages,
    )


def _errors(outcome: Outcome) -> dict[str, object]:
    """By form of the page, and under ``""`` what stands at the top."""
    found: dict[str, object] = {kind: {} for kind in KINDS}
    error = outcome.error
    if isinstance(error, OtherContent):
        found[""] = _OTHER
    elif isinstance(error, Invalid):
        inner = beside(error, SAID)
        found[outcome.kind] = inner
        found[""] = inner.get("") or "还没有提交成功，请改好下面标“✕”的地方再提交"
    elif error is not None:
        found[""] = error.message
    return found
