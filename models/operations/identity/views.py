"""
Who looked 身份查看记录: one row per look beside its journal row; the reason may name the person, so it is sealed.

The list is for those who answer for the clerks; reading it is itself put down.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, insert, or_, select

from models.domain.access import GRANTS, Verb
from models.domain.errors import Unreadable
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.casework.identities import place, unlocked
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.identities import identity_views as T
from models.tables.people import accounts

GONE: Final = "已随身份信息销毁"
SHUT: Final = "主密钥不在本机，理由暂不可读"


class What(StrEnum):
    """What a look showed."""

    IDENTITY = "identity"  # 身份、原话、留言
    PHOTO = "photo"  # 照片原件
    LOOKUP = "lookup"  # 按电话查到


def put_down(act: Act, complaint: AnyRow, what: str, reason: str, data_key: bytes) -> None:
    """
    Put down one look, in its table and in the journal.

    Args:
        complaint: a row with ``id`` and ``case_id``. what: one of ``What``. data_key: the complaint's (32 bytes).
    """
    view_id = act.new_id()
    division = act.db.execute(
        select(cases.c.division_code).where(cases.c.id == complaint.case_id)
    ).scalar_one()
    act.db.execute(
        insert(T).values(
            id=view_id,
            complaint_id=complaint.id,
            by=act.actor.account_id,
            role=_role(act, division),
            what=What(what).value,
            at=act.now,
            sealed_reason=act.vault.seal(data_key, reason, place=_place(view_id)),
        )
    )
    act.note(
        "identity.view",
        "complaint",
        complaint.id,
        chain=chain_of(division),
        fields=(What(what).value,),
        content={"reason": reason},
    )


def listed(
    act: Act, complaint_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """
    One page and one more look at a complaint, newest first, with the reasons as far as they can be read.

    Raises:
        NotFound: absent or outside.
    """
    complaint = unlocked(act, complaint_id)
    case = sight.find(act, complaint.case_id)
    wanted = (
        select(T, accounts.c.name)
        .outerjoin(accounts, accounts.c.id == T.c.by)
        .where(T.c.complaint_id == complaint_id)
        .order_by(T.c.at.desc(), T.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        wanted = wanted.where(or_(T.c.at < after[0], and_(T.c.at == after[0], T.c.id < after[1])))
    rows = act.db.execute(wanted).all()
    data_key = _key(act, complaint)
    act.note("identity.review", "complaint", complaint_id, chain=chain_of(case.division_code))
    return [
        {
            "id": row.id,
            "at": row.at,
            "name": row.name,
            "role": row.role,
            "what": row.what,
            "reason": _reason(act, complaint, row, data_key),
        }
        for row in rows
    ]


def _key(act: Act, complaint: AnyRow) -> bytes | None:
    """The complaint's data key, if it can be had here: the list is worth reading without the reasons too."""
    if complaint.sealed_key is None:
        return None
    try:
        return act.vault.unwrap(complaint.sealed_key, aad=place(complaint.id, "key"))
    except Unreadable:
        return None


def _reason(act: Act, complaint: AnyRow, row: AnyRow, data_key: bytes | None) -> str:
    if complaint.sealed_key is None or row.sealed_reason is None:
        return GONE
    if data_key is None:
        return SHUT
    try:
        return act.vault.open_sealed(data_key, row.sealed_reason, place=_place(row.id))
    except Unreadable as error:
        return error.message


def _place(view_id: UUID) -> str:
    return f"identity_view:{view_id}:reason"


def _role(act: Act, division: str) -> str:
    """The post in which he looked: the first that reaches the division and may."""
    held = (
        grant.role.value
        for grant in act.actor.grants
        if Verb.IDENTITY_VIEW in GRANTS[grant.role] and grant.covers(division)
    )
    return next(held, "system")
