"""Cases 案件 on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter

from api.paging import PageQuery
from api.schemas.base import Count, DivisionCode, In, Moment, Out, PlaceIn, PlaceOut, UnmetOut, Words
from api.schemas.steps import inputs_of
from models.domain.complaints import Channel, Confidentiality, ContactWay, Satisfaction, Track, Verdict
from models.domain.drafts import CaseDraft, Place
from models.domain.ids import is_uuid7
from models.domain.lifecycle import ACTION_TITLES, STATE_TITLES, Action, Kind, State
from models.operations.casework.case_facts import Child
from models.operations.casework.case_views import CaseView
from models.operations.casework.queues import KEYS, Filters
from models.tables.base import AnyRow

_FAR = 9000
"""Years from here on stand for "no clock runs"."""


def _version7(value: UUID) -> UUID:
    if not is_uuid7(value):
        raise ValueError("须为 UUIDv7")
    return value


ClientId = Annotated[UUID, AfterValidator(_version7), Field(description="客户端生成的 UUIDv7，重试时不变")]
Category = Annotated[Words, Field(min_length=1, max_length=40)]
Categories = Annotated[list[Category], Field(max_length=12, description="污染类别，可多选，如 大气/恶臭异味")]


class CaseIn(In):
    """A case logged on the spot; the id comes from the phone, so a retry is free."""

    id: ClientId
    channel: Channel = Channel.SELF_CHECK
    track: Track = Track.REPORT
    title: Annotated[Words, Field(min_length=2, max_length=120)]
    working_text: Annotated[Words, Field(min_length=1, max_length=5000)] = Field(
        description="工作文本：不含举报人信息"
    )
    categories: Categories = []
    place: PlaceIn
    received_at: Moment
    points: Annotated[
        list[Annotated[Words, Field(min_length=1, max_length=1000)]],
        Field(max_length=30, description="问题点；不填则以标题为一点"),
    ] = []
    site_id: UUID | None = None
    urgent: bool = False

    def draft(self) -> CaseDraft:
        """The plain values an operation takes."""
        return CaseDraft(
            id=self.id,
            channel=self.channel,
            track=self.track,
            title=self.title,
            working_text=self.working_text,
            categories=tuple(dict.fromkeys(self.categories)),
            place=place_of(self.place),
            received_at=self.received_at,
            points=tuple(self.points),
            site_id=self.site_id,
            urgent=self.urgent,
        )


def place_of(place: PlaceIn) -> Place:
    """The plain values of a place."""
    return Place(place.division, place.text, place.lon, place.lat, place.datum)


class CasePatch(In):
    """What the clerk corrects at triage; what is left out stays."""

    title: Annotated[Words, Field(min_length=2, max_length=120)] | None = None
    working_text: Annotated[Words, Field(min_length=1, max_length=5000)] | None = None
    categories: Categories | None = None
    place: PlaceIn | None = None
    urgent: bool | None = None


class CaseQuery(PageQuery):
    """What narrows a list of cases."""

    queue: Annotated[str, Field(max_length=40, description="待办队列")] | None = None
    state: State | None = None
    division: Annotated[DivisionCode, Field(description="区划及其下级")] | None = None
    category: Annotated[str, Field(max_length=40)] | None = None
    channel: Channel | None = None
    assignee: UUID | None = None
    due_before: Moment | None = None
    changed_since: Moment | None = None

    def filters(self) -> Filters:
        """The plain values an operation takes."""
        return Filters(
            self.queue,
            self.state,
            self.division,
            self.category,
            self.channel,
            self.assignee,
            self.due_before,
            self.changed_since,
        )


class CaseCreated(Out):
    """What the creator is told."""

    id: UUID
    number: str
    state: State
    version: int
    due_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        return cls.model_validate(row | {"due_at": due(row["due_at"])})


class CaseRow(Out):
    """One line of a list."""

    id: UUID
    number: str
    kind: Kind
    state: State
    version: int
    channel: Channel
    title: str
    categories: list[str]
    division_code: str
    place_text: str
    urgent: bool
    received_at: datetime
    changed_at: datetime
    due_at: datetime
    due_rule: str | None
    lead_handler: str | None


_ROWS = TypeAdapter(list[CaseRow])


def case_rows(rows: Any) -> list[CaseRow]:
    """A page at once: far cheaper than row by row."""
    return _ROWS.validate_python([dict(zip(KEYS, row, strict=True)) for row in rows])


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


class DeadlineOut(Out):
    """A clock with its explanation."""

    id: UUID
    case_id: UUID
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


def due(at: datetime) -> datetime | None:
    """The nearest end, or null when no clock runs."""
    return None if at.year >= _FAR else at


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


class QueueOut(Out):
    """A queue with its capped counts."""

    queue: str
    title: str
    count: Count
    changed: Count


class QueuesOut(Out):
    """The reader's queues, the gravest first."""

    items: list[QueueOut]


class ReassignIn(In):
    """Move all open work of one person, or the named cases, to others."""

    from_account: UUID
    handlers: Annotated[list[UUID], Field(min_length=1, max_length=6)]
    lead: UUID
    reason: Annotated[Words, Field(min_length=2, max_length=500)]
    case_ids: Annotated[list[UUID], Field(max_length=200)] | None = None


class ReassignResult(Out):
    """What came of one case."""

    case_id: UUID
    number: str
    ok: bool
    message: str


class ReassignOut(Out):
    """One result per case."""

    items: list[ReassignResult]
