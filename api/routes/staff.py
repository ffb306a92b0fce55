"""What staff reach: the routers of the faces ``staff`` and ``all``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.routes import cases, complaints, deadlines, enterprises, journal, law, messages, notices, phrases
from api.routes.evidence import photos
from api.routes.identity import looks
from api.routes.people import accounts, auth, divisions, me, officers, units
from api.routes.publishing import objections, publications

STAFF: Final[tuple[APIRouter, ...]] = (
    cases.router,
    complaints.router,
    looks.router,
    messages.router,
    photos.of_cases,
    photos.router,
    auth.router,
    notices.router,
    deadlines.router,
    phrases.router,
    law.calendar_router,
    law.rules_router,
    law.reference_router,
    enterprises.places,
    enterprises.router,
    accounts.router,
    me.router,
    units.router,
    divisions.router,
    officers.router,
    journal.router,
    publications.previews,
    publications.router,
    objections.router,
)
"""Hottest first: each router carries its whole prefix and hangs straight on the app."""
