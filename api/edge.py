"""
The outermost layer: request number, security headers, metrics, log line, and problem+json for what the
framework would say in plain text. It sees no body and logs no address, query or personal value.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import render_http

_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_PUBLIC_HEADERS: Final = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        b" frame-ancestors 'none'; base-uri 'none'",
    ),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    ),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
"""On everything the public sees; a page that needs another policy brings its own."""

PUBLIC_PATH: Final = "/v1/public/"
_PRIVATE: Final = (b"cache-control", b"private, no-store")
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
log = structlog.get_logger("access")


class Metrics:
    """Counts and durations by route template, never by path."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "huanxun_http_requests",
            "HTTP requests by method, route template and status",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "huanxun_http_request_seconds",
            "HTTP request duration in seconds by route template",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def seen(self, scope: Scope, status: int, seconds: float) -> str:
        """Count one request; gives the route template."""
        route = getattr(scope.get("route"), "path", None) or "(none)"
        key = (scope["method"], route, status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = (self.requests.labels(*key), self.seconds.labels(route))
        children[0].inc()
        children[1].observe(seconds)
        return route


class Edge:
    """The ASGI application that is served: the API with its outermost layer."""

    def __init__(self, app: ASGIApp, metrics: Metrics, state: State, *, public: bool = False) -> None:
        self.app = app
        self.metrics = metrics
        self.state = state
        self.public = public  # nothing but the public face is served here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send, public=self.public or scope["path"].startswith(PUBLIC_PATH))
        scope["request_id"] = answer.request_id
        began = time.perf_counter()
        try:
            await self.app(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - began
            route = self.metrics.seen(scope, answer.status, seconds)
            if scope["method"] != "GET" or answer.status >= 400:
                log.info(
                    "request",
                    method=scope["method"],
                    route=route,
                    status=answer.status,
                    ms=round(seconds * 1000, 1),
                    request_id=answer.request_id,
                )


class _Answer:
    """One response on its way out."""

    __slots__ = ("_public", "_receive", "_replaced", "_scope", "_send", "request_id", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, public: bool) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._public = public
        self._replaced = False
        self.request_id = secrets.token_hex(8)
        self.status = 500

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            names = {name for name, _ in message["headers"]}
            if self.status >= 400 and (b"content-type", b"text/plain; charset=utf-8") in message["headers"]:
                self._replaced = True
                refuse = self._scope.get("refusal", render_http)  # who posts a form is told on a page
                await refuse(self.status, self.request_id)(self._scope, self._receive, self._finish)
                return
            message = {**message, "headers": [*self._kept(message["headers"]), *self._added(names)]}
        await self._send(message)

    async def _finish(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in message["headers"]}
            message = {**message, "headers": [*message["headers"], *self._added(names)]}
        await self._send(message)

    def _kept(self, headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
        """The public is never given a cookie, whatever asks for one."""
        return [one for one in headers if one[0] != b"set-cookie"] if self._public else headers

    def _added(self, names: set[bytes]) -> list[tuple[bytes, bytes]]:
        added = [*_HEADERS, (b"x-request-id", self.request_id.encode())]
        if self._public:
            added += [one for one in _PUBLIC_HEADERS if one[0] not in names]
        if b"cache-control" not in names:
            added.append(_PRIVATE)
        return added
