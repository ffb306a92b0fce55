"""``create_app``: wiring only. Faces: ``public``, ``staff``, ``all``."""

from __future__ import annotations

import traceback
import uuid
from typing import Final, Literal

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import docs
from api.edge import PUBLIC_PATH, Edge, Metrics
from api.hashing import Hashing
from api.limits import Gate
from api.precheck import refused_before
from api.problems import BODY_LIMIT_BYTES, invalid, render, render_http
from api.routes import system
from api.routes.public.faces import PUBLIC
from api.routes.staff import STAFF
from api.uploading import Intake
from api.work import House
from models.domain.errors import HuanxunError

Face = Literal["public", "staff", "all"]
VERSION: Final = "0.1.0"
log = structlog.get_logger("api")


def create_app(
    house: House,
    *,
    face: Face = "staff",
    hashing: Hashing | None = None,
    gate: Gate | None = None,
    intake: Intake | None = None,
) -> Edge:
    """The application that a server runs."""
    metrics = Metrics()
    api = build_api(face)
    api.state.house = house
    api.state.metrics = metrics
    api.state.hashing = hashing or Hashing()
    api.state.gate = gate or Gate(house.vault)
    api.state.intake = intake or Intake(house)
    return Edge(api, metrics, api.state, public=face == "public")


def build_api(face: Face) -> FastAPI:
    """Routes, handlers and the contract of one face."""
    api = FastAPI(
        title="环巡 Huanxun",
        version=VERSION,
        description="县级生态环境部门现场工作的后端：举报、案件、期限、提醒。",
        max_body_size=BODY_LIMIT_BYTES,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    if face != "public":
        for router in (*STAFF, system.staff):
            api.router.routes.extend(router.routes)  # flat: an included router is matched twice, at 15 µs
        docs.add(api)
    if face != "staff":
        for router in PUBLIC:
            api.router.routes.extend(router.routes)
    api.router.routes.extend(system.live.routes)
    api.add_exception_handler(HuanxunError, _refused)
    api.add_exception_handler(RequestValidationError, _misshapen)
    api.add_exception_handler(HTTPException, _framework)
    api.add_exception_handler(Exception, _broken)
    api.openapi = docs.described(api)  # type: ignore[method-assign]
    return api


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HuanxunError)
    return render(error, request.scope["request_id"], contact=_contact(request))


def _contact(request: Request) -> str:
    """The way out without a computer; the public is told it, staff know it."""
    gate: Gate = request.app.state.gate
    return gate.limits.contact if request.scope["path"].startswith(PUBLIC_PATH) else ""


async def _misshapen(request: Request, error: Exception) -> Response:
    """A shape that is wrong is told last: first who asks, then whether it is there and his to do."""
    assert isinstance(error, RequestValidationError)
    earlier = await refused_before(request)
    return render(earlier or invalid(error), request.scope["request_id"])


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:
        earlier = await refused_before(request)
        if earlier is not None:
            return render(earlier, request.scope["request_id"])
    return render_http(error.status_code, request.scope["request_id"], error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    request_id = request.scope.get("request_id") or uuid.uuid4().hex[:16]
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("broken", kind=type(error).__name__, at=frames[-6:], request_id=request_id)
    if refuse := request.scope.get("refusal"):  # who posts a form is told on a page
        page: Response = refuse(500, request_id)
        return page
    return render_http(500, request_id, contact=_contact(request))
