"""Looks at identities, look-ups by phone and erasure on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Out, Words
from models.domain.public.messages import Direction, MessageKind
from models.domain.timing.retention import Ground

Reason = Annotated[
    Words, Field(min_length=4, max_length=300, description="事由，4～300 字；加密留存，供负责人核查")
]


class LookIn(In):
    """Why an identity is looked at; sealed, and as a digest in the journal."""

    reason: Reason


class MessageOut(Out):
    """One message, opened."""

    id: UUID
    direction: Direction
    kind: MessageKind
    at: datetime
    text: str


class IdentityOut(Out):
    """What was sealed."""

    id: UUID
    reporter: dict[str, str]
    words: str
    details: Annotated[
        dict[str, Any] | None, Field(description="诉求、具体位置、发现时间等只封存不列出的内容；没有则为空")
    ]
    messages: list[MessageOut]


class ViewOut(Out):
    """One look: who, in which post, at what, when, why."""

    id: UUID
    at: datetime
    name: Annotated[str | None, Field(description="查看人；空为系统")]
    role: str
    what: Annotated[str, Field(description="identity 身份和原话，photo 照片原件，lookup 按电话查到")]
    reason: Annotated[str, Field(description="事由；身份销毁后显示“已随身份信息销毁”")]


class LookupIn(In):
    """A phone to look up, and why."""

    phone: Annotated[Words, Field(min_length=3, max_length=40)]
    reason: Reason


class FoundOut(Out):
    """A complaint from that phone, without any identity."""

    id: UUID
    case_id: UUID
    public_number: str
    received_at: datetime


class LookupOut(Out):
    """The newest complaints from that phone within one's scope."""

    items: list[FoundOut]


class SameReporterOut(Out):
    """How many other complaints within one's scope came from the same phone."""

    count: int


class ErasureIn(In):
    """Why a person is forgotten, and on whose request."""

    ground: Ground
    note: Annotated[
        Words,
        Field(
            min_length=4, max_length=1000, description="申请经过和凭据；不留存原文，只留加密摘要供日后核对"
        ),
    ]


class ErasureOut(Out):
    """What was erased, when, on which ground."""

    id: UUID
    at: datetime
    ground: Ground
