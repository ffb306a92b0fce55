"""Structured logs: one JSON object a line on standard error, with personal values and secrets taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

_SECRET_KEYS: Final = re.compile(
    r"pass(word)?|token|secret|authorization|cookie|code$|key$|phone|identity|words", re.I
)
_SECRETS: Final = (
    re.compile(r"hx[ar]_[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"://[^/\s:@]+:[^@\s]+@"),
)
_GONE: Final = "〔已隐去〕"


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Take out what names a secret, and what looks like one."""
    return {name: _GONE if _SECRET_KEYS.search(name) else _clean(value) for name, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern in _SECRETS:
            value = pattern.sub(_GONE, value)
        return value
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return value


def configure(level: str) -> None:
    """Send our logs and the libraries' through one pipe."""
    number = getattr(logging, level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


class _Forward(logging.Handler):
    """A library's log record as one of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(record.levelno, _clean(record.getMessage()))
