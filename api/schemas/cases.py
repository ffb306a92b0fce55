"""Cases 案件 on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter

from api.paging import PageQuery
from api.schemas.base import Count, DivisionCode, In, Moment, Out, PlaceIn, Words
from models.domain.complaints import Channel, Track
from models.domain.drafts import CaseDraft, Place
from models.domain.ids import is_uuid7
from models.domain.states import Kind, State
from models.operations.queues import KEYS, Filters

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


def due(at: datetime) -> datetime | None:
    """The nearest end, or null when no clock runs."""
    return None if at.year >= _FAR else at


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
