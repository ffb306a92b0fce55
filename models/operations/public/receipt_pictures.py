"""What stands on the picture of a receipt: for whoever has number and code, or has just handed something in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from models.domain.public.limits import PublicLimits
from models.files.receipt_image import Shown
from models.operations.act import Act
from models.operations.public import finding
from models.operations.public.acting import as_public
from models.tables.base import AnyRow
from models.tables.cases import cases


def pictured(act: Act, number: str, code: str, limits: PublicLimits) -> Shown:
    """
    What stands on the picture of a receipt, for whoever has number and code (as stored).

    Raises:
        NotFound: wrong, absent or withdrawn, as in a query.
    """
    complaint = finding.found(act, number, code)
    return shown_for(
        act,
        number=complaint.public_number,
        code=code,
        division=_division_of(act, complaint),
        received_at=complaint.received_at,
        limits=limits,
    )


def shown_for(
    act: Act, *, number: str, code: str, division: str, received_at: datetime, limits: PublicLimits
) -> Shown:
    """The same for a complaint just handed in; nothing is looked up."""
    unit_id = as_public(act, division).actor.grants[0].unit_id
    assert unit_id is not None
    own = (f"本局电话 {limits.bureau_phone}",) if limits.bureau_phone else ()
    phones = (*own, f"热线 {limits.hotline}（全天）", f"上班时间 {limits.office_hours}")
    return Shown(act.law.units[unit_id].name, number, code, received_at, phones, act.law.sample)


def _division_of(act: Act, complaint: AnyRow) -> str:
    found = select(cases.c.division_code).where(cases.c.id == complaint.case_id)
    return str(act.db.execute(found).scalar_one())
