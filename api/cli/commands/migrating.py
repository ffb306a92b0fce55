"""``huanxun migrate``: schema and shipped law of this version."""

from __future__ import annotations

from api.cli import screen
from api.cli.home import FOUND, looking, read_settings
from api.cli.refusals import Stop
from models import migrate as migrations
from models.clock import real
from models.db.engines import open_engine
from models.keyring import load_keys
from models.operations import founding, health
from models.vault import Vault


def migrate() -> None:
    """升级数据库结构，补上新随附的规则、日历和已公布的批次；请先备份。"""
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
            founding.ship(act)
    finally:
        engine.dispose()
    after = migrations.head()
    screen.say("数据库结构已是最新" if before == after else f"数据库结构已升级：{before} → {after}")
