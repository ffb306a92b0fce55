"""
The words of the monthly bulletin 简报, from the frozen snapshot alone.

Units by their legal names, no person: the names known of an item, and what looks like one, are masked in its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.documents.bulletin import Bulletin
from models.domain.errors import Conflict
from models.domain.rectification import reconciling
from models.domain.rectification.periods import EntryState, PeriodState
from models.domain.rectification.words import Progress
from models.domain.timing.calendar import SHANGHAI
from models.domain.words.masking import propose_public
from models.operations.act import Act
from models.operations.periods import differences, keeping, snapshots, tabling
from models.operations.periods.rows import Record, counted
from models.tables.base import AnyRow
from models.tables.people import accounts

MOST_LATE: Final = 10
MOST_BACK: Final = 5
"""Rows of the lists: two pages hold them; the rest is in the table."""

_CUT: Final = 36
_SOON: Final = timedelta(days=31)
_SHORT: Final = {word: word.value.removeprefix("已完成(").removesuffix(")") for word in Progress}
_NOBODY: Final = "（未明确责任单位）"


def bulletin(act: Act, period_id: UUID) -> Bulletin:
    """
    What the bulletin of a frozen period says.

    Raises:
        NotFound; Forbidden: the reader sees a part of the division only; Conflict: not frozen yet.
    """
    period = keeping.find(act, period_id)
    snapshots.sees_all(act, period)
    if period.state is not PeriodState.FROZEN:
        raise Conflict(f"{period.month}调度还没有冻结，简报只由冻结的快照生成，请先冻结")
    found = snapshots.frozen(act, period)
    late = [one for one in found if one["word"] == Progress.BEHIND]
    back = [one for one in found if one["round"] > 1 and one["word"] != Progress.WRITTEN_OFF]
    year, month = period.month.split("-")
    return Bulletin(
        month=period.month,
        sample=tabling.SAMPLE if act.law.sample else "",
        title=f"{act.law.divisions[period.division_code].name}突出生态环境问题整改调度简报",
        month_words=f"{year}年{int(month)}月",
        issuer=_issuer(act, period),
        issued_on=_day(period.frozen_at),
        whole=_whole(act, period, found),
        origins=[_origin(one) for one in _lines(found)],
        late_words=_list_words("滞后", len(late), MOST_LATE),
        late=[_late(one) for one in _urgent_first(late)[:MOST_LATE]],
        back_words=_list_words("反弹后尚未销号的", len(back), MOST_BACK),
        back=[_back(one) for one in back[:MOST_BACK]],
        next_steps=_next_steps(period, found, late, back),
        source=_source(act, period),
    )


def _issuer(act: Act, period: AnyRow) -> str:
    """The unit of whoever froze the month; never the person."""
    unit_id = act.db.execute(select(accounts.c.unit_id).where(accounts.c.id == period.frozen_by)).scalar()
    unit = act.law.units.get(unit_id) if unit_id is not None else None
    return unit.name if unit else f"{act.law.divisions[period.division_code].name}整改工作机构"


def _whole(act: Act, period: AnyRow, found: Sequence[Record]) -> str:
    whole = reconciling.figures(counted(one) for one in found).whole
    words = "，".join(f"{word.value}{whole.words[word]}件" for word in Progress)
    states = [EntryState(one["entry"]["state"]) for one in found]
    due = sum(1 for one in states if one is not EntryState.NOT_DUE)
    filled = sum(1 for one in states if one in (EntryState.FILLED, EntryState.REVIEWED))
    area = act.law.divisions[period.division_code].name
    return (
        f"截至{_day(period.as_of)}{period.as_of.astimezone(SHANGHAI):%H:%M}，{area}共有突出生态环境问题{whole.total}件："
        f"{words}；其中逾期{whole.overdue}件。{_changes(act, period)}"
        f"本月应填报{due}件，已填报{filled}件，未填报{due - filled}件。"
    )


def _changes(act: Act, period: AnyRow) -> str:
    view = differences.compare(act, period.id)
    if view.difference is None:
        return ""
    told = view.difference
    return (
        f"与{view.before_month}相比，新增{len(told.new)}件，减少{len(told.gone)}件，状态变化{len(told.moved_word)}件，"
        f"时限调整{len(told.moved_date)}件，反弹{len(told.relapsed)}件。"
    )


def _lines(found: Iterable[Record]) -> list[reconciling.Tally]:
    every = [counted(one) for one in found]
    told = reconciling.figures(every)
    return [*told.by_origin, told.whole]


def _origin(one: reconciling.Tally) -> dict[str, Any]:
    cells = {word.name.lower(): one.words[word] for word in Progress}
    return {"name": one.name, "total": one.total, **cells}


def _urgent_first(rows: Iterable[Record]) -> list[Record]:
    return sorted(rows, key=lambda one: (one["due_on"] or "9999", one["problem_no"]))


def _late(one: Record) -> dict[str, Any]:
    return {
        "problem_no": one["problem_no"],
        "title": _impersonal(one, one["title"]),
        "units": _units([one]),
        "due_on": one["due_on"] or "未定",
        "percent": f"{one['percent']}%",
        "next_steps": _impersonal(one, one["entry"]["next_steps"] or "未填报"),
    }


def _back(one: Record) -> dict[str, Any]:
    return {
        "problem_no": one["problem_no"],
        "title": _impersonal(one, one["title"]),
        "units": _units([one]),
        "round": f"第{one['round']}轮",
        "word": _SHORT[Progress(one["word"])],
    }


def _next_steps(
    period: AnyRow, found: Sequence[Record], late: Sequence[Record], back: Sequence[Record]
) -> list[str]:
    today = period.as_of.astimezone(SHANGHAI).date()
    silent = [one for one in found if one["entry"]["state"] in (EntryState.MISSING, EntryState.RETURNED)]
    soon = [one for one in found if _is_due_soon(one, today)]
    lines = []
    if late:
        lines.append(f"对滞后的{len(late)}件，请{_units(late)}对照时限倒排工期、补齐进度。")
    if soon:
        numbers = "、".join(one["problem_no"] for one in soon[:10])
        lines.append(
            f"未来一个月到期{len(soon)}件（{numbers}{'等' if len(soon) > 10 else ''}），请提前组织自查。"
        )
    if silent:
        lines.append(f"未填报{len(silent)}件，请{_units(silent)}核实后报入下一月份。")
    if back:
        lines.append(f"对反弹的{len(back)}件，查清原因，落实责任，重新整改，验收前不得销号。")
    lines.append("其余问题按序时推进，完成一件、验收一件、销号一件。")
    return [f"{no}．{line}" for no, line in enumerate(lines, start=1)]


def _is_due_soon(one: Record, today: date) -> bool:
    open_ = one["word"] in (Progress.ON_SCHEDULE, Progress.BEHIND, Progress.NOT_STARTED)
    return bool(open_ and one["due_on"] and today <= date.fromisoformat(one["due_on"]) <= today + _SOON)


def _list_words(what: str, count: int, most: int) -> str:
    if count == 0:
        return f"本月没有{what}问题。"
    more = f"，列出前{most}件，其余见调度表" if count > most else ""
    return f"{what}问题{count}件{more}。"


def _units(rows: Iterable[Record]) -> str:
    return "、".join(sorted({name for one in rows for name in one["responsible"]})) or _NOBODY


def _impersonal(one: Record, text: str) -> str:
    """The words without the persons of the item and whoever else is named, cut to what a cell holds."""
    names = [name for name in (one["responsible_person"], one["contact_leader"]) if name]
    told = propose_public(text, names=names).text.replace("\n", " ")
    return told if len(told) <= _CUT else f"{told[:_CUT]}…"


def _source(act: Act, period: AnyRow) -> str:
    corrected = sum(len(told) for told in tabling.corrections(act, period.id).values())
    beside = f"；另有已批准的更正{corrected}处，见更正清单" if corrected else ""
    return f"数据：{period.month}调度快照，SHA-256 {period.snapshot_hash}{beside}。"


def _day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
