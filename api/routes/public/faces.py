"""What anybody may reach, under ``/v1/public``: the routers of the faces ``public`` and ``all``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.routes.public import (
    challenge,
    complaints,
    pages,
    plain,
    plain_messages,
    publications,
    receipts,
    uploads,
)

PUBLIC: Final[tuple[APIRouter, ...]] = (
    plain.router,  # forms first: the same addresses take JSON below
    plain_messages.router,
    complaints.router,
    challenge.router,
    receipts.keys,
    receipts.router,
    uploads.router,
    pages.router,
    publications.router,
    publications.figures_router,
)
"""Each router carries its whole prefix and hangs straight on the app."""
