"""``huanxun up``: everything on this machine; on a folder that does not exist, a sample instance first."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import Connection

from api.cli import ports, screen
from api.cli.home import Home, opened, read_settings
from api.cli.locks import held
from api.cli.ports import IdentitiesSealed, SampleAnyway, loopback_only
from api.cli.screen import Row
from api.cli.setting_up import set_up
from api.cli.supervising import Child, Supervisor
from api.hashing import MOST_AT_ONCE, PASSWORDS
from models.clock import real
from models.domain.access import ROLE_TITLES
from models.domain.words import passwords
from models.operations.people import account_views
from models.operations.people.account_views import Filters
from models.operations.sample import building, people
from models.operations.sample.building import Built
from models.settings import Settings
from models.vault import Vault

SHEET: Final = "sample-accounts.txt"
NOTICES: Final = "notices.log"
SHOWN_MOST: Final = 50
_STOPPING: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def up(sample_anyway: SampleAnyway = False, identities_sealed: IdentitiesSealed = False) -> None:
    """
    在本机启动接口和后台进程，按 Ctrl-C 停止。

    数据文件夹（HUANXUN_DATA_DIR，默认 ./data）不存在时，先建立[b]示例实例[/b]：虚构的单位、人员、企业和 25 件来件。

    各岗位的登录名和随机口令显示在终端上；不在终端上运行时写入 0600 文件。

    已有数据时接着原来的运行，不改口令。正式使用请先运行 huanxun init。
    """
    # What this process has computed so far is its imports: they count too.
    began = time.monotonic() - time.process_time()
    settings = read_settings()
    port = ports.claim(settings.host, settings.port)
    rows: list[Row] = []
    if not settings.data_dir.exists():
        loopback_only(settings, sample=True, anyway=sample_anyway)
        rows = _make_sample(settings)
    with opened(settings) as home:
        loopback_only(settings, sample=home.sample, anyway=sample_anyway)
        known = rows or (_known_accounts(home) if home.sample else [])
    lock = settings.data_dir / "up.lock"
    with held(lock, otherwise=f"这个数据文件夹已有 huanxun up 在运行：{settings.data_dir.absolute()}"):
        flags = [
            *(["--sample-anyway"] if sample_anyway else []),
            *(["--identities-sealed"] if identities_sealed else []),
        ]
        _run(settings, port, flags, lambda: _greet(settings, port, known, new=bool(rows), began=began))


def _run(settings: Settings, port: int, flags: list[str], greet: Callable[[], None]) -> None:
    """Start both processes and stay until asked to stop."""
    stop = Event()
    for name in _STOPPING:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: stop.set())
    environment = _environment(port)
    children = [
        Child("接口服务", "api.cli", ["serve", "--face", "all", *flags], environment),
        Child("后台进程", "workers.run", [], environment, _notices(settings)),
    ]
    Supervisor(children, stop, lambda: ports.answers(settings.host, port), greet, screen.warn).run()
    screen.say("已停止")


def _notices(settings: Settings) -> Path | None:
    """Where the worker's console channel writes: on a terminal beside the data, so that the tables stay readable."""
    return settings.data_dir / NOTICES if screen.is_terminal() else None


def _environment(port: int) -> Mapping[str, str]:
    """Ours, with the port that was claimed; on a terminal the logs keep quiet unless asked for."""
    environment = {**os.environ, "HUANXUN_PORT": str(port)}
    if sys.stderr.isatty():
        environment.setdefault("HUANXUN_LOG_LEVEL", "WARNING")
    return environment


# --- the sample --------------------------------------------------------------------------------


def _make_sample(settings: Settings) -> list[Row]:
    """Found the sample instance; gives its accounts with the passwords just made."""
    screen.say(f"首次启动：正在建立示例实例 {settings.data_dir.absolute()} …")
    given = settings.sample_password.get_secret_value() if settings.sample_password else None
    secrets = {one.login: given or passwords.issued() for one in people.PEOPLE}
    hashes = _hashes(secrets)
    rows = _rows(secrets, known=given is not None)

    def fill(db: Connection, vault: Vault) -> Built:
        return building.build(db, vault, hashes, until=real())

    def finish(folder: Path, built: Built) -> None:
        if built.left_out:
            listed = "、".join(built.left_out)
            screen.warn(f"本机时钟早于样例数据（2026-11-23），以下来件或整改问题未建或未办完：{listed}")
        if not screen.is_terminal():
            screen.write_sheet(folder / SHEET, "环巡示例实例的账号：登录名、岗位、姓名、口令", rows)

    if set_up(settings, fill, finish=finish) is None:
        screen.warn(
            "上次建立示例实例时中断，现已补完；口令没有显示过，请用 huanxun accounts password 登录名 重置"
        )
        return []
    return rows


def _rows(secrets: Mapping[str, str], *, known: bool) -> list[Row]:
    """The sample accounts as shown; a password that a script gave is not written anywhere."""
    said = "（HUANXUN_SAMPLE_PASSWORD 所设）"
    return [
        Row(one.login, one.title, one.name, said if known else secrets[one.login]) for one in people.PEOPLE
    ]


def _hashes(secrets: Mapping[str, str]) -> dict[str, str]:
    """argon2id of each password; one given for all is hashed once."""
    different = sorted(set(secrets.values()))
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        made = dict(zip(different, pool.map(PASSWORDS.hash, different), strict=True))
    return {login: made[secret] for login, secret in secrets.items()}


def _known_accounts(home: Home) -> list[Row]:
    with home.reading() as act:
        found = account_views.page(act, Filters(active=True), after=None, limit=SHOWN_MOST)
    return [
        Row(one["login"], "、".join(ROLE_TITLES[role] for role in one["roles"]), one["name"], "")
        for one in found[:SHOWN_MOST]
    ]


def _greet(settings: Settings, port: int, rows: list[Row], *, new: bool, began: float) -> None:
    """Where it is, who can sign in, how long it took."""
    address = ports.url(settings.host, port)
    screen.table("", "", rows=[("地址", address), ("接口说明", f"{address}/docs")], title="环巡 Huanxun")
    sheet = settings.data_dir.absolute() / SHEET
    if new and screen.is_terminal():
        screen.show_accounts(rows, title="示例账号（口令只显示这一次）")
    elif new:
        screen.say(f"示例账号和口令：{sheet}")
    elif rows:
        _remind(rows, sheet)
    if (notices := _notices(settings)) is not None:
        screen.say(f"提醒（控制台渠道）写入 {notices.absolute()}")
    screen.say(f"就绪，用时 {time.monotonic() - began:.1f} 秒；按 Ctrl-C 停止")


def _remind(rows: list[Row], sheet: Path) -> None:
    if screen.is_terminal():
        cells = [(row.login, row.title, row.name) for row in rows]
        screen.table("登录名", "岗位", "姓名", rows=cells, title="示例账号")
    known = f"首次启动时写入 {sheet}" if sheet.exists() else "首次启动时显示过"
    screen.say(f"口令{known}；忘记时运行：huanxun accounts password 登录名")
