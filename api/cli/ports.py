"""Addresses: whether a port is free, whether a host is this machine alone, whether somebody answers."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from http.client import HTTPConnection, HTTPException
from typing import Annotated, Final

import typer

from api.cli.refusals import MISUSED, Stop
from models.settings import Settings

ANSWER_WITHIN_SECONDS: Final = 1.0
LIVE: Final = "/v1/health/live"


SampleAnyway = Annotated[
    bool,
    typer.Option("--sample-anyway", help="示例实例也允许监听本机以外的地址（口令和数据会暴露给局域网）"),
]


IdentitiesSealed = Annotated[
    bool, typer.Option("--identities-sealed", help="不读主密钥启动：除查看举报人身份外一切可用")
]


def claim(host: str, port: int) -> int:
    """
    The port, once seen free; 0 asks for any that is.

    Raises:
        Stop: taken, forbidden, or no such address here.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # there it would let two programs share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except socket.gaierror:
        raise Stop(f"设置有误：HUANXUN_HOST 不是本机的地址：{host}", code=MISUSED) from None
    except PermissionError:
        raise Stop(f"没有权限监听端口 {port}：请用 1024 以上的端口（HUANXUN_PORT）") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise Stop(f"设置有误：HUANXUN_HOST 不是本机的地址：{host}", code=MISUSED) from None
        raise Stop(f"端口 {port} 已被占用：请停掉占用它的程序，或换一个端口（HUANXUN_PORT）") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reachable(host: str) -> str:
    """An address under which this machine itself reaches the host it listens on."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — compared, not bound


def url(host: str, port: int) -> str:
    """The address for a browser."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether our API answers there."""
    connection = HTTPConnection(reachable(host), port, timeout=ANSWER_WITHIN_SECONDS)
    try:
        connection.request("GET", LIVE)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def loopback_only(settings: Settings, *, sample: bool, anyway: bool) -> None:
    """
    A sample instance listens on this machine alone.

    Raises:
        Stop
    """
    if sample and not anyway and not is_loopback(settings.host):
        raise Stop(
            f"示例实例只在本机开放，不监听 {settings.host}：正式使用请另建实例（huanxun init）；确要开放请加 --sample-anyway"
        )
