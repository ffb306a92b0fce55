"""Operations 运行: alive, ready, metrics."""

from typing import Final

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from api.problems import refuses
from api.schemas.system import LiveOut, ReadyOut
from api.work import OpenWork
from models.operations import health

live = APIRouter(tags=["运行"])
staff = APIRouter(tags=["运行"])
NOT_READY: Final = 503


@live.get("/v1/health/live", summary="进程在运行", operation_id="live")
async def is_live() -> LiveOut:
    """进程能答复。"""
    return LiveOut(status="ok")


@staff.get("/v1/health/ready", summary="可以服务", responses=refuses(), operation_id="ready")
async def is_ready(request: Request, work: OpenWork) -> ReadyOut:
    """数据库、结构版本、后台进程、日历、磁盘、死信；每项说明怎么办。"""
    state = request.app.state
    found = await work.read(health.checks, data_dir=state.data_dir, head=state.schema_head)
    ready = ReadyOut.model_validate({"ready": all(one.ok for one in found if one.vital), "checks": found})
    if not ready.ready:
        return JSONResponse(ready.model_dump(), status_code=NOT_READY)  # type: ignore[return-value]
    return ready


@staff.get("/metrics", include_in_schema=False)
async def metrics(request: Request, work: OpenWork) -> Response:
    """Prometheus text; by route template, without any personal value."""
    oldest = await work.read(health.oldest_waiting_seconds)
    counted = generate_latest(request.app.state.metrics.registry)
    waiting = (
        "# HELP huanxun_oldest_waiting_seconds Age of the oldest work that is due and not done\n"
        "# TYPE huanxun_oldest_waiting_seconds gauge\n"
        f"huanxun_oldest_waiting_seconds {oldest}\n"
    )
    return Response(counted + waiting.encode(), media_type=CONTENT_TYPE_LATEST)
