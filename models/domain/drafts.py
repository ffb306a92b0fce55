"""What a person hands in, as plain values: the shape of a case and of a complaint before they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from models.domain.complaints import Channel, Confidentiality, Track
from models.domain.geo import Datum


@dataclass(frozen=True, slots=True)
class Place:
    """Where: division, words, and coordinates in degrees of the datum they were given in."""

    division: str
    text: str
    lon: float | None = None
    lat: float | None = None
    datum: Datum | None = None


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case as logged: working text only, no reporter."""

    id: UUID
    channel: Channel
    track: Track
    title: str
    working_text: str
    categories: tuple[str, ...]
    place: Place
    received_at: datetime
    points: tuple[str, ...] = ()
    site_id: UUID | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who complained; sealed at once."""

    name: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ComplaintDraft:
    """A complaint as received: its words and its reporter are sealed, the case carries the working text."""

    case: CaseDraft
    words: str
    confidentiality: Confidentiality
    reporter: Reporter = field(default_factory=Reporter)
    external_number: str | None = None
    dispatched_at: datetime | None = None
    sign_by: datetime | None = None
    return_by: datetime | None = None
    external_due_at: datetime | None = None
    occurrences: tuple[dict[str, Any], ...] = ()
    details: dict[str, Any] = field(default_factory=dict)  # what else only the sealed part may tell


@dataclass(frozen=True, slots=True)
class PublicDraft:
    """
    What somebody submits on the public face: everything that could tell who or where exactly is sealed.

    ``files``: SHA-256 (hex) of the photos promised, they may arrive later; ``follows``: an earlier complaint of
    his own, proven by code or receipt; ``consents``: version of the privacy notice, contact on site, reward claim.
    """

    words: str
    place: Place
    confidentiality: Confidentiality
    reporter: Reporter
    categories: tuple[str, ...] = ()
    occurrences: tuple[dict[str, Any], ...] = ()
    noticed_at: datetime | None = None
    wish: str | None = None
    consents: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    follows: UUID | None = None
