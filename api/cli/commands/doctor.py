"""``huanxun doctor``: what a person without IT staff should look at, each line with what to do."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import typer
from sqlalchemy import text

from api.cli import ports, screen
from api.cli.home import Home, opened, read_settings
from api.cli.refusals import FAILED
from models import migrate
from models.db.engines import is_sqlite
from models.domain.errors import HuanxunError
from models.domain.timing.calendar import SHANGHAI
from models.files import heads_log
from models.keyring import load_keys
from models.operations import health
from models.operations.act import Act
from models.operations.chains import anchors
from models.operations.health import Check
from models.settings import Settings

CLOCK_MAY_DIFFER: Final = timedelta(minutes=1)
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def doctor() -> None:
    """体检：每一项说明正常，或该怎么办。"""
    settings = read_settings()
    with opened(settings) as home, home.reading() as act:
        found = [*health.checks(act, data_dir=settings.data_dir, head=migrate.head()), *_ours(home, act)]
    rows = [("正常" if one.ok else "处理", _TITLES.get(one.name, one.name), one.message) for one in found]
    screen.table("结果", "项目", "说明", rows=rows)
    if not all(one.ok for one in found if one.vital):
        raise typer.Exit(FAILED)


_TITLES: Final = {
    "database": "数据库",
    "schema": "数据库结构",
    "worker": "后台进程",
    "calendar": "节假日",
    "disk": "磁盘",
    "dead_letters": "死信",
    "keys": "密钥",
    "key_shares": "密钥份额",
    "privacy": "文件权限",
    "clock": "时钟",
    "port": "接口服务",
}


def _ours(home: Home, act: Act) -> Iterator[Check]:
    settings = home.settings
    yield _keys(settings)
    yield _shares(home, act)
    if sys.platform != "win32":
        yield _privacy(settings)
    yield _clock(act, settings)
    yield _port(settings)


def _keys(settings: Settings) -> Check:
    try:
        keys = load_keys(settings.keys)
    except HuanxunError as error:
        return Check("keys", False, True, f"{error.message}；没有主密钥时举报人身份打不开")
    return Check("keys", True, True, f"主密钥可用（编号 {keys.current}）")


def _shares(home: Home, act: Act) -> Check:
    """Whether shares of the key in force were ever exported, as the journal knows."""
    wanted = f'%"on":["keys","{home.keys.current}"],"verb":"keys.export"%'
    known = act.db.execute(
        text("select 1 from journal where chain = '00' and payload like :wanted limit 1"), {"wanted": wanted}
    ).first()
    return Check(
        "key_shares",
        known is not None,
        False,
        "密钥份额已导出"
        if known
        else "密钥份额还没有导出过：请运行 huanxun keys export，打印后交三人分开保管",
    )


def _privacy(settings: Settings) -> Check:
    open_to_others = [path for path in (settings.data_dir, settings.keys) if _is_open(path)]
    if not open_to_others:
        return Check("privacy", True, True, "数据和密钥只有所有者可读")
    listed = " ".join(str(path.absolute()) for path in open_to_others)
    return Check("privacy", False, True, f"其他用户可以读取：请运行 chmod 700 {listed}")


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & _OTHERS)


def _clock(act: Act, settings: Settings) -> Check:
    """Against the last signing of the journal, and against the database server: time does not run back."""
    last = heads_log.last(anchors.path_in(settings.data_dir))
    if last is not None and last.at - act.now > CLOCK_MAY_DIFFER:
        return Check(
            "clock", False, False, "本机时钟比最近一次签名审计链时还早：请校准时钟，否则期限和审计链都会错"
        )
    if not is_sqlite(settings.url):
        theirs = act.db.execute(text("select now()")).scalar_one()
        if abs(theirs - act.now) > CLOCK_MAY_DIFFER:
            said = "本机与数据库服务器的时间相差一分钟以上：请校准两台机器的时钟"
            return Check("clock", False, False, said)
    return Check(
        "clock", True, False, f"本机时间 {act.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）"
    )


def _port(settings: Settings) -> Check:
    up = ports.answers(settings.host, settings.port)
    where = ports.url(settings.host, settings.port)
    said = f"{where} 有答复" if up else f"{where} 没有答复：请运行 huanxun up（或 huanxun serve）"
    return Check("port", up, False, said)
