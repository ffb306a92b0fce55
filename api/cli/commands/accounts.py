"""``huanxun accounts``: what the administrator of the server can do when nobody can sign in."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import screen
from api.cli.home import opened, read_settings
from api.cli.refusals import Stop
from api.hashing import PASSWORDS
from models.domain.words import passwords
from models.operations.people import keeping, sessions

app = typer.Typer(help="账号：重置口令", no_args_is_help=True)


@app.command("password")
def password(login: Annotated[str, typer.Argument(help="登录名", metavar="登录名")]) -> None:
    """给一个账号换上新的随机口令并结束它的全部登录；记入审计链。口令只显示这一次。"""
    settings = read_settings()
    secret = passwords.issued()
    with opened(settings) as home, home.acting() as act:
        found = sessions.find(act, login=login, network="cli")
        if found.account_id is None:
            raise Stop(f"没有这个账号，或已停用：{login}")
        keeping.reset_password(act, found.account_id, PASSWORDS.hash(secret))
    if screen.is_terminal():
        screen.say(f"{login} 的新口令：{secret}")
        return
    sheet = settings.data_dir.absolute() / f"password-{found.account_id}.txt"
    screen.write_sheet(sheet, "新口令：登录名、口令", [screen.Row(login, "", "", secret)])
    screen.say(f"新口令：{sheet}")
