"""Publications 公示/公开, objections 异议 and figures as the public sees and sends them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Out, Words
from models.domain.publications import Showing
from models.operations.publishing.figures import Year
from models.operations.publishing.objecting import Objection
from models.operations.publishing.shown import Shown

_SAMPLE: Final = "true：示例数据，不是真实案件"


class PublicPublicationQuery(PageQuery):
    """What narrows the public list."""

    division: DivisionCode | None = None


class PublicPublicationRow(Out):
    """A publication in the public list; the words of a retracted one are gone."""

    id: UUID
    showing: Showing
    message: str
    division: str
    division_name: str
    title: str | None
    first_day: date
    last_day: date
    retracted_on: date | None
    retract_reason: str | None
    sample: bool = Field(description=_SAMPLE)


class PublicPublicationOut(PublicPublicationRow):
    """A publication with its words while its period runs."""

    text: str | None
    objections_open: bool

    @classmethod
    def of(cls, shown: Shown) -> Self:
        values = {name: getattr(shown, name) for name in Shown.__slots__}
        return cls.model_validate(values | {"objections_open": shown.showing is Showing.CURRENT})


class ObjectionIn(In):
    """An objection; all of it is sealed at once."""

    text: Annotated[Words, Field(min_length=5, max_length=4000)] = Field(
        description="对公开内容的哪一处有异议、事实和理由"
    )
    contact: Annotated[Words, Field(min_length=5, max_length=120)] = Field(
        description="答复用的电话、邮箱或地址；加密保存，不公开"
    )
    name: Annotated[Words, Field(min_length=1, max_length=40)] | None = None
    altcha: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        None, description="验证题的答案（GET /v1/public/challenge）；普通表单可以没有"
    )

    def sent(self) -> Objection:
        """The plain values an operation takes."""
        return Objection(self.text, self.contact, self.name)


class ObjectionReceived(Out):
    """What to keep."""

    number: str
    received_at: datetime
    due_on: date
    message: str


class FiguresQuery(BaseModel):
    """Which year."""

    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Field(ge=2011, le=2100, description="收到举报的年份（北京时间）")]


class FiguresLine(Out):
    """Counts of a month (null: the year) and a part (null: all); a count left out is null."""

    month: int | None
    part: str | None
    received: int | None
    accepted: int | None
    concluded: int | None
    average_days: float | None


class FiguresOut(Out):
    """Figures of a year; lines without any case are left out."""

    year: int
    sample: bool = Field(description=_SAMPLE)
    note: str
    by_category: list[FiguresLine]
    by_street: list[FiguresLine]

    @classmethod
    def of(cls, told: Year) -> Self:
        return cls(
            year=told.year,
            sample=told.sample,
            note="按收到举报的月份统计；1或2件的数、以及可以推算出它们的数不予公布，显示为空",
            by_category=[FiguresLine.model_validate(line) for line in told.figures.by_category],
            by_street=[FiguresLine.model_validate(line) for line in told.figures.by_street],
        )
