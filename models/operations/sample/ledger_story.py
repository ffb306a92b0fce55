"""
The story of the sample ledger 示例清单（虚构）: rows of ``items.csv``, steps of ``items.toml``, in order of time.

Only people with an account act, and no paper, photo or scan is made up: from the application 申请销号 on the
lifecycle asks for files, so those rows stop before it. What the data says beyond is told in the text of the item:

================================  ================  ====================================================
state of the row                  state here        why
================================  ================  ====================================================
录入清单 (R01)                    listed
方案编制 (R02)                    listed            the state is that of 列入清单, its plan is awaited
整改中 (R03, R15)                 rectifying
延期申请 (R04)                    extension_review  田江街道办事处 is made co-responsible: it has a liaison
自查完成 (R05)                    listed            its street has no account that could plan or check
申请销号 (R06)                    self_checked      the application needs files
材料审核退回 (R07)                self_checked      where returned materials go; they were never handed in
现场核查不通过 (R08)              listed            its street has no account
公示中 (R09)                      self_checked      acceptance and publicity need files
公示异议核实 (R10)                self_checked      the same
已销号 (R11), 上报备案 (R12)      listed            ended before the county began with the system: no files
回头看反弹 (R13)                  listed            the same; what was not written off here cannot relapse
反弹重启 (R14)                    listed            an item of its own, since R13 has no end to follow
================================  ================  ====================================================

Rows older than the sample county are entered when it begins, with their own day of 交办.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from models.domain.rectification.drafts import ItemDraft, LedgerDraft
from models.domain.rectification.words import Level, Origin
from models.domain.states import Action, State
from models.operations.sample import people, story
from models.operations.sample.story import Event

LEDGER: Final = LedgerDraft(
    title="示例清单（虚构）",
    origin=Origin.SELF_CHECK,
    level=Level.COUNTY,
    year=2026,
    division=people.COUNTY,
    document="示例文件（虚构），不是真实的交办文件",
)

UnitIds = Mapping[str, UUID]
"""The units of the sample county by name."""


@dataclass(frozen=True, slots=True)
class LedgerStory:
    """What happens to the items, in order of time, and where each row stands afterwards."""

    rows: Mapping[str, Mapping[str, str]]
    told: Mapping[str, Mapping[str, Any]]
    events: tuple[Event, ...]

    def state(self, row: str) -> State:
        """Where the row ends."""
        return State(self.told[row]["state"])


def read() -> LedgerStory:
    """The story as shipped."""
    told = tomllib.loads((story.DATA / "items.toml").read_text("utf-8"))
    return LedgerStory(story.table("items.csv"), told, story.events_of(told))


def problem_no(row: str) -> str:
    """``R03`` is 样例-03 of the ledger."""
    return f"样例-{row[1:]}"


def level_of(line: Mapping[str, str]) -> Level:
    """The level a row came from; letters and calls to an inspectorate are the province's."""
    channel = line["channel"]
    if channel in {"自查", "监控预警"}:
        return Level.COUNTY
    return Level.CITY if channel.startswith("市级") else Level.PROVINCE


def draft(
    told: LedgerStory, row: str, item_id: UUID, ledger_id: UUID, site_id: UUID | None, units: UnitIds
) -> ItemDraft:
    """The item of a row as the office would enter it; its plan comes later, from the responsible unit."""
    line, more = told.rows[row], told.told[row]
    responsible = more.get("responsible", (f"{line['responsible_unit']}（样例）",))
    return ItemDraft(
        id=item_id,
        ledger_id=ledger_id,
        problem_no=problem_no(row),
        title=line["title"],
        text=_text(line, more),
        categories=tuple(line["categories"].split(";")),
        place=story.place_of(line),
        listed_on=datetime.fromisoformat(line["received_at"]).date(),
        responsible=tuple(units[name] for name in responsible),
        lead=units[f"{line['lead_unit']}（样例）"],
        problem_type=more.get("problem_type"),
        site_id=site_id,
        geometry=more.get("geometry"),
        goal=line["goal_and_standard"] or None,
        due_on=date.fromisoformat(line["due_on"]),
        level=level_of(line),
    )


def inputs(told: LedgerStory, event: Event, units: UnitIds) -> dict[str, Any]:
    """The inputs of a step as a client sends them: units by id, every line of the checklist met."""
    sent = dict(event.inputs)
    match event.do:
        case Action.SUBMIT_PLAN:
            sent["tasks"] = [_with_id(task, units) for task in sent["tasks"]]
        case Action.DESIGNATE:
            sent = _with_id(sent, units)
        case Action.SELF_CHECK:
            lines = len(_plan(told, event.row)["checklist"])
            sent["checklist"] = [{"no": no, "met": True} for no in range(1, lines + 1)]
    return sent


def _text(line: Mapping[str, str], more: Mapping[str, Any]) -> str:
    remark = f"；{more['remark']}" if "remark" in more else ""
    return f"{line['content']}\n样例说明（虚构）：来源为{line['channel']}，数据所述状态“{line['state']}”{remark}。"


def _plan(told: LedgerStory, row: str) -> Mapping[str, Any]:
    steps = told.told[row]["steps"]
    return next(step["with"] for step in steps if step["do"] == Action.SUBMIT_PLAN)


def _with_id(named: Mapping[str, Any], units: UnitIds) -> dict[str, Any]:
    rest = {name: value for name, value in named.items() if name != "unit"}
    return rest | {"unit_id": str(units[named["unit"]])}
