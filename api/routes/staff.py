"""What staff reach: the routers of the faces ``staff`` and ``all``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.routes import cases, complaints, deadlines, enterprises, journal, law, messages, notices, phrases
from api.routes.evidence import photos
from api.routes.identity import looks
from api.routes.ledgers import exchange, ledgers, materials, period_outputs, periods, stations, suggestions
from api.routes.ledgers import items as ledger_items
from api.routes.people import accounts, auth, divisions, me, officers, units
from api.routes.publishing import objections, publications
from api.routes.reminders import acknowledging, channels, contacts, previewing

STAFF: Final[tuple[APIRouter, ...]] = (
    cases.router,
    complaints.router,
    looks.router,
    messages.router,
    photos.of_cases,
    photos.router,
    auth.router,
    notices.router,
    acknowledging.router,
    previewing.router,
    deadlines.router,
    suggestions.router,
    suggestions.of_cases,
    ledgers.router,
    exchange.router,
    ledger_items.router,
    periods.router,
    period_outputs.router,
    phrases.router,
    law.calendar_router,
    law.rules_router,
    law.reference_router,
    stations.standards,
    materials.router,
    stations.router,
    enterprises.places,
    enterprises.router,
    accounts.router,
    contacts.of_accounts,
    me.router,
    contacts.mine,
    units.router,
    divisions.router,
    officers.router,
    journal.router,
    publications.previews,
    publications.router,
    objections.router,
    channels.router,
)
"""Hottest first: each router carries its whole prefix and hangs straight on the app."""
