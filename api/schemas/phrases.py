"""Phrase texts 短语 on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Out, Words
from models.domain.complaints import PhraseUse
from models.operations.law.phrases import Draft
from models.tables.base import AnyRow

Title = Annotated[Words, Field(min_length=1, max_length=60)]
Text = Annotated[Words, Field(min_length=1, max_length=4000)]


class PhraseQuery(PageQuery):
    """What narrows the list."""

    use: PhraseUse | None = None


class PhraseIn(In):
    """A phrase; seen in the division and below, and by who is responsible above."""

    use: PhraseUse
    title: Title
    text: Text = Field(description="不要写入任何人的姓名、电话")
    division: DivisionCode

    def draft(self) -> Draft:
        """The plain values an operation takes."""
        return Draft(self.use, self.title, self.text, self.division)


class PhrasePatch(In):
    """What changes; what is left out stays."""

    use: PhraseUse | None = None
    title: Title | None = None
    text: Text | None = None


class PhraseOut(Out):
    """A phrase."""

    id: UUID
    use: PhraseUse
    title: str
    text: str
    division: str
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        return cls.model_validate({**row._mapping, "division": row.division_code})
