"""Objections 异议 to a publication on the wire, as staff see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import In, Out, Words
from models.domain.publications import ObjectionState
from models.domain.words.numbering import shown
from models.operations.publishing.objections import Filters
from models.tables.base import AnyRow


class ObjectionQuery(PageQuery):
    """What narrows the list."""

    publication_id: UUID | None = None
    state: ObjectionState | None = None
    late: Annotated[bool, Field(description="只看答复已逾期的（false：没有逾期的）")] | None = None

    def filters(self) -> Filters:
        """The plain values an operation takes."""
        return Filters(self.publication_id, self.state, self.late)


class ObjectionViewIn(In):
    """Why somebody wants to look."""

    reason: Annotated[Words, Field(min_length=2, max_length=200)] = Field(
        description="记入审计链（只存摘要）"
    )


class AnswerIn(In):
    """The answer to an objection."""

    upheld: bool = Field(description="异议成立：开始计算撤回公开内容的期限")
    answer: Annotated[Words, Field(min_length=5, max_length=4000)]


class ObjectionOut(Out):
    """An objection; who sent it and what he wrote is opened by itself, for a reason."""

    id: UUID
    number: str
    publication_id: UUID
    publication_title: str
    received_at: datetime
    state: ObjectionState
    due_on: date
    late: bool
    answer: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate(
            {**row._mapping, "number": shown(row.number), "publication_title": row.title}
        )


class OpenedObjection(Out):
    """What was sealed."""

    id: UUID
    text: str
    contact: str
    name: str | None
