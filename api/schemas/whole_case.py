"""One case whole on the wire: points, complaints, clocks, possible actions, history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from api.schemas.base import Out, PlaceOut, UnmetOut
from api.schemas.cases import due
from api.schemas.steps import inputs_of
from models.domain.complaints import Channel, Confidentiality, ContactWay, Satisfaction, Track, Verdict
from models.domain.states import ACTION_TITLES, STATE_TITLES, Action, Kind, State
from models.operations.casework.case_facts import Child
from models.operations.handling.case_views import CaseView
from models.tables.base import AnyRow


class PointOut(Out):
    """A point 问题点 and what was found."""

    id: UUID
    no: int
    text: str
    verdict: Verdict | None
    finding: str | None
    measure: str | None
    visited_at: datetime | None


class HandlerOut(Out):
    """Who handles the case."""

    account_id: UUID
    name: str
    lead: bool
    since: datetime


class ComplaintRow(Out):
    """A complaint of the case, without words and identity."""

    id: UUID
    public_number: str
    channel: Channel
    external_number: str | None
    received_at: datetime
    external_due_at: datetime | None
    confidentiality: Confidentiality
    contactable: bool
    occurrences: list[dict[str, Any]]
    told_at: datetime | None
    unreachable: bool
    replied_at: datetime | None
    platform_replied_at: datetime | None
    called_back_at: datetime | None
    satisfaction: Satisfaction | None
    proven: bool | None
    marks: list[str] | None
    consents: dict[str, Any] | None
    follows_id: UUID | None
    withdrawn_at: datetime | None
    erased_at: datetime | None


class DeadlineOut(Out):
    """A clock with its explanation."""

    id: UUID
    case_id: UUID
    subject_id: UUID  # the case itself, or the objection, publication or task it is about
    rule_id: str
    title: str
    state: str
    source: str
    round: int
    started_at: datetime
    start_event: str
    legal_due_on: Any
    due_on: Any
    due_at: datetime
    calendar_unconfirmed: bool
    earlier_due_on: Any
    stopped_at: datetime | None
    met_late: bool
    rule_version: str | None
    explanation: str
    steps: list[dict[str, Any]]

    @classmethod
    def of(cls, row: Any) -> Self:
        told = row.explanation
        return cls.model_validate(
            {
                **(vars(row) if isinstance(row, Child) else row._mapping),
                "title": row.rule.get("title", "工单要求的期限"),
                "rule_version": row.rule.get("version"),
                "explanation": told["sentence"],
                "steps": told["steps"],
            }
        )


class ActionOut(Out):
    """An action the reader could take: its inputs, and the guards still unmet."""

    action: Action
    title: str
    inputs: list[dict[str, Any]]
    unmet: list[UnmetOut]


class CaseOut(Out):
    """One case whole."""

    id: UUID
    number: str
    kind: Kind
    state: State
    state_title: str
    version: int
    round: int
    channel: Channel
    track: Track
    title: str
    working_text: str
    categories: list[str]
    place: PlaceOut
    site_id: UUID | None
    urgent: bool
    unproven: bool
    message_waiting: bool
    verdict: Verdict | None
    conclusion: str | None
    received_at: datetime
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    points: list[PointOut]
    handlers: list[HandlerOut]
    complaints: list[ComplaintRow]
    deadlines: list[DeadlineOut]
    actions: list[ActionOut]

    @classmethod
    def of(cls, view: CaseView) -> Self:
        case = view.case
        return cls.model_validate(
            {
                **case._mapping,
                "state_title": STATE_TITLES[case.state],
                "due_at": due(case.due_at),
                "place": place_out(case),
                "points": view.points,
                "handlers": view.handlers,
                "complaints": view.complaints,
                "deadlines": [DeadlineOut.of(row) for row in view.deadlines],
                "actions": [
                    {
                        "action": one.action,
                        "title": ACTION_TITLES[one.action],
                        "inputs": inputs_of(one.action),
                        "unmet": one.unmet,
                    }
                    for one in view.actions
                ],
            }
        )


def place_out(row: AnyRow) -> dict[str, Any]:
    """The place of a case row."""
    return {
        "division": row.division_code,
        "text": row.place_text,
        "lon": row.lon,
        "lat": row.lat,
        "datum": row.datum,
        "given_lon": row.given_lon,
        "given_lat": row.given_lat,
    }


class StepOut(Out):
    """One step taken."""

    seq: int
    action: Action
    title: str
    source: State
    target: State
    at: datetime
    by: UUID | None
    by_name: str | None
    role: str | None
    principal_id: UUID | None
    inputs: dict[str, Any]

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate({**row._mapping, "title": ACTION_TITLES[row.action]})


class ContactOut(Out):
    """One attempt to reach the reporter; what was said stays sealed."""

    id: UUID
    at: datetime
    way: ContactWay
    outcome: str


class ReplyOut(Out):
    """A reply with its proof."""

    to: str
    at: datetime
    way: str
    text: str
    proof: str


class HistoryOut(Out):
    """What happened to a case."""

    steps: list[StepOut]
    contacts: list[ContactOut]
    replies: list[ReplyOut]

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        return cls.model_validate({**found, "steps": [StepOut.of(row) for row in found["steps"]]})
