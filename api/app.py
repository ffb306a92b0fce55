"""``create_app``: wiring only. Faces: ``public``, ``staff``, ``all``."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable
from typing import Any, Final, Literal

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import docs
from api.edge import Edge, Metrics
from api.hashing import Hashing
from api.precheck import refused_before
from api.problems import BODY_LIMIT_BYTES, invalid, render, render_http
from api.routes import (
    accounts,
    auth,
    cases,
    complaints,
    deadlines,
    divisions,
    enterprises,
    journal,
    law,
    me,
    notices,
    officers,
    phrases,
    system,
    units,
)
from api.schemas.base import Problem
from api.work import House
from models.domain.errors import HuanxunError

Face = Literal["public", "staff", "all"]
VERSION: Final = "0.1.0"
log = structlog.get_logger("api")

STAFF: Final = (
    cases.router,
    complaints.router,
    auth.router,
    notices.router,
    deadlines.router,
    phrases.router,
    law.calendar_router,
    law.rules_router,
    law.reference_router,
    enterprises.places,
    enterprises.router,
    accounts.router,
    me.router,
    units.router,
    divisions.router,
    officers.router,
    journal.router,
)
"""Hottest first: each router carries its whole prefix and hangs straight on the app."""


def create_app(house: House, *, face: Face = "staff", hashing: Hashing | None = None) -> Edge:
    """The application that a server runs."""
    metrics = Metrics()
    api = build_api(face)
    api.state.house = house
    api.state.metrics = metrics
    api.state.hashing = hashing or Hashing()
    return Edge(api, metrics, api.state)


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
    api.router.routes.extend(system.live.routes)
    api.add_exception_handler(HuanxunError, _refused)
    api.add_exception_handler(RequestValidationError, _misshapen)
    api.add_exception_handler(HTTPException, _framework)
    api.add_exception_handler(Exception, _broken)
    api.openapi = contract(api)  # type: ignore[method-assign]
    return api


def contract(api: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with the shape of a refusal in it."""
    original = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = original()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(shape.pop("$defs", {}))
            schemas["Problem"] = shape
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            _name_successes(document)
        return api.openapi_schema or {}

    return openapi


def _name_successes(document: dict[str, Any]) -> None:
    """The framework calls every success the same, in English."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                if response["description"] == "Successful Response":
                    response["description"] = "成功"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HuanxunError)
    return render(error, request.scope["request_id"])


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
    return render_http(500, request_id)
