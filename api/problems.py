"""
Refusals as RFC 9457 problem+json, in Chinese: the one table of statuses, the one handler, ``refuses`` for OpenAPI.

A body never echoes what was sent. ``type`` is ``urn:huanxun:problem:<code>``; ``errors`` point at fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from models.domain import errors as e

STATUS: Final[dict[type[e.HuanxunError], int]] = {
    e.Unauthenticated: 401,
    e.NotFound: 404,
    e.Forbidden: 403,
    e.TooLarge: 413,
    e.Invalid: 422,
    e.NotAPicture: 415,
    e.VersionMissing: 428,
    e.StaleVersion: 412,
    e.OtherProtocol: 412,
    e.Conflict: 409,
    e.TooManyRequests: 429,
    e.Unavailable: 503,
}
MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 2
TUS_VERSION: Final = "1.0.0"
BODY_LIMIT_BYTES: Final = 1_048_576
"""The largest JSON body (1 MiB)."""

FRAMEWORK: Final = {
    400: ("bad_request", "请求无法读取：内容格式不正确或嵌套过深"),
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "这个地址不支持该操作"),
    406: ("not_acceptable", "无法按要求的格式返回"),
    413: ("too_large", f"提交的内容超过上限（一般 {BODY_LIMIT_BYTES // 1024} KiB，公众提交的文字 128 KiB）"),
    415: ("unsupported_media_type", "请用 Content-Type: application/json 提交"),
    500: ("internal", "系统内部错误，已记录；请稍后再试，若反复出现请把请求编号告诉管理员"),
}

_NAME: Final = re.compile(r"(?!.*\d{5})[A-Za-z_][A-Za-z0-9_.-]{0,39}")
_MEMBER: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How Python writes a value of an enumeration."""
_SAID: Final[dict[str, str]] = {
    "missing": "必填",
    "extra_forbidden": "不认识这一项，请去掉",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文字",
    "string_too_short": "至少{min_length}个字",
    "string_too_long": "最多{max_length}个字",
    "string_unicode": "含有无法识别的字符",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "enum": "应为下列之一：{expected}",
    "literal_error": "应为下列之一：{expected}",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-11-23T08:12:00+08:00",
    "datetime_parsing": "应为带时区的时间，如 2026-11-23T08:12:00+08:00",
    "datetime_type": "应为带时区的时间，如 2026-11-23T08:12:00+08:00",
    "timezone_aware": "时间须带时区，如 2026-11-23T08:12:00+08:00",
    "date_from_datetime_parsing": "应为日期，如 2026-11-23",
    "date_parsing": "应为日期，如 2026-11-23",
    "date_type": "应为日期，如 2026-11-23",
    "too_short": "至少{min_length}项",
    "too_long": "最多{max_length}项",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为 JSON 对象，并用 Content-Type: application/json 提交",
    "union_tag_invalid": "应为下列之一：{expected_tags}",
    "union_tag_not_found": "缺少 action",
    "value_error": "{error}",
}


