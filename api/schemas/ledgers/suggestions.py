"""Suggestions around rectification 整改: a suspected relapse, and similar problems; never an automatic step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Out
from models.domain.states import STATE_TITLES, Kind, State
from models.operations.ledgers.similar import Similar
from models.operations.ledgers.suggesting import Former, Suggestion
from models.tables.base import AnyRow


class CaseBrief(Out):
    """A case as far as a suggestion needs it."""

    id: UUID
    number: str
    kind: Kind
    state: State
    state_title: str
    title: str
    categories: list[str]
    division: str
    place_text: str
    received_at: datetime

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        named = {"division": row.division_code, "state_title": STATE_TITLES[row.state]}
        return cls.model_validate({**row._mapping, **named})


class FormerOut(Out):
    """An item written off before, and why it is thought of."""

    item: CaseBrief
    problem_no: str
    round: int
    written_off_on: date
    watched_until: date = Field(description="在此日期前再次举报的，按疑似反弹提示")
    why: str

    @classmethod
    def of(cls, found: Former) -> Self:
        return cls(
            item=CaseBrief.of(found.case),
            problem_no=found.problem_no,
            round=found.round,
            written_off_on=found.written_off_on,
            watched_until=found.watched_until,
            why=found.why,
        )


class SuggestionOut(Out):
    """A complaint under way that may show a problem to be back; whether it is, a person decides."""

    complaint: CaseBrief
    former: list[FormerOut]

    @classmethod
    def of(cls, found: Suggestion) -> Self:
        return cls(complaint=CaseBrief.of(found.case), former=[FormerOut.of(one) for one in found.items])


class SimilarOut(Out):
    """An open case of a kind, and why it is named."""

    case: CaseBrief
    code: Literal["same_site", "same_enterprise", "near", "same_type"]
    why: str

    @classmethod
    def of(cls, found: Similar) -> Self:
        return cls.model_validate({"case": CaseBrief.of(found.case), "code": found.code, "why": found.why})


class SimilarList(Out):
    """At most twenty; the list has one page."""

    items: list[SimilarOut]
    next: str | None

    @classmethod
    def of(cls, found: list[Similar]) -> Self:
        return cls(items=[SimilarOut.of(one) for one in found], next=None)
