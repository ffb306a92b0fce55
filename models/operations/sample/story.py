"""
The story of the sample complaints: rows of ``complaints.csv``, steps of ``story.toml``, in order of time.

The rows know states that this lifecycle does not have (yet). Each is brought to the nearest true one, and what
is missing is said in the working text:

========================  ====================  ==========================================================
state of the row          state here            why
========================  ====================  ==========================================================
登记、初审                registered            初审 is what the clerk does in 登记
已受理、紧急受理          accepted              紧急 is the flag ``urgent``
转办 (C06)                accepted              handing over is a later action; our copy stays open
转办被退回 (C07)          accepted, suspended   the close clock waits for the ruling on who is in charge
重复件 (C08)              registered            merging is a later action
待补正                    awaiting_supplement
不予受理                  refused
已派单                    assigned
调查中                    investigating
延期办理中 (C19)          investigating         with the extension of 2026-11-18 on its clock
待审批                    in_review
办结待答复                concluded
有奖举报待认定 (C21)      concluded             the reward is decided after the conclusion
已答复、待回访            replied               待回访 is what 已答复 waits for
复查申请中 (C20)          called_back           答复不服: a call-back 不满意, the review lies above
退回重办                  returned
待复核 (C23)              registered            a new complaint that continues C24
已归档                    archived
========================  ====================  ==========================================================
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from models.domain.complaints import Channel, Confidentiality, Track
from models.domain.drafts import CaseDraft, ComplaintDraft, Place, Reporter
from models.domain.geo import Datum
from models.domain.states import State
from models.domain.timing.calendar import SHANGHAI
from models.domain.words.masking import propose

DATA: Final = files("models.operations.sample")
LAST_MOMENT: Final = time(23, 59, 59, tzinfo=SHANGHAI)
"""A work order that names only a day lasts to its end."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing somebody did: ``do`` is a lifecycle action, or what ``playing`` and ``ledger_playing`` name."""

    at: datetime
    row: str
    by: str
    do: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, in order of time, and where each row stands afterwards."""

    rows: Mapping[str, Mapping[str, str]]
    told: Mapping[str, Mapping[str, Any]]
    events: tuple[Event, ...]

    def state(self, row: str) -> State:
        """Where the row ends."""
        return State(self.told[row]["state"])


def read() -> Story:
    """The story as shipped."""
    told = tomllib.loads((DATA / "story.toml").read_text("utf-8"))
    return Story(table("complaints.csv"), told, events_of(told))


def events_of(told: Mapping[str, Mapping[str, Any]]) -> tuple[Event, ...]:
    """The steps of every row, in order of time."""
    events = [_event(row, step) for row, one in told.items() for step in one["steps"]]
    return tuple(sorted(events, key=lambda event: event.at))


def table(name: str) -> dict[str, dict[str, str]]:
    """A shipped CSV by its ``key`` column."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return {line["key"]: line for line in csv.DictReader(lines)}


def draft(story: Story, row: str, case_id: UUID, site_id: UUID | None) -> ComplaintDraft:
    """The complaint of a row as a clerk would hand it in, with the masked words as working text."""
    line, told = story.rows[row], story.told[row]
    words = "\n诉求：".join(part for part in (line["content"], line["wish"]) if part)
    reporter = Reporter(line["reporter_alias"] or None, line["reporter_phone"] or None)
    masked = propose(words, names=[reporter.name] if reporter.name else []).text
    remark = f"\n登记备注：{told['remark']}" if "remark" in told else ""
    received_at = datetime.fromisoformat(line["received_at"])
    due_on = line["external_due_on"]
    return ComplaintDraft(
        case=CaseDraft(
            id=case_id,
            channel=Channel(line["channel"]),
            track=Track(line["track"]),
            title=line["title"],
            working_text=masked + remark,
            categories=tuple(line["categories"].split(";")),
            place=place_of(line),
            received_at=received_at,
            points=tuple(point["text"] for point in told.get("points", ())),
            site_id=site_id,
            urgent=bool(told.get("urgent")),
        ),
        words=words,
        confidentiality=_confidentiality(line),
        reporter=reporter,
        external_number=line["external_number"] or None,
        dispatched_at=received_at if due_on else None,
        external_due_at=datetime.combine(datetime.fromisoformat(due_on), LAST_MOMENT) if due_on else None,
        occurrences=tuple(_occurrence(one) for one in told.get("occurrences", ())),
    )


def findings(story: Story, row: str, point_ids: list[UUID]) -> list[dict[str, Any]]:
    """The answers to the points of a row, as ``propose`` takes them."""
    return [
        {
            "point_id": str(point_id),
            "verdict": point["verdict"],
            "finding": point["finding"],
            "measure": point["measure"],
            **({"visited_at": _moment(point["visited_at"]).isoformat()} if "visited_at" in point else {}),
        }
        for point_id, point in zip(point_ids, story.told[row]["points"], strict=True)
    ]


def _event(row: str, step: Mapping[str, Any]) -> Event:
    return Event(_moment(step["at"]), row, step["by"], step["do"], step.get("with", {}))


def _moment(local: datetime) -> datetime:
    return local.replace(tzinfo=SHANGHAI)


def place_of(line: Mapping[str, str]) -> Place:
    """Where a row lies."""
    return Place(
        line["division_code"],
        line["place_text"],
        float(line["lon"]),
        float(line["lat"]),
        Datum(line["datum"]),
    )


def _confidentiality(line: Mapping[str, str]) -> Confidentiality:
    if line["anonymous"] == "是":
        return Confidentiality.ANONYMOUS
    return Confidentiality.CONFIDENTIAL if "密" in line["reporter_alias"] else Confidentiality.CONTACTABLE


def _occurrence(told: Mapping[str, Any]) -> dict[str, Any]:
    whole = {"strength": None, "hour_from": None, "hour_to": None, "days": None}
    return whole | {"indoors": None, "weather": "", "noticed_at": None} | dict(told)
