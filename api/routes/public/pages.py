"""Pages for any browser 网页: the front door, the complaint form, the query form; no script, no cookie."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.pages import complaint_form, status
from api.pages.refusing import PageRoute
from api.pages.rendering import page
from api.problems import refuses
from api.work import OpenWork
from models.operations.public import choices
from models.operations.publishing import shown

router = APIRouter(prefix="/v1/public", tags=["公众网页"], route_class=PageRoute)

LISTED: Final = 50
_HTML: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "网页", "content": {"text/html": {}}}}


@router.get(
    "/",
    summary="首页",
    response_class=HTMLResponse,
    responses=_HTML | refuses(),
    operation_id="public_front_page",
)
async def front(request: Request, work: OpenWork) -> Response:
    """我要举报、查询进展、公开的办理结果、电话；不用 JavaScript。"""
    offered = await work.read(choices.offered)
    return page(request, "landing", kept=True, sample=offered["sample"])


@router.get(
    "/publications/page",
    summary="公开内容（网页）",
    response_class=HTMLResponse,
    responses=_HTML | refuses(),
    operation_id="public_publications_page",
)
async def published(request: Request, work: OpenWork) -> Response:
    """正在公开的办理情况，最近的在前，一页列完最近的 50 份；内容与 `GET /v1/public/publications` 相同。"""
    rows = await work.read(shown.page, None, after=None, limit=LISTED)
    return page(request, "publications", kept=True, rows=rows[:LISTED], more=len(rows) > LISTED)


@router.get(
    "/complaints/form",
    summary="举报表单",
    response_class=HTMLResponse,
    responses=_HTML | refuses(),
    operation_id="public_complaint_form",
)
async def form(request: Request, work: OpenWork) -> Response:
    """任何手机浏览器都能用的举报表单；自带幂等键，连按两次也只登记一件。"""
    return await complaint_form.show(request, work, work.house.clock())


@router.get(
    "/complaints/query-form",
    summary="查询表单",
    response_class=HTMLResponse,
    responses=_HTML | refuses(),
    operation_id="public_query_form",
)
async def query_form(request: Request, work: OpenWork) -> Response:
    """凭编号和查询码查询；编号和查询码只随表单提交，不出现在网址里。"""
    return await status.ask(request, work)