def status_of(error: e.HuanxunError) -> int:
    """The status of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def render(error: e.HuanxunError, request_id: str, *, contact: str = "") -> Response:
    """A refusal as problem+json; ``contact`` is told to the public when it must come again later."""
    status = status_of(error)
    body: dict[str, Any] = {"detail": error.message, **error.facts}
    if contact and isinstance(error, e.TooManyRequests | e.Unavailable):
        body["detail"] = f"{error.message}；{contact}"
    if isinstance(error, e.Invalid) and error.flaws:
        body["errors"] = [
            {"pointer": flaw.pointer, "code": flaw.code, "message": flaw.message} for flaw in error.flaws
        ]
        body["detail"] = error.title if error.message == error.title else error.message
    if isinstance(error, e.GuardsUnmet):
        body["unmet"] = [{"guard": unmet.guard, "message": unmet.message} for unmet in error.unmet]
    headers = {}
    if isinstance(error, e.TooManyRequests):
        headers["retry-after"] = str(error.retry_after_seconds)
    elif isinstance(error, e.Unavailable | e.InProgress):
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, e.OtherProtocol):
        headers["tus-version"] = TUS_VERSION
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return problem(status, error.code, error.title, request_id, body, headers)


def render_http(
    status: int, request_id: str, headers: Mapping[str, str] | None = None, *, contact: str = ""
) -> Response:
    """What the framework itself refuses; ``contact``: what the public can do when we fail."""
    code, title = FRAMEWORK.get(status, ("error", "请求未能完成"))
    detail = f"{title}；{contact}" if contact and status >= 500 else title
    return problem(status, code, title, request_id, {"detail": detail}, headers)


def invalid(error: RequestValidationError) -> e.Invalid:
    """The framework's validation errors as one ``Invalid``, without echoing any input."""
    return e.Invalid(flaws=[_flaw(one, error.body) for one in error.errors()[:50]])


def problem(
    status: int,
    code: str,
    title: str,
    request_id: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Assemble the document."""
    document = {
        "type": f"urn:huanxun:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "request_id": request_id,
        **body,
    }
    content = json.dumps(document, ensure_ascii=False, default=str).encode("utf-8", errors="replace")
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def refuses(*kinds: type[e.HuanxunError]) -> dict[int | str, dict[str, Any]]:
    """
    The ``responses`` of a route: the refusals it declares, and those that any route can give.

    Every class named here is exercised by a test.
    """
    grouped: dict[int, list[type[e.HuanxunError]]] = {}
    for kind in (*kinds, e.Invalid, e.Unavailable):
        status = next(STATUS[base] for base in kind.__mro__ if base in STATUS)
        if kind not in grouped.setdefault(status, []):
            grouped[status].append(kind)
    declared: dict[int | str, dict[str, Any]] = {
        status: _response(" / ".join(f"{kind.code}：{kind.title}" for kind in kinds_))
        for status, kinds_ in sorted(grouped.items())
    }
    declared.setdefault(400, _response("bad_request：请求无法读取"))
    declared.setdefault(413, _response("too_large：内容超过上限"))
    return declared


_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}


def _response(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}


def _flaw(one: Mapping[str, Any], body: Any) -> e.Flaw:
    loc: Sequence[Any] = one["loc"]
    where, path = (loc[0], _untagged(loc[1:], body)) if loc else ("body", ())
    kind = str(one["type"])
    if kind == "json_invalid":
        path = ()
    prefix = "" if where == "body" else f"{where}:"
    pointer = prefix + "".join(f"/{_named(part)}" for part in path)
    if (
        one.get("ctx", {}).get("field_type") == "Value"
    ):  # text that a validator has cleaned before it is measured
        kind = f"string_{kind}"
    said = _SAID.get(kind, "内容不正确")
    facts = {name: _listed(value) for name, value in one.get("ctx", {}).items()}
    try:
        message = said.format(**facts)
    except (KeyError, IndexError):
        message = "内容不正确"
    return e.Flaw(pointer[:200], kind, message[:300])


def _untagged(path: Sequence[Any], body: Any) -> Sequence[Any]:
    """Where a kind or an action chooses the shape, its value stands before the field; no body has such a field."""
    tags = (body.get("action"), body.get("kind")) if isinstance(body, Mapping) else ()
    return path[1:] if path and path[0] in tags and path[0] not in body else path


def _listed(value: Any) -> str:
    """Values that would do, as a Chinese sentence lists them."""
    said = _MEMBER.sub(r"\1", str(value))
    return said.replace("' or '", "、").replace("', '", "、").strip("'")


def _named(part: Any) -> str:
    """A step of a pointer: an index, or a name as a program gives it; whatever else stood there is not echoed."""
    return str(part) if isinstance(part, int) or _NAME.fullmatch(str(part)) else "…"
