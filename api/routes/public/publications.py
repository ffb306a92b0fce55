"""Publications 公示/公开 for everybody, objections 异议 to them, and figures of a year."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.caching import Lately, cacheable
from api.paging import Page, read_cursor, write_cursor
from api.posted import Posted, body_of
from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.public.publications import (
    FiguresOut,
    FiguresQuery,
    ObjectionIn,
    ObjectionReceived,
    PublicPublicationOut,
    PublicPublicationQuery,
    PublicPublicationRow,
)
from api.tickets import Gated, Network
from api.work import OpenWork, OptionalKey
from models.domain.errors import (
    BadCursor,
    BadTicket,
    Conflict,
    NotFound,
    OtherContent,
    TooManyRequests,
)
from models.operations.publishing import figures, objecting, shown

router = APIRouter(prefix="/v1/public/publications", tags=["公示公开"])
figures_router = APIRouter(prefix="/v1/public/figures", tags=["公示公开"])

MAX_AGE_SECONDS: Final = 60
FIGURES_MAX_AGE_SECONDS: Final = 3600
FIGURES_KEPT: Final = timedelta(minutes=5)
"""How old figures may be when they are handed out; they look at every case of a year."""

_KEPT: Final[dict[int | str, dict[str, str]]] = {304: {"description": "没有变化"}}
Objecting = Annotated[ObjectionIn, Depends(Posted(ObjectionIn, forms=True))]


@router.get(
    "",
    summary="公开内容",
    response_model=Page[PublicPublicationRow],
    responses={**refuses(BadCursor), **_KEPT},
    openapi_extra=asked(PublicPublicationQuery),
    operation_id="list_public_publications",
)
async def list_public_publications(
    request: Request,
    work: OpenWork,
    query: Annotated[PublicPublicationQuery, Depends(Asked(PublicPublicationQuery))],
) -> Response:
    """正在公开的办理情况，新的在前；已撤回的只列出日期和理由。可以缓存，带 `If-None-Match` 时未变化答 304。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="public-publications")
    rows = await work.read(shown.page, query.division, after=after, limit=query.limit)
    told = rows[: query.limit]
    last = told[-1] if len(rows) > query.limit else None
    following = write_cursor(vault, last.published_at, last.id, use="public-publications") if last else None
    items = [PublicPublicationRow.model_validate(one) for one in told]
    return cacheable(
        request, Page[PublicPublicationRow](items=items, next=following), max_age_seconds=MAX_AGE_SECONDS
    )


@router.get(
    "/{publication_id:uuid}",
    summary="一份公开内容",
    response_model=PublicPublicationOut,
    responses={**refuses(NotFound), **_KEPT},
    operation_id="get_public_publication",
)
async def get_public_publication(request: Request, publication_id: UUID, work: OpenWork) -> Response:
    """公开期内显示全文；期满后只说明“公开期已满”，撤回后只说明日期和理由。可以缓存。"""
    found = await work.read(shown.one, publication_id)
    return cacheable(request, PublicPublicationOut.of(found), max_age_seconds=MAX_AGE_SECONDS)


@router.post(
    "/{publication_id:uuid}/objections",
    summary="提出异议",
    status_code=201,
    responses=refuses(NotFound, Conflict, BadTicket, OtherContent, TooManyRequests),
    openapi_extra=body_of(ObjectionIn, forms=True),
    operation_id="object_to_publication",
)
async def object_to_publication(
    gate: Gated, network: Network, publication_id: UUID, body: Objecting, work: OpenWork, key: OptionalKey
) -> ObjectionReceived:
    """公开期内可以提出异议；内容和联系方式加密保存，给出编号和答复期限。附验证题答案的不受普通表单数量限制。"""
    now = work.house.clock()
    mark = gate.mark_of(body.altcha, now) if body.altcha else None
    if mark is None:
        gate.admit_unproven(network, now)
    made = await work.do(objecting.receive, publication_id, body.sent(), key, mark=mark)
    return ObjectionReceived(
        number=made.number,
        received_at=made.received_at,
        due_on=made.due_on,
        message=f"已收到，将在{made.due_on.isoformat()}前按您留下的联系方式答复，请保存编号",
    )


@figures_router.get(
    "",
    summary="办理情况统计",
    response_model=FiguresOut,
    responses={**refuses(), **_KEPT},
    openapi_extra=asked(FiguresQuery),
    operation_id="public_figures",
)
async def public_figures(
    request: Request, work: OpenWork, query: Annotated[FiguresQuery, Depends(Asked(FiguresQuery))]
) -> Response:
    """按月和污染类别、街道统计收到、受理、办结件数和平均办理天数；过小的数不公布。可以缓存一小时。"""

    async def make() -> FiguresOut:
        return FiguresOut.of(await work.read(figures.of_year, query.year))

    answer = await _lately(request).get(query.year, work.house.clock(), make)
    return cacheable(request, answer, max_age_seconds=FIGURES_MAX_AGE_SECONDS)


def _lately(request: Request) -> Lately[FiguresOut]:
    """The figures this process handed out last."""
    state = request.app.state
    if not hasattr(state, "figures"):
        state.figures = Lately(FIGURES_KEPT)
    lately: Lately[FiguresOut] = state.figures
    return lately
