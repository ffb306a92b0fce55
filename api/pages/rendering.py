"""
Pages for any browser: no script, nothing from elsewhere, no cookie; the one style sheet stands in the page.

Everything that is not markup of ours is escaped; what may be shown is decided by the Content-Security-Policy, too.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import date, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.limits import Gate
from api.uploading import Intake
from models.domain.public.limits import MOST_BYTES, MOST_FILES
from models.domain.timing.calendar import SHANGHAI

STYLE: Final = (files("api.pages") / "templates" / "style.css").read_text("utf-8").strip()
_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_KEPT: Final = "private, no-cache"
"""For pages without anything personal: going back finds what was typed, where ``no-store`` may lose it."""

_WEEKDAYS: Final = "一二三四五六日"


def _day(value: date) -> str:
    """2026年11月23日（星期一）, in Shanghai."""
    local = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return f"{local.year}年{local.month}月{local.day}日（星期{_WEEKDAYS[local.weekday()]}）"


def _moment(value: datetime) -> str:
    """2026年11月23日（星期一）09:05, in Shanghai."""
    return f"{_day(value)}{value.astimezone(SHANGHAI):%H:%M}"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(day=_day, moment=_moment)
    made.globals.update(style=STYLE)
    return made


_PAGES: Final = _environment()


def page(
    request: Request, name: str, *, status: int = 200, kept: bool = False, wait: int = 0, **shown: Any
) -> HTMLResponse:
    """
    A page from its template.

    Args:
        kept: nothing personal is in it, so the browser may go back to it.
        wait: seconds after which to try again.
    """
    gate: Gate = request.app.state.gate
    intake: Intake = request.app.state.intake
    html = _PAGES.get_template(f"{name}.html").render(
        base=request.scope.get("root_path", ""), contact=gate.limits, most=_most(intake), **shown
    )
    headers = {"content-security-policy": POLICY}
    if kept:
        headers["cache-control"] = _KEPT
    if wait:
        headers["retry-after"] = str(wait)
    return HTMLResponse(html, status_code=status, headers=headers)


def _most(intake: Intake) -> dict[str, int]:
    """What photos one form may bring."""
    file_mb = intake.limits.upload_file_bytes // 1_000_000
    return {"files": MOST_FILES, "file_mb": file_mb, "all_mb": MOST_BYTES // 1_000_000}


def picture(png: bytes) -> str:
    """A picture as it stands in a page."""
    return "data:image/png;base64," + b64encode(png).decode()


def fresh_key() -> str:
    """What makes one posting of a form one, however often it is tapped: 128 random bits."""
    return secrets.token_urlsafe(16)
