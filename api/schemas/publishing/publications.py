"""Publications 公示/公开 on the wire, as staff see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Out, Patch, Words
from models.domain.publications import PUBLICATION_TITLES, PublicationAction, PublicationState
from models.domain.words.masking import Kind
from models.operations.publishing.drafting import Draft
from models.operations.publishing.listing import Filters, Whole
from models.tables.base import AnyRow

Title = Annotated[Words, Field(min_length=2, max_length=120)]
Text = Annotated[Words, Field(min_length=10, max_length=10_000)]


class PublicationQuery(PageQuery):
    """What narrows the list."""

    state: PublicationState | None = None
    case_id: UUID | None = None
    division: DivisionCode | None = None
    late: Annotated[bool, Field(description="只看撤回或异议答复已逾期的（false：没有逾期的）")] | None = None

    def filters(self) -> Filters:
        """The plain values an operation takes."""
        return Filters(self.state, self.case_id, self.division, self.late)


class PublicationIn(In):
    """A publication as a person wrote it, beginning from the preview."""

    case_id: UUID
    title: Title
    text: Text = Field(description="公开的正文；不写举报人、编号、经办人")
    first_day: date = Field(description="公开的第一天（当天计入）")
    last_day: date = Field(description="公开的最后一天（当天计入）")

    def draft(self) -> Draft:
        """The plain values an operation takes."""
        return Draft(self.case_id, self.title, self.text, self.first_day, self.last_day)


class PublicationPatch(Patch):
    """What changes; what is left out stays."""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset({"title", "text", "first_day", "last_day"})

    title: Title | None = None
    text: Text | None = None
    first_day: date | None = None
    last_day: date | None = None


class DropIn(In):
    """Why it is not published; kept in the history."""

    reason: Annotated[Words, Field(min_length=2, max_length=200)]


class RetractIn(In):
    """Why it goes; of a retraction the public reads it."""

    reason: Annotated[Words, Field(min_length=2, max_length=200)] = Field(
        description="撤回后公众能看到这个理由，不要写人名和编号"
    )


class HitOut(Out):
    """A place that may name somebody; a person decides."""

    field: str
    kind: Kind
    start: int
    end: int
    replaced: bool
    message: str


class ProposedOut(Out):
    """One field as proposed; hits are places in the original."""

    text: str
    original: str
    hits: list[HitOut]


class PeriodOut(Out):
    """The shortest publicity from a first day on."""

    first_day: date
    last_day: date = Field(description="最早的截止日期，按下面的算法")
    text: str = Field(description="不少于多长，如“5个工作日”")
    counts_start_day: bool = Field(description="首日是否计入")
    counting_first: date = Field(description="首日计入时的截止日期")
    from_next: date = Field(description="首日不计入时的截止日期")


class PreviewOut(Out):
    """What could be published of a case; ``period``: of a rectification item."""

    title: ProposedOut
    text: ProposedOut
    period: PeriodOut | None


class PublicationRow(Out):
    """A publication in a list."""

    id: UUID
    case_id: UUID
    case_number: str
    division: str
    state: PublicationState
    state_title: str
    version: int
    title: str
    first_day: date | None
    last_day: date | None
    prepared_at: datetime
    prepared_by: str
    published_at: datetime | None
    approved_by: str | None
    retract_by: date | None
    retract_late: bool
    case_reopened: bool = Field(description="正在公开，但案件已退回重办：请决定是否撤回")
    retracted_at: datetime | None
    open_objections: int
    late_objections: int

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate(_values(row))


class PublicationStepOut(Out):
    """What was done to it; ``note``: a reason, or what was changed."""

    action: PublicationAction
    at: datetime
    by: str | None
    note: str | None


class PublicationOut(PublicationRow):
    """A publication with its words, its history, and where the words may still name somebody."""

    text: str
    retract_reason: str | None
    warnings: list[HitOut]
    history: list[PublicationStepOut]

    @classmethod
    def of_whole(cls, whole: Whole) -> Self:
        steps = [{**step._mapping, "by": step.by_name} for step in whole.steps]
        return cls.model_validate({**_values(whole.row), "warnings": whole.warnings, "history": steps})


def _values(row: AnyRow) -> dict[str, Any]:
    return {
        **row._mapping,
        "division": row.division_code,
        "state_title": PUBLICATION_TITLES[row.state],
        "prepared_by": row.prepared_by_name,
        "approved_by": row.approved_by_name,
    }
