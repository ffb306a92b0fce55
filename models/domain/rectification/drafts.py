"""What somebody writes down to make a ledger, an item, a plan; plain values, already validated by shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from models.domain.drafts import Place
from models.domain.rectification.words import Level, Origin, Stage


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
