"""Health 健康: what ``/v1/health/ready`` and ``doctor`` look at; each check says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, text

from models.domain.timing.calendar import legal_day
from models.operations import leases
from models.operations.act import Act
from models.operations.outgoing.dispatches import UNDELIVERED
from models.operations.outgoing.notices import UNBOUND
from models.tables.channels import dispatches
from models.tables.deadlines import deadlines
from models.tables.notices import heartbeats, notices, work_items

WORKER_SILENT: Final = timedelta(seconds=90)
DISK_LEAST_BYTES: Final = 1_000_000_000
CALENDAR_AHEAD: Final = timedelta(days=90)
MOST_COUNTED: Final = 100


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it holds, whether failing it means "not ready", and the cure."""

    name: str
    ok: bool
    vital: bool
    message: str


def checks(act: Act, *, data_dir: Path, head: str) -> list[Check]:
    """Every check, in the order of a morning's look."""
    wanted: list[Callable[[], Check]] = [
        lambda: _schema(act.db, head),
        lambda: _worker(act),
        lambda: _calendar(act, legal_day(act.now)),
        lambda: _disk(data_dir),
        lambda: _dead_letters(act),
    ]
    return [Check("database", True, True, "数据库可用"), *(check() for check in wanted)]


def oldest_waiting_seconds(act: Act) -> float:
    """The age of the oldest reminder, notice, dispatch or work item that should have been done already."""
    looks = [
        select(func.min(deadlines.c.remind_at)).where(deadlines.c.remind_at.is_not(None)),
        select(func.min(notices.c.next_at)).where(UNBOUND),
        *(
            select(func.min(jobs.c.next_at)).where(leases.is_waiting(jobs))
            for jobs in (dispatches, work_items)
        ),
    ]
    firsts = [act.db.execute(look).scalar() for look in looks]
    ages: list[float] = [(act.now - first).total_seconds() for first in firsts if first is not None]
    return max(0.0, *ages)


def schema_head(db: Connection) -> str | None:
    """The migration the database stands at."""
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("select version_num from alembic_version")).scalar()


def _schema(db: Connection, head: str) -> Check:
    found = db.execute(text("select version_num from alembic_version")).scalar()
    ok = found == head
    return Check("schema", ok, True, "数据库结构是最新的" if ok else "请运行 huanxun migrate 升级数据库结构")


def _worker(act: Act) -> Check:
    last = act.db.execute(
        select(func.max(heartbeats.c.at)).where(heartbeats.c.process.like("worker%"))
    ).scalar()
    ok = last is not None and act.now - last <= WORKER_SILENT
    return Check(
        "worker",
        ok,
        False,
        "后台进程在工作" if ok else "后台进程没有心跳，提醒不会发出；请检查 huanxun worker",
    )


def _calendar(act: Act, today: date) -> Check:
    ok = act.law.calendar.covers(today, today + CALENDAR_AHEAD)
    year = (today + CALENDAR_AHEAD).year
    said = f"节假日安排已覆盖今后{CALENDAR_AHEAD.days}天"
    return Check(
        "calendar",
        ok,
        False,
        said if ok else f"缺少{year}年节假日安排：公布后请运行 huanxun calendar load 文件",
    )


def _disk(data_dir: Path) -> Check:
    free = shutil.disk_usage(data_dir).free
    ok = free >= DISK_LEAST_BYTES
    return Check(
        "disk", ok, True, f"磁盘剩余 {free // 1_000_000_000} GB" + ("" if ok else "，不足 1 GB，请清理")
    )


def _dead_letters(act: Act) -> Check:
    """Dead notices a person can resend; a dead work item is ours to mend, so the way out is another."""
    dead = (
        select(notices.c.id).where(UNDELIVERED, notices.c.state == "dead"),
        select(work_items.c.id).where(work_items.c.state == "dead"),
    )
    letters, items = (
        act.db.execute(select(func.count()).select_from(found.limit(MOST_COUNTED).subquery())).scalar_one()
        for found in dead
    )
    said = [f"有{letters}条提醒发不出去，请在“没有送达的提醒”里查看、重发"] if letters else []
    said += [f"有{items}项后台任务多次失败，请查看后台进程日志"] if items else []
    return Check("dead_letters", not said, False, "；".join(said) or "没有发不出去的提醒")
