"""``huanxun calendar``: load a year's holidays from the State Council's notice, or show a year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli import screen
from api.cli.home import opened, read_settings
from models.operations.law import calendars

NAMED_BY: Final = 2
"""Lines of a notice that name it: its title and its number; the rest says where it was found."""

app = typer.Typer(help="节假日：导入国务院放假通知、查看一年", no_args_is_help=True)


@app.command("load")
def load(
    file: Annotated[
        Path,
        typer.Argument(help="一年的 CSV：首行“# 通知名称和文号”，然后 day,is_workday,name", metavar="文件"),
    ],
) -> None:
    """导入一年的放假安排，列出会因此变动的期限；期限不会自己变，须由负责人逐条确认。"""
    text = file.read_text("utf-8-sig")
    with opened(read_settings()) as home, home.acting() as act:
        loaded = calendars.load(act, text)
    impact = loaded["impact"]
    screen.say(
        f"已导入 {loaded['calendar']['year']} 年放假安排，共 {len(loaded['calendar']['days'])} 个特殊日"
    )
    screen.say(f"会变动的期限：{impact['count']}{' 以上' if impact['capped'] else ''} 个")
    rows = [(one["title"], str(one["count"])) for one in impact["by_rule"]]
    if rows:
        screen.table("期限", "个数", rows=rows)
        screen.say("请负责人或分管负责人登录后，在“期限变动”（/v1/deadlines/moves）中逐条确认")


@app.command("show")
def show(year: Annotated[int | None, typer.Argument(help="年份；不填为今年", metavar="年份")] = None) -> None:
    """显示一年的放假日和调休上班日，以及依据的通知。"""
    with opened(read_settings()) as home, home.reading() as act:
        found = calendars.year(act, year)
    if not found["confirmed"]:
        screen.say(f"{found['year']} 年的放假安排尚未导入：只按周末推算，期限会标注“日历未确认”")
        return
    screen.say(f"{found['year']} 年：{'，'.join(found['notice'].splitlines()[:NAMED_BY])}")
    rows = [(day.day.isoformat(), "上班" if day.is_workday else "放假", day.name) for day in found["days"]]
    screen.table("日期", "安排", "名称", rows=rows)
