"""The publication of the sample: what is proposed for the case, approved by another person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.operations.act import Act
from models.operations.publishing import deciding, drafting, proposing
from models.operations.publishing.drafting import Draft
from models.tables.publications import publications


def draft(act: Act, case_id: UUID, inputs: Mapping[str, Any]) -> None:
    """Draft what the preview proposes, for the days of the story."""
    proposed = proposing.preview(act, case_id)
    title, text = proposed["title"].text, proposed["text"].text
    drafting.draft(act, Draft(case_id, title, text, inputs["first_day"], inputs["last_day"]), None)


def approve(act: Act, case_id: UUID) -> None:
    """Approve the draft of the case."""
    wanted = select(publications.c.id, publications.c.version).where(publications.c.case_id == case_id)
    row = act.db.execute(wanted).one()
    deciding.approve(act, row.id, version=row.version)
