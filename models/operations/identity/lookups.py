"""
Look-ups 查重: complaints from one phone, by blind index; only within the reader's own scope, so that neither a list
nor a count tells of cases he may not see.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import Flaw, Invalid, Unreadable
from models.domain.law import chain_of
from models.domain.timing.calendar import legal_day
from models.operations import scope
from models.operations.act import Act
from models.operations.casework import identities, sight
from models.operations.identity import opening, views
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.complaints import complaints as T
from models.vault import phone_normal

MOST: Final = 50


def by_phone(act: Act, phone: str, *, reason: str) -> list[AnyRow]:
    """
    The newest complaints of a phone, without any identity; each found counts as a look at it, as it tells whose it is.

    Raises:
        Invalid: no subscriber's number. Unreadable: identities are sealed here.
    """
    if act.vault.identities_sealed:
        raise Unreadable("主密钥不在本机，按电话查找暂停；请在持有密钥的系统上查找")
    number = phone_normal(phone)
    if number is None:
        raise Invalid(flaws=[Flaw("/phone", "bad_phone", "不是可识别的电话号码，请填手机号或带区号的座机号")])
    act.note(
        "identity.lookup",
        "phone",
        "",  # the number itself stays out: the digest below proves it to whoever knows it
        chain=act.actor.chain,
        fields=("phone", "reason"),
        content={"phone": number, "reason": reason},
    )
    found = _found(act, act.vault.blind_index("phone", number))
    for row in found:
        views.put_down(act, row, views.What.LOOKUP, reason, opening.data_key_of(act, row))
    return found


def same_reporter(act: Act, complaint_id: UUID) -> int:
    """
    How many other complaints within the reader's scope came from the same phone (受理查重): a number, no more.

    The journal gets one row per account, day and complaint, however often a form asks.

    Raises:
        NotFound: absent or outside.
    """
    case = sight.find(act, identities.unlocked(act, complaint_id).case_id)
    day = str(legal_day(act.now))

    def first_today() -> UUID:
        act.note("identity.same_reporter", "complaint", complaint_id, chain=chain_of(case.division_code))
        return complaint_id

    once(act, Key(day), f"same-reporter/{complaint_id}", {}, first_today)
    return identities.same_reporter(act, complaint_id)


def _found(act: Act, index: bytes) -> list[AnyRow]:
    reach = scope.Scope.of(act.actor)
    wanted = (
        select(T.c.id, T.c.case_id, T.c.public_number, T.c.received_at, T.c.sealed_key)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.phone_index == index, scope.visible(reach.shape))
        .order_by(T.c.received_at.desc(), T.c.id)
        .limit(MOST)
    )
    return list(act.db.execute(wanted, reach.binds()).all())
