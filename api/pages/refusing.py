"""
Routes that take what a browser without JavaScript posts, beside those that take JSON at the same address.

Whoever posts a form and does not ask for JSON is refused with a page that names the way out, not with a document
for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from api.pages.rendering import page
from api.posted import is_form
from api.problems import FRAMEWORK, RETRY_AFTER_SECONDS, invalid, status_of
from models.domain.errors import HuanxunError, TooManyRequests, Unavailable
from models.domain.public.limits import MOST_BYTES, MOST_FILES

BACK: Final = (
    "请按“返回”回到刚才的页面，您写的内容一般还在；也可以稍后刷新本页，会把刚才的内容再交一次，不会重复登记。"
)
_TOO_LARGE: Final = (
    f"照片太大了：一次最多 {MOST_FILES} 张，合计不超过 {MOST_BYTES // 1_000_000} MB。"
    "请返回后少选几张再提交；照片也可以等拿到编号以后再补。"
)
_BROKEN: Final = "系统出了问题，已记录。"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def wants_json(request: Request) -> bool:
    """Whether a program asks: it names JSON and no page (``curl -H 'Accept: application/json'``)."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def refused(
    request: Request, status: int, message: str, *, wait: int = 0, title: str = "没有提交成功"
) -> Response:
    """The page of a refusal that stands for itself."""
    return page(request, "refused", status=status, wait=wait, title=title, message=message, back=BACK)


def refused_with(request: Request, error: HuanxunError) -> Response:
    """The page of a refusal of ours, saying when to come again."""
    return refused(request, status_of(error), said(error), wait=wait_of(error))


def said(error: HuanxunError) -> str:
    """A refusal in one paragraph."""
    flaws: list[str] = [one.message for one in getattr(error, "flaws", ())]
    return "；".join(dict.fromkeys(flaws)) or error.message


def wait_of(error: HuanxunError) -> int:
    """Seconds after which it is worth trying again; 0: that would change nothing."""
    if isinstance(error, TooManyRequests):
        return error.retry_after_seconds
    return RETRY_AFTER_SECONDS if isinstance(error, Unavailable) else 0


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except (HuanxunError, RequestValidationError, HTTPException) as error:
                if wants_json(request):
                    raise
                return _page_of(request, error)

        return handle


class FormRoute(PageRoute):
    """A route for forms only; the same address with JSON is another route's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is Match.FULL:
            request = Request(scope)
            if not is_form(request):
                return Match.NONE, {}
            if not wants_json(request):
                child["refusal"] = _refusal(Request(scope))
        return match, child


def _page_of(request: Request, error: Exception) -> Response:
    if isinstance(error, HuanxunError):
        return refused_with(request, error)
    if isinstance(error, RequestValidationError):
        return refused_with(request, invalid(error))
    assert isinstance(error, HTTPException)
    return _framework(request, error.status_code)


def _framework(request: Request, status: int) -> Response:
    told = _TOO_LARGE if status == 413 else FRAMEWORK.get(status, ("", _BROKEN))[1]
    return refused(request, status, told)


def _refusal(request: Request) -> Callable[[int, str], Response]:
    """What the outermost layer says instead of the framework's plain text."""

    def render(status: int, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
        del request_id, headers
        return _framework(request, status)

    return render
