"""What the command line says when it cannot: one Chinese line and an exit code, never a traceback, never a secret."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from typing import Final

import structlog
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import ArgumentError, DBAPIError
from typer import TyperException

from models.domain.errors import HuanxunError, Invalid

FAILED: Final = 1
MISUSED: Final = 2
_FRAMES: Final = 8


class Stop(Exception):
    """The command ends here; ``code`` is the exit code of the process."""

    def __init__(self, message: str, *, code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def tell(error: Exception) -> int:
    """Print what a person can do about it; gives the exit code."""
    lines, code = list(_said(error)), _code(error)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line, style="red", markup=False)
    return code


def _code(error: Exception) -> int:
    if isinstance(error, Stop):
        return error.code
    return MISUSED if isinstance(error, TyperException | ValidationError | ArgumentError) else FAILED


def _said(error: Exception) -> Iterator[str]:
    if isinstance(error, Stop):
        yield error.message
    elif isinstance(error, HuanxunError):
        yield error.message
        if isinstance(error, Invalid):
            yield from (f"  {flaw.message}" for flaw in error.flaws if flaw.message != error.message)
    elif isinstance(error, ValidationError):
        yield from (_setting(one["loc"], one["type"]) for one in error.errors(include_input=False))
    elif isinstance(error, ArgumentError):
        yield "设置有误：HUANXUN_DATABASE_URL 无法识别，应为 sqlite:///文件 或 postgresql://用户@主机/库"
    elif isinstance(error, DBAPIError):
        yield _database(error)
    elif isinstance(error, TyperException):
        yield from _misused(error)
    elif isinstance(error, UnicodeDecodeError):
        yield "文件不是 UTF-8 文本：请另存为 UTF-8（Excel 中选“CSV UTF-8”）后重试"
    elif isinstance(error, OSError):
        yield _system(error)
    else:
        yield _unexpected(error)


def _setting(where: tuple[int | str, ...], kind: str) -> str:
    name = f"HUANXUN_{str(where[0]).upper()}" if where else "HUANXUN_…"
    said = {
        "int_parsing": "应为整数",
        "float_parsing": "应为数字",
        "greater_than": "数值过小",
        "greater_than_equal": "数值过小",
        "less_than_equal": "数值过大",
        "string_pattern_mismatch": "不是可用的值",
    }
    return f"设置有误：环境变量 {name} {said.get(kind, '不正确')}，请改正后重试"


def _database(error: DBAPIError) -> str:
    said = str(error.orig)
    if type(error.orig).__module__.startswith("psycopg") and getattr(error.orig, "sqlstate", None) is None:
        # Before the log-in there is no SQLSTATE: only the server's own English sentence tells these apart.
        if "does not exist" in said:
            return "没有这个数据库或用户：请先在 PostgreSQL 中建立，再写入 HUANXUN_DATABASE_URL"
        if "authentication failed" in said:
            return "数据库拒绝登录：请检查 HUANXUN_DATABASE_URL 中的用户和口令"
        return "连接不上数据库：请检查 HUANXUN_DATABASE_URL 的主机、端口，以及 PostgreSQL 是否已启动"
    if "locked" in said:
        return "数据库正忙（被另一个进程占用），请稍后再试"
    return _unexpected(error, "数据库出错")


def _misused(error: TyperException) -> Iterator[str]:
    """The framework's own words, by kind of mistake; its classes are not public, their names are stable."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":  # the help has been printed already
        return
    parameter = getattr(error, "param", None)
    name = "" if parameter is None else parameter.get_error_hint().strip("'")
    yield {
        "NoSuchOption": f"没有这个选项：{getattr(error, 'option_name', '')}；加 --help 查看用法",
        "MissingParameter": f"缺少参数：{name}；加 --help 查看用法",
        "BadParameter": f"参数不正确：{name}；加 --help 查看可用的值",
    }.get(kind, "没有这个命令，或参数不正确；运行 huanxun --help 查看用法")


def _system(error: OSError) -> str:
    what = error.filename or ""
    if isinstance(error, FileNotFoundError):
        return f"没有这个文件或文件夹：{what}"
    if isinstance(error, PermissionError):
        return f"没有权限：{what}，请检查文件夹的所有者和权限"
    return _unexpected(error, f"系统错误（{error.strerror or type(error).__name__}）")


def _unexpected(error: Exception, what: str = "程序内部错误") -> str:
    """Names of functions go to the log; values, which could be personal, go nowhere."""
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    structlog.get_logger("cli").error("broken", kind=type(error).__name__, at=frames[-_FRAMES:])
    return f"{what}，已记入日志；若反复出现，请把上面的日志行交给维护人员"


def forgiving() -> None:
    """A terminal that cannot show a character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
