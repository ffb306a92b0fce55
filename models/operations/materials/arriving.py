"""The file of a material: promised, then arrived; and given out again as it came."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from models.domain.errors import Conflict, NotFound
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.materials import adding, allowed, rows
from models.tables.base import AnyRow
from models.tables.materials import materials as T


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file in the store: what it is by its content, and its SM3 (32 bytes)."""

    media_type: str
    sm3: bytes


def promised(act: Act, case_id: UUID, material_id: UUID) -> AnyRow:
    """
    The material whose file is about to come.

    Raises:
        NotFound, Forbidden; Conflict: voided, or closed in this state while the file is not there yet.
    """
    case = sight.find(act, case_id)
    row = rows.one_of(act, case_id, material_id)
    _may_arrive(act, case, row)
    return row


def arrive(act: Act, case_id: UUID, material_id: UUID, file: Arrived) -> AnyRow:
    """
    Put down that the promised file is in the store; the same file again changes nothing. Gives the row.

    The promise names the content, so no version is asked for; the case's version rises, since guards count it.

    Raises:
        NotFound, Forbidden, Conflict: see ``promised``.
    """
    case = sight.lock(act, case_id)
    row = rows.one_of(act, case_id, material_id)
    _may_arrive(act, case, row)
    if row.arrived_at is not None:
        return row
    values = {"arrived_at": act.now, "media_type": file.media_type, "sm3": file.sm3}
    act.db.execute(update(T).where(T.c.id == material_id).values(values))
    adding.raise_version(act, case)
    content = {"material": str(material_id), "media_type": file.media_type, "sm3": file.sm3.hex()}
    chain = chain_of(case.division_code)
    act.note("material.arrive", "case", case_id, chain=chain, fields=tuple(values), content=content)
    return rows.one_of(act, case_id, material_id)


def opened(act: Act, case_id: UUID, material_id: UUID) -> AnyRow:
    """
    The material whose file is given out; every time is put down.

    Raises:
        NotFound: also when its file has not arrived.
    """
    case = sight.find(act, case_id)
    row = rows.one_of(act, case_id, material_id)
    if row.arrived_at is None:
        raise NotFound("这份材料的文件还没有传到，请提交人重新上传文件")
    content = {"material": str(material_id)}
    act.note("material.read", "case", case_id, chain=chain_of(case.division_code), content=content)
    return row


def _may_arrive(act: Act, case: AnyRow, row: AnyRow) -> None:
    grants = allowed.grants_for(act, case, row.kind)
    if row.voided_at is not None:
        raise Conflict("这份材料已经作废，请另行提交")
    if row.arrived_at is None:
        allowed.open_now(act, case, row.kind, grants)
