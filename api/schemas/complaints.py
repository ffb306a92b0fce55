"""Complaints 来件 on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import In, Moment, Out, Words
from api.schemas.cases import CaseCreated, CaseIn
from models.domain.complaints import Channel, Confidentiality, ContactOutcome, ContactWay
from models.domain.drafts import ComplaintDraft, Reporter


class OccurrenceIn(In):
    """When it happens: kind of smell or noise, strength, hours, days, weather."""

    kind: Annotated[Words, Field(min_length=1, max_length=40)]
    strength: Annotated[int, Field(ge=0, le=5)] | None = None
    hour_from: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    hour_to: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    days: Literal["每天", "工作日", "周末", "雨天", "不定"] | None = None
    indoors: bool | None = None
    weather: Annotated[Words, Field(max_length=60)] = ""
    noticed_at: Moment | None = None


class ReporterIn(In):
    """Who complained; sealed at once, never listed."""

    name: Annotated[Words, Field(min_length=1, max_length=60)] | None = None
    phone: Annotated[Words, Field(min_length=3, max_length=40)] | None = None
    address: Annotated[Words, Field(min_length=1, max_length=200)] | None = None

    def plain(self) -> Reporter:
        return Reporter(self.name, self.phone, self.address)


class ComplaintIn(CaseIn):
    """A complaint of any channel, with the case it opens; ``id`` is the case's."""

    channel: Channel
    words: Annotated[Words, Field(min_length=1, max_length=10_000)] = Field(
        description="举报人原话；立即加密封存"
    )
    confidentiality: Confidentiality
    reporter: ReporterIn = ReporterIn()
    external_number: Annotated[Words, Field(min_length=1, max_length=60)] | None = Field(
        None, description="外部工单号、转办编号；同一渠道内唯一"
    )
    dispatched_at: Moment | None = None
    sign_by: Moment | None = None
    return_by: Moment | None = None
    external_due_at: Moment | None = None
    occurrences: Annotated[list[OccurrenceIn], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _dates_need_a_number(self) -> Self:
        dated = (self.dispatched_at, self.sign_by, self.return_by, self.external_due_at)
        if any(dated) and self.external_number is None:
            raise ValueError("填写工单时限时须同时填写外部编号")
        return self

    def complaint(self) -> ComplaintDraft:
        """The plain values an operation takes."""
        return ComplaintDraft(
            case=self.draft(),
            words=self.words,
            confidentiality=self.confidentiality,
            reporter=self.reporter.plain(),
            external_number=self.external_number,
            dispatched_at=self.dispatched_at,
            sign_by=self.sign_by,
            return_by=self.return_by,
            external_due_at=self.external_due_at,
            occurrences=tuple(one.model_dump(mode="json") for one in self.occurrences),
        )


class HitOut(Out):
    """A place in a text that may tell who complained."""

    kind: str
    start: int
    end: int
    message: str


class TriageWordOut(Out):
    """A word that asks for a quick look, and why."""

    word: str
    why: str


class ComplaintCreated(Out):
    """What the clerk is told: numbers, warnings, how many others came from the same phone, urgent words."""

    id: UUID
    public_number: str
    case: CaseCreated
    warnings: list[HitOut]
    same_reporter: int
    urgent_words: list[TriageWordOut]

    @classmethod
    def of(cls, made: dict[str, Any]) -> Self:
        return cls.model_validate(made | {"case": CaseCreated.of(made["case"])})


class WorkingTextIn(In):
    """Words to be masked; nothing is stored."""

    words: Annotated[Words, Field(min_length=1, max_length=10_000)]
    reporter: ReporterIn = ReporterIn()


class WorkingTextOut(Out):
    """The masked copy proposed as working text."""

    text: str
    hits: list[HitOut]


class ContactIn(In):
    """One attempt to reach the reporter."""

    way: ContactWay
    outcome: ContactOutcome
    at: Moment | None = None
    note: Annotated[Words, Field(max_length=2000)] = ""


class ContactMade(Out):
    """The contact put down."""

    id: UUID
