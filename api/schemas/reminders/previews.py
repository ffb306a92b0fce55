"""Preview 预告 of what is to be told, on the wire."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.paging import Page, PageQuery
from api.schemas.base import Out
from models.domain.timing.reminders import Audience
from models.operations.reminders.previewing import Foretold


class PreviewQuery(PageQuery):
    """Paging, which day, whose."""

    day: Annotated[date | None, Field(description="哪一天；不填为下一个工作日")] = None
    all: Annotated[bool, Field(description="辖区内所有人的，而不只是自己的")] = False


class ToldOut(Out):
    """一种身份会有几个人收到"""

    told_as: Audience
    people: int


class ForetoldOut(Out):
    """一条将要发出的提醒；以什么身份、几个人收到，不列姓名"""

    at: Annotated[datetime, Field(description="发到收件箱的时间")]
    case_id: UUID
    case_number: str
    case_title: str
    rule_id: str
    stage: str
    due_on: date
    headline: str
    lines: list[str]
    link: str
    told: list[ToldOut]

    @classmethod
    def of(cls, one: Foretold) -> Self:
        clock, content = one.clock, one.message.content
        counted = Counter(one.told.values())
        return cls(
            at=one.message.speak_at,
            case_id=clock.case_id,
            case_number=clock.number,
            case_title=clock.title,
            rule_id=clock.rule_id,
            stage=one.message.stage,
            due_on=clock.due_on,
            headline=content["headline"],
            lines=content["lines"],
            link=content["link"],
            told=[ToldOut(told_as=part, people=counted[part]) for part in Audience if part in counted],
        )


class PreviewOut(Page[ForetoldOut]):
    """一页预告，和它说的是哪一天"""

    day: date
