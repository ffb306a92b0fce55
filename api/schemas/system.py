"""Health on the wire."""

from api.schemas.base import Out


class LiveOut(Out):
    """进程在运行"""

    status: str


class CheckOut(Out):
    """一项检查"""

    name: str
    ok: bool
    vital: bool
    message: str


class ReadyOut(Out):
    """能否服务"""

    ready: bool
    checks: list[CheckOut]
