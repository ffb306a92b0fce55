"""``huanxun worker``: the worker alone, in the place of this process."""

from __future__ import annotations

import os
import subprocess
import sys

import typer

from api.cli.home import opened, read_settings


def worker() -> None:
    """只启动后台进程：期限提醒、催办、签名审计链。"""
    with opened(read_settings()):
        pass  # says what is missing before the process does
    command = [sys.executable, "-P", "-m", "workers.run"]
    if sys.platform == "win32":
        raise typer.Exit(subprocess.call(command))  # noqa: S603 — our own interpreter and module
    os.execv(sys.executable, command)  # noqa: S606 — as above; signals reach the worker itself
