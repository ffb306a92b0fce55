"""Notices 提醒 on the wire: the reader's inbox, and what could not be delivered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.paging import Page, PageQuery
from api.schemas.base import Count, Out
from models.domain.timing.reminders import Audience
from models.tables.base import AnyRow


class InboxQuery(PageQuery):
    """Paging, and whether only what is not read yet."""

    unread: Annotated[bool, Field(description="只看未读")] = False


class NoticeOut(Out):
    """一条提醒"""

    id: UUID
    case_id: UUID
    case_number: str
    case_title: str
    rule_id: str
    stage: str
    due_on: date
    headline: str
    lines: list[str]
    link: str
    told_as: Annotated[Audience, Field(description="以什么身份收到：承办人、负责人、分管负责人")]
    planned_at: datetime
    read_at: datetime | None
    ack_due_at: Annotated[datetime | None, Field(description="须在此前点“收到”；为空则不必，或已告知上一级")]
    ack_at: datetime | None

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        content = row.content
        return cls(
            id=row.id,
            case_id=row.case_id,
            case_number=row.number,
            case_title=row.title,
            rule_id=row.rule_id,
            stage=row.stage,
            due_on=row.due_on,
            headline=content["headline"],
            lines=content["lines"],
            link=content["link"],
            told_as=content["as"],
            planned_at=row.planned_at,
            read_at=row.read_at,
            ack_due_at=row.ack_due_at,
            ack_at=row.ack_at,
        )


class InboxOut(Page[NoticeOut]):
    """一页提醒和未读数"""

    unread: Count


class DeadLetterOut(Out):
    """一条没有送达的提醒；看不到案件的人（管理员）案件两项为空"""

    id: UUID
    state: str
    person: str
    rule_id: str
    stage: str
    tries: int
    error: str | None
    planned_at: datetime
    case_id: UUID | None
    number: str | None
