"""``huanxun init``: a real instance, with its bureau and the three administrators 三员."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from api.cli import screen
from api.cli.home import read_settings
from api.cli.refusals import MISUSED, Stop
from api.cli.screen import Row
from api.cli.setting_up import set_up
from api.hashing import PASSWORDS
from models.clock import real
from models.domain.access import ROLE_TITLES, SYSTEM, Role
from models.domain.timing.calendar import legal_day
from models.domain.words import passwords
from models.operations import founding, journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.people import accounts, units
from models.operations.people.accounts import GrantDraft
from models.vault import Vault

ADMINISTRATORS: Final = (
    ("admin", Role.ADMIN),
    ("security", Role.SECURITY_ADMIN),
    ("auditor", Role.AUDIT_ADMIN),
)
SHEET: Final = "initial-accounts.txt"
COUNTIES: Final = {code: name for code, name, level, _ in founding.DIVISIONS if level == "county"}


def init(
    unit: Annotated[str | None, typer.Option(help="单位全称，如 邵阳市生态环境局北塔分局")] = None,
    prefix: Annotated[str | None, typer.Option(help="发文代字，案号的字头，如 北环")] = None,
    county: Annotated[str | None, typer.Option(help="县级行政区划代码，如 430511")] = None,
) -> None:
    """
    建立[b]正式实例[/b]：密钥、数据库、本单位和三名管理员。

    没有给出的选项在终端上逐项询问。

    三个初始口令只显示一次（不在终端上时写入 0600 文件），请当面交给三个人并立即修改。

    建好后请运行 huanxun keys export 导出密钥份额。
    """
    settings = read_settings()
    name = _asked(unit, "单位全称", "--unit")
    mark = _asked(prefix, "发文代字（案号字头）", "--prefix")
    code = _county(_asked(county, f"行政区划代码（{_listed()}）", "--county"))
    secrets = {login: passwords.issued() for login, _ in ADMINISTRATORS}
    hashes = {login: PASSWORDS.hash(secret) for login, secret in secrets.items()}
    rows = [
        Row(login, ROLE_TITLES[role], ROLE_TITLES[role], secrets[login]) for login, role in ADMINISTRATORS
    ]

    def fill(db: Connection, vault: Vault) -> bool:
        _found(db, vault, name, mark, code, hashes)
        return True

    def finish(folder: Path, _: bool) -> None:
        if not screen.is_terminal():
            screen.write_sheet(folder / SHEET, "环巡正式实例的初始账号：登录名、岗位、姓名、口令", rows)

    _tell(settings.data_dir.absolute(), rows, new=set_up(settings, fill, finish=finish) is not None)


def _found(
    db: Connection, vault: Vault, name: str, mark: str, county: str, hashes: Mapping[str, str]
) -> None:
    now = real()
    founding.found(db, vault, now, kind="real")
    act = Act(db, SYSTEM, now, reference.load(db), vault)
    bureau = units.add_unit(
        act, name=name, division=county, parent_id=None, number_prefix=mark, valid_from=legal_day(now)
    )
    act.law = reference.load(db)
    for login, role in ADMINISTRATORS:
        account_id = accounts.create(
            act, login=login, name=ROLE_TITLES[role], unit_id=bureau, password_hash=hashes[login]
        )
        accounts.give(act, GrantDraft(account_id, role, county, unit_id=bureau))
    journal.seal(act)


def _tell(folder: Path, rows: list[Row], *, new: bool) -> None:
    screen.say(f"正式实例已建立：{folder}")
    if not new:
        screen.warn(
            "上次建立时中断，现已补完；初始口令没有显示过，请用 huanxun accounts password 登录名 重置"
        )
    elif screen.is_terminal():
        screen.show_accounts(rows, title="初始账号（口令只显示这一次）")
    else:
        screen.say(f"初始账号和口令：{folder / SHEET}")
    screen.say("下一步：huanxun keys export 导出密钥份额；huanxun up 启动")


def _asked(given: str | None, what: str, option: str) -> str:
    """The option, or what a person at the terminal answers."""
    if given is None and not sys.stdin.isatty():
        raise Stop(f"缺少参数：{option}（{what}）；加 --help 查看用法", code=MISUSED)
    text = (given if given is not None else str(typer.prompt(what))).strip()
    if not text:
        raise Stop(f"参数不正确：{option} 不能为空", code=MISUSED)
    return text


def _county(code: str) -> str:
    if code not in COUNTIES:
        raise Stop(f"参数不正确：--county 目前随附的区划有 {_listed()}", code=MISUSED)
    return code


def _listed() -> str:
    return "、".join(f"{code} {name}" for code, name in COUNTIES.items())
