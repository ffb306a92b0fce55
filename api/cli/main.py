"""``huanxun``: the command line, put together. A command loads only what it needs itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

import typer
from typer import rich_utils

from api.cli import refusals
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


class Command(NamedTuple):
    """A command: its module under ``api.cli.commands``, and there a function, or an ``app`` of subcommands."""

    name: str
    module: str
    attribute: str
    panel: str


_RUN, _CHECK, _KEEP, _DEVELOP = "运行", "检查", "管理", "开发"
COMMANDS: Final = (
    Command("up", "up", "up", _RUN),
    Command("init", "init", "init", _RUN),
    Command("serve", "serving", "serve", _RUN),
    Command("worker", "working", "worker", _RUN),
    Command("doctor", "doctor", "doctor", _CHECK),
    Command("verify", "verify", "verify", _CHECK),
    Command("migrate", "migrating", "migrate", _KEEP),
    Command("accounts", "accounts", "app", _KEEP),
    Command("calendar", "calendar", "app", _KEEP),
    Command("keys", "keys", "app", _KEEP),
    Command("openapi", "contract", "openapi", _DEVELOP),
)

rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.DEFAULT_STRING = "[默认：{}]"
rich_utils.REQUIRED_LONG_STRING = "[必填]"


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives the exit code. What goes wrong is told in one line."""
    refusals.forgiving()
    try:
        outcome = assembled(arguments)(list(arguments), prog_name="huanxun", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        return refusals.tell(error)
    return outcome if isinstance(outcome, int) else 0


def assembled(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command that is asked for, or all of them for an overview; importing all takes a second."""
    asked = [one for one in COMMANDS if arguments and one.name == arguments[0]]
    app = typer.Typer(
        name="huanxun",
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(lambda: None)  # with a single command typer would otherwise drop its name
    for name, module, attribute, panel in asked or COMMANDS:
        found = getattr(import_module(f"api.cli.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(found)
    return app


def main() -> None:
    """Entry point. What a command logs is what went wrong; a server or worker sets its own level."""
    configure("WARNING")
    sys.exit(run(sys.argv[1:]))
