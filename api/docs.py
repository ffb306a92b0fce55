"""The contract, and the page that shows it at ``/docs``: without internet, its assets come with a package."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.schemas.base import Problem

_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
_LABELS: Final = {
    "Authorize": "登录令牌",
    "Try it out": "试一试",
    "Cancel": "取消",
    "Execute": "发送请求",
    "Clear": "清空",
    "Parameters": "参数",
    "No parameters": "没有参数",
    "Request body": "请求内容",
    "Responses": "可能的答复",
    "Response body": "答复内容",
    "Response headers": "答复头",
    "Server response": "服务器答复",
    "Code": "状态码",
    "Description": "说明",
    "Details": "详情",
    "Name": "名称",
    "Schemas": "数据结构",
    "Schema": "结构",
    "Example Value": "示例",
    "Links": "链接",
    "No links": "无",
    "Media type": "内容类型",
    "Available authorizations": "登录",
    "Value:": "令牌：",
    "Close": "关闭",
    "Logout": "清除",
    "Download": "下载",
    "required": "必填",
}
_SCRIPT: Final = (
    "const L=%s;const T=n=>{for(const c of n.childNodes){if(c.nodeType===3){const t=c.textContent.trim();"
    "if(L[t])c.textContent=L[t]}else if(c.nodeType===1&&c.tagName!=='SCRIPT')T(c)}};"
    "new MutationObserver(()=>T(document.body)).observe(document.body,{childList:true,subtree:true});"
)
_CSP: Final = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
_EMPTY_ICON: Final = "data:,"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def page() -> HTMLResponse:
    """Swagger UI with Chinese labels."""
    html = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="环巡接口说明",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url=_EMPTY_ICON,
        swagger_ui_parameters={"docExpansion": "list", "defaultModelsExpandDepth": 0, "validatorUrl": None},
    )
    script = f"<script>{_SCRIPT % json.dumps(_LABELS, ensure_ascii=False)}</script></body>"
    content = bytes(html.body).decode().replace("</body>", script).replace("<html>", '<html lang="zh-CN">')
    return HTMLResponse(content, headers={"content-security-policy": _CSP})


@router.get("/docs/assets/{name}")
async def asset(name: str) -> Response:
    """One of the shipped files."""
    kind = _ASSETS.get(name)
    if kind is None:
        return Response(status_code=404, media_type="text/plain")
    content = (files("fastapi_offline") / "static" / name).read_bytes()
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=86400"})


@router.get("/openapi.json")
async def contract(request: Request) -> JSONResponse:
    """The contract."""
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(document)


def add(api: FastAPI) -> None:
    """Put the page on an app."""
    api.include_router(router)


def described(api: FastAPI) -> Callable[[], dict[str, Any]]:
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
