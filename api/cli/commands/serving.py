"""Single processes for those who supervise themselves: ``serve``, ``worker``, ``migrate``."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

from api import server
from api.app import Face
from api.cli import ports, screen
from api.cli.home import FOUND, looking, opened, read_settings
from api.cli.refusals import Stop
from models import migrate as migrations
from models.clock import real
from models.db.engines import open_engine
from models.keyring import load_keys
from models.operations import founding, health
from models.operations.law import reference
from models.settings import Settings
from models.vault import Vault

SampleAnyway = Annotated[
    bool,
    typer.Option("--sample-anyway", help="示例实例也允许监听本机以外的地址（口令和数据会暴露给局域网）"),
]


def serve(
    face: Annotated[
        Face, typer.Option(help="开放哪一面：public 只有公众接口，staff 内部接口，all 全部")
    ] = "staff",
    identities_sealed: Annotated[
        bool, typer.Option("--identities-sealed", help="不读主密钥启动：除查看举报人身份外一切可用")
    ] = False,
    sample_anyway: SampleAnyway = False,
) -> None:
    """只启动接口服务，由 systemd 等管理；后台进程另用 huanxun worker。"""
    settings = read_settings()
    with opened(settings, identities_sealed=identities_sealed) as home:
        loopback_only(settings, sample=home.sample, anyway=sample_anyway)
    port = ports.claim(settings.host, settings.port)
    server.serve(settings.model_copy(update={"port": port}), face=face, identities_sealed=identities_sealed)


def worker() -> None:
    """只启动后台进程：期限提醒、催办、签名审计链。"""
    with opened(read_settings()):
        pass  # says what is missing before the process does
    command = [sys.executable, "-P", "-m", "workers.run"]
    if sys.platform == "win32":
        raise typer.Exit(subprocess.call(command))  # noqa: S603 — our own interpreter and module
    os.execv(sys.executable, command)  # noqa: S606 — as above; signals reach the worker itself


def migrate() -> None:
    """升级数据库结构，补上新随附的规则和日历；请先备份。"""
    settings = read_settings()
    with looking(settings) as (db, found):
        if found not in FOUND:
            raise Stop("这里没有实例可升级：试用请运行 huanxun up，正式使用请运行 huanxun init")
        before = health.schema_head(db)
    vault = Vault(load_keys(settings.keys, identities_sealed=True))
    engine = open_engine(settings.url)
    try:
        migrations.upgrade(engine)
        with founding.acting(engine, vault, real) as act:
            reference.seed(act)
    finally:
        engine.dispose()
    after = migrations.head()
    screen.say("数据库结构已是最新" if before == after else f"数据库结构已升级：{before} → {after}")


def loopback_only(settings: Settings, *, sample: bool, anyway: bool) -> None:
    """
    A sample instance listens on this machine alone.

    Raises:
        Stop
    """
    if sample and not anyway and not ports.is_loopback(settings.host):
        raise Stop(
            f"示例实例只在本机开放，不监听 {settings.host}：正式使用请另建实例（huanxun init）；确要开放请加 --sample-anyway"
        )
