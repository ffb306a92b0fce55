"""``huanxun``: the command line, put together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import typer
from typer import rich_utils

from api.cli import refusals
from api.cli.commands import accounts, calendar, keys
from api.cli.commands.contract import openapi
from api.cli.commands.doctor import doctor
from api.cli.commands.init import init
from api.cli.commands.serving import migrate, serve, worker
from api.cli.commands.up import up
from api.cli.commands.verify import verify
from models.logs import configure

INTERRUPTED: Final = 130

_HELP: Final = """
环巡：县级生态环境部门现场工作的后端（举报、案件、期限、提醒）。

试用：[b]huanxun up[/b] 一条命令建立示例实例并启动。正式使用：[b]huanxun init[/b]，再 [b]huanxun up[/b]。

设置都在环境变量里：HUANXUN_DATA_DIR（数据文件夹，默认 ./data）、HUANXUN_HOST（127.0.0.1）、HUANXUN_PORT（8000）、
HUANXUN_DATABASE_URL（默认数据文件夹里的 SQLite；或 postgresql://用户@主机/库）、HUANXUN_KEYS_DIR（密钥文件夹）、
HUANXUN_LOG_LEVEL。

退出码：0 正常，1 没有做成或有发现，2 用法或设置有误。
"""
_RUN, _CHECK, _KEEP, _DEVELOP = "运行", "检查", "管理", "开发"

rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.DEFAULT_STRING = "[默认：{}]"
rich_utils.REQUIRED_LONG_STRING = "[必填]"

app = typer.Typer(
    name="huanxun",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command(rich_help_panel=_RUN)(up)
app.command(rich_help_panel=_RUN)(init)
app.command(rich_help_panel=_RUN)(serve)
app.command(rich_help_panel=_RUN)(worker)
app.command(rich_help_panel=_CHECK)(doctor)
app.command(rich_help_panel=_CHECK)(verify)
app.command(rich_help_panel=_KEEP)(migrate)
app.add_typer(accounts.app, name="accounts", rich_help_panel=_KEEP)
app.add_typer(calendar.app, name="calendar", rich_help_panel=_KEEP)
app.add_typer(keys.app, name="keys", rich_help_panel=_KEEP)
app.command(rich_help_panel=_DEVELOP)(openapi)


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives the exit code. What goes wrong is told in one line."""
    refusals.forgiving()
    try:
        outcome = app(list(arguments), prog_name="huanxun", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        return refusals.tell(error)
    return outcome if isinstance(outcome, int) else 0


def main() -> None:
    """Entry point. What a command logs is what went wrong; a server or worker sets its own level."""
    configure("WARNING")
    sys.exit(run(sys.argv[1:]))
