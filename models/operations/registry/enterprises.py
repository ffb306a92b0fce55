"""
Enterprises 企业: the legal person, one row per 统一社会信用代码.

Whoever works there is told by its sites: an enterprise is in sight where one of its sites is, or while it
has none yet. Name and code are public register data (国家企业信用信息公示系统), so the exact code finds an
enterprise of another county too: its second site must not make a second legal person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, insert, not_, or_, select
from stdnum.cn import uscc

from models.domain.access import SUBTREE_ROLES, Actor, Role
from models.domain.errors import Flaw, Invalid, NotFound
from models.operations import scope
from models.operations.act import Act
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.enterprises import enterprises, sites

_SHAPE: Final = re.compile(r"[0-9A-Z]{18}")
_FIELD_ROLES: Final = SUBTREE_ROLES | {Role.WARDEN}


@dataclass(frozen=True, slots=True)
class Code:
    """A 统一社会信用代码 in its one form, and whether its check digits are right."""

    value: str
    verified: bool


def code_of(typed: str | None, *, pointer: str = "/uscc") -> Code | None:
    """
    Read a code as people type it: full-width letters, spaces and lower case are folded first.

    A wrong check digit is marked, not refused: real permits carry such faults and the field cannot wait.

    Raises:
        Invalid: not 18 letters and digits.
    Source: GB 32100-2015, check by python-stdnum.
    """
    if typed is None:
        return None
    folded = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not _SHAPE.fullmatch(folded):
        raise Invalid(flaws=[Flaw(pointer, "not_uscc", "统一社会信用代码应为18位数字和大写字母；没有则不填")])
    return Code(folded, uscc.is_valid(folded))


def add(act: Act, *, name: str, typed_code: str | None, content: Any, key: Key | None = None) -> UUID:
    """
    Register an enterprise; a retry under the same key gives the same one.

    Raises:
        Invalid: see ``code_of``. Duplicate: the code is registered. OtherContent
    """
    code = code_of(typed_code)
    return once(act, key, "enterprises.add", content, lambda: _insert(act, name, code))


def find(act: Act, enterprise_id: UUID) -> AnyRow:
    """
    An enterprise in sight.

    Raises:
        NotFound
    """
    statement = select(enterprises).where(enterprises.c.id == enterprise_id, sees(act.actor))
    row = act.db.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def one(act: Act, enterprise_id: UUID) -> dict[str, Any]:
    """
    An enterprise with those of its sites that the reader may see.

    Raises:
        NotFound
    """
    row = find(act, enterprise_id)
    found = act.db.execute(
        select(sites)
        .where(sites.c.enterprise_id == enterprise_id, scope.sees_site(act.actor))
        .order_by(sites.c.created_at, sites.c.id)
    )
    return {**row._mapping, "sites": found.all()}


def page(
    act: Act,
    *,
    name: str | None,
    typed_code: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[AnyRow]:
    """
    Up to ``limit + 1`` enterprises in the order they were registered.

    Raises:
        Invalid: see ``code_of``.
    """
    code = code_of(typed_code, pointer="query:/uscc")
    statement = select(enterprises).where(sees(act.actor, exact=code))
    if code is not None:
        statement = statement.where(enterprises.c.uscc == code.value)
    if name is not None:
        statement = statement.where(enterprises.c.name.contains(name, autoescape=True))
    if after is not None:
        at, enterprise_id = after
        same = and_(enterprises.c.created_at == at, enterprises.c.id > enterprise_id)
        statement = statement.where(or_(enterprises.c.created_at > at, same))
    ordered = statement.order_by(enterprises.c.created_at, enterprises.c.id)
    return act.db.execute(ordered.limit(limit + 1)).all()


def sees(actor: Actor, *, exact: Code | None = None) -> ColumnElement[bool]:
    """The predicate over ``enterprise``; who knows the exact code finds it wherever it is."""
    of_it = sites.c.enterprise_id == enterprises.c.id
    reaches: list[ColumnElement[bool]] = [exists().where(of_it, scope.sees_site(actor))]
    own = [grant.enterprise_id for grant in actor.grants if grant.role is Role.ENTERPRISE]
    reaches.append(enterprises.c.id.in_([one for one in own if one is not None]))
    if any(grant.role in _FIELD_ROLES for grant in actor.grants):
        reaches.append(not_(exists().where(of_it)))
        if exact is not None:
            reaches.append(enterprises.c.uscc == exact.value)
    return or_(*reaches)


def _insert(act: Act, name: str, code: Code | None) -> UUID:
    enterprise_id = act.new_id()
    act.db.execute(
        insert(enterprises).values(
            id=enterprise_id,
            name=name,
            uscc=code.value if code else None,
            uscc_verified=code is not None and code.verified,
            created_at=act.now,
        )
    )
    act.note(
        "enterprise.add",
        "enterprise",
        enterprise_id,
        chain="00",
        fields=("name", "uscc"),
        content={"name": name, "uscc": code.value if code else None},
    )
    return enterprise_id
