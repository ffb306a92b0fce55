"""
A lost query code 补发查询码: a named reporter gets a new one after he was called back on the number he left.

Who gave no phone cannot be told from a stranger: he submits again and attaches his receipt.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from models.domain.complaints import ContactOutcome, ContactWay
from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.operations.act import Act
from models.operations.identity import opening
from models.tables.complaints import complaints as T
from models.tables.complaints import contacts

CALLED_WITHIN: Final = timedelta(days=1)
"""How fresh the logged call back must be."""

_REACHING: Final = (ContactWay.PHONE, ContactWay.IN_PERSON)


def reissue(act: Act, complaint_id: UUID) -> tuple[str, str]:
    """
    Replace the query code; gives number and new code, which exist in clear only here. The old code ends at once.

    Raises:
        NotFound; Conflict: forgotten or withdrawn, no number was left, or he was not called back within a day.
    """
    complaint, case = opening.locked_with_case(act, complaint_id)
    if complaint.erased_at is not None or complaint.withdrawn_at is not None:
        raise Conflict("举报人已撤回或其信息已删除，不能再补发查询码")
    if complaint.phone_index is None:
        raise Conflict("本件没有留电话，无法核对是不是本人；请举报人重新提交一次，并附上原来的回执")
    if not _called_back(act, complaint_id):
        raise Conflict("补发查询码前，须用原来留的号码回拨或当面核对，并在一天内登记“已联系上”")
    code = act.vault.query_code(complaint_id, secrets.token_hex(16))
    act.db.execute(update(T).where(T.c.id == complaint_id).values(code_digest=act.vault.code_digest(code)))
    act.note(
        "complaint.reissue_code",
        "complaint",
        complaint_id,
        chain=chain_of(case.division_code),
        fields=("query_code",),
    )
    return complaint.public_number, code


def _called_back(act: Act, complaint_id: UUID) -> bool:
    found = act.db.execute(
        select(contacts.c.id)
        .where(
            contacts.c.complaint_id == complaint_id,
            contacts.c.outcome == ContactOutcome.REACHED,
            contacts.c.way.in_(_REACHING),
            contacts.c.at > act.now - CALLED_WITHIN,
        )
        .limit(1)
    )
    return found.one_or_none() is not None
