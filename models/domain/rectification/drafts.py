"""What somebody writes down to make a ledger, an item, a plan; plain values, already validated by shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from models.domain.complaints import Track
from models.domain.drafts import CaseDraft, Place
from models.domain.rectification.words import CHANNEL_OF, Level, Origin, Part, Stage
from models.domain.timing.calendar import SHANGHAI


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDraft:
    """A ledger 清单; ``published_count`` and ``outcome`` only for a published batch, which has no items of ours."""

    title: str
    origin: Origin
    level: Level
    year: int
    division: str
    batch: str | None = None
    document: str | None = None
    read_only: bool = False
    published_count: int | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """A task 整改任务 of an item."""

    text: str
    unit_id: UUID
    due_on: date
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """
    A problem 整改问题 entered into a ledger; ``place.lon``/``lat`` is a point of it, ``geometry`` its line or area.

    ``geometry``: ``{"kind": "line"|"area", "coordinates": [[lon, lat], …], "datum": …, "k_from": "K0+200", …}``.
    """

    id: UUID
    ledger_id: UUID
    problem_no: str
    title: str
    text: str
    categories: Sequence[str]
    place: Place
    listed_on: date
    responsible: Sequence[UUID]
    lead: UUID | None = None
    joint: Sequence[UUID] = ()
    problem_type: str | None = None
    site_id: UUID | None = None
    points: Sequence[str] = ()
    geometry: Mapping[str, Any] | None = None
    stage: Stage | None = None
    goal: str | None = None
    measures: str | None = None
    checklist: Sequence[str] = ()
    due_on: date | None = None
    responsible_person: str | None = None
    contact_leader: str | None = None
    level: Level | None = None

    def case(self, origin: Origin) -> CaseDraft:
        """The case this item is."""
        return CaseDraft(
            id=self.id,
            channel=CHANNEL_OF[origin],
            track=Track.RECTIFICATION,
            title=self.title,
            working_text=self.text,
            categories=tuple(dict.fromkeys(self.categories)),
            place=self.place,
            received_at=datetime.combine(self.listed_on, time(), SHANGHAI),
            points=tuple(self.points),
            site_id=self.site_id,
        )

    def columns(self) -> dict[str, Any]:
        """What ``ledger_item`` keeps of it beside its place and level."""
        return {
            "ledger_id": self.ledger_id,
            "problem_no": self.problem_no,
            "problem_type": self.problem_type,
            "listed_on": self.listed_on,
            "stage": self.stage,
            "goal": self.goal,
            "measures": self.measures,
            "checklist": [{"text": text, "met": None, "note": None} for text in self.checklist],
            "due_on": self.due_on,
            "first_due_on": self.due_on,
            "responsible_person": self.responsible_person,
            "contact_leader": self.contact_leader,
        }

    def parts(self) -> list[tuple[UUID, Part]]:
        """The units that have a part in it, each part once."""
        parts = [(unit, Part.RESPONSIBLE) for unit in self.responsible]
        parts += [(self.lead, Part.LEAD)] if self.lead else []
        return list(dict.fromkeys([*parts, *((unit, Part.JOINT) for unit in self.joint)]))
