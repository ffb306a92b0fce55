"""Officers 执法人员: certificate 行政执法证 numbers with their validity and area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert

from models.domain.errors import Flaw, Invalid
from models.operations.act import Act
from models.tables.people import officers


@dataclass(frozen=True, slots=True)
class OfficerDraft:
    """An officer as on the certificate."""

    name: str
    unit_id: UUID
    certificate_no: str
    agency: str
    area: str
    valid_from: date
    valid_to: date
    account_id: UUID | None = None


def add(act: Act, draft: OfficerDraft) -> UUID:
    """
    Register an officer.

    Raises:
        Invalid: unknown unit or area, validity turned round. Duplicate: certificate or account already registered.
    """
    flaws = []
    if draft.unit_id not in act.law.units:
        flaws.append(Flaw("/unit_id", "unknown_unit", "没有这个单位"))
    if draft.area not in act.law.divisions:
        flaws.append(Flaw("/area", "unknown_division", "没有这个区划"))
    if draft.valid_to < draft.valid_from:
        flaws.append(Flaw("/valid_to", "before_start", "有效期止应不早于有效期起"))
    if flaws:
        raise Invalid(flaws=flaws)
    officer_id = act.new_id()
    act.db.execute(
        insert(officers).values(
            id=officer_id,
            account_id=draft.account_id,
            name=draft.name,
            unit_id=draft.unit_id,
            certificate_no=draft.certificate_no,
            agency=draft.agency,
            area=draft.area,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
        )
    )
    act.note(
        "officer.add", "officer", officer_id, chain="00", fields=("certificate_no", "valid_from", "valid_to")
    )
    return officer_id
