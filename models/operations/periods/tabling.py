"""The values of an upper unit's monthly table 调度表; approved corrections stand in the remark, not in the figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from models.documents import monthly
from models.documents.monthly import Monthly
from models.domain.rectification.periods import ENTRY_TITLES, CorrectionState, EntryState, PeriodState
from models.domain.timing.calendar import SHANGHAI
from models.operations.act import Act
from models.operations.periods import correcting, keeping, snapshots
from models.operations.periods.rows import Record
from models.tables.base import AnyRow

FIELD_TITLES: Final = {
    "this_month": "本月进展",
    "percent": "累计进展",
    "invested_yuan": "累计投入资金（元）",
    "difficulties": "存在困难",
    "next_steps": "下步打算",
    "expected_on": "预计完成",
}
SAMPLE: Final = "示例数据（虚构）"
_PLAIN: Final = ("problem_no", "origin", "batch", "round", "title", "stage", "due_on", "word", "percent")
_REPORTED: Final = ("this_month", "difficulties", "next_steps", "expected_on", "filled_by", "reviewed_by")


def table(act: Act, period_id: UUID, layout: str) -> Monthly:
    """
    The table of a period in a layout of ``period_layouts.toml``.

    Raises:
        NotFound; Forbidden: the reader sees a part of the division only; Invalid: no such layout.
    """
    period = keeping.find(act, period_id)
    snapshots.sees_all(act, period)
    title = monthly.known(layout)
    beside = corrections(act, period_id)
    rows = [
        _row(act, no, one, beside.get(one["case_id"], []))
        for no, one in enumerate(snapshots.records(act, period), start=1)
    ]
    area = act.law.divisions[period.division_code].name
    note = f"{area}　{period.month}　{_standing(period)}"
    if act.law.sample:
        note = f"{SAMPLE}　{note}"
    return Monthly(period.month, layout, title, note, note, rows)


def corrections(act: Act, period_id: UUID) -> dict[str, list[str]]:
    """The approved corrections of a period in words, by case."""
    found: dict[str, list[str]] = {}
    for row in correcting.listed(act, period_id):
        if row.state is CorrectionState.APPROVED:
            before = "空" if row.before is None else row.before
            said = f"更正第{row.no}号：{FIELD_TITLES[row.field]}“{before}”应为“{row.after}”"
            found.setdefault(str(row.case_id), []).append(said)
    return found


def wan(yuan: int | None) -> str | None:
    """Whole 元 as 万元, without trailing noughts."""
    if yuan is None:
        return None
    plain = format(Decimal(yuan) / 10_000, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _row(act: Act, no: int, one: Record, corrected: list[str]) -> dict[str, Any]:
    entry = one["entry"]
    county = act.law.divisions.get(one["division"][:6])
    return {
        "seq": no,
        **{name: one[name] for name in _PLAIN},
        **{name: entry[name] for name in _REPORTED},
        "this_month": entry["this_month"] or _no_change(entry),
        "area": county.name if county else one["division"][:6],
        "responsible": "、".join(one["responsible"]),
        "lead": "、".join(one["lead"]),
        "invested_wan": wan(entry["invested_yuan"]),
        "remark": "；".join([*_remarks(one), *corrected]),
    }


def _no_change(entry: Record) -> str | None:
    if not entry["no_change"]:
        return None
    return f"无变化（{entry['no_change_reason']}）" if entry["no_change_reason"] else "无变化"


def _remarks(one: Record) -> list[str]:
    state = EntryState(one["entry"]["state"])
    said = ["逾期"] if one["overdue"] else []
    if state not in (EntryState.REVIEWED, EntryState.NOT_DUE):
        said.append(ENTRY_TITLES[state])
    return said


def _standing(period: AnyRow) -> str:
    if period.state is not PeriodState.FROZEN:
        return "未冻结，数字可能变化"
    as_of = period.as_of.astimezone(SHANGHAI)
    return f"截至{as_of:%Y-%m-%d %H:%M}　快照 {period.snapshot_hash[:16]}"
