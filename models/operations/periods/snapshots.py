"""The rows of a period as a reader sees them: live while it is open, from the snapshot once it is frozen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from models.domain.access import GRANTS, SUBTREE_ROLES, Verb
from models.domain.errors import Forbidden
from models.domain.rectification.periods import PeriodState
from models.domain.words.text import canonical, fingerprint
from models.operations import scope
from models.operations.act import Act
from models.operations.people.reach import inside
from models.operations.periods.rows import Reckoning, Record, gather
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.periods import snapshot_rows as T


def records(act: Act, period: AnyRow, only: UUID | None = None) -> list[Record]:
    """The records in the reader's sight; ``only``: of this case."""
    frozen_ = period.state is PeriodState.FROZEN
    return frozen(act, period, only) if frozen_ else live(act, period, only)


def live(act: Act, period: AnyRow, only: UUID | None = None, *, everybody: bool = False) -> list[Record]:
    """The records as they stand now, or stood at the cut-off once it has passed."""
    at = Reckoning(min(act.now, period.cut_off_at), period.tolerance, period.id)
    which = inside(cases.c.division_code, (period.division_code,))
    if only is not None:
        which = and_(which, cases.c.id == only)
    return gather(act, which, at, everybody=everybody)


def frozen(act: Act, period: AnyRow, only: UUID | None = None) -> list[Record]:
    """The frozen records of the items in sight, in their order."""
    reach = scope.Scope.of(act.actor)
    statement = (
        select(T.c.content)
        .join(cases, cases.c.id == T.c.case_id)
        .where(T.c.period_id == period.id, scope.visible(reach.shape))
    )
    if only is not None:
        statement = statement.where(T.c.case_id == only)
    found = [json.loads(text) for text in act.db.execute(statement, reach.binds()).scalars()]
    return sorted(found, key=lambda one: (one["origin"], one["ledger"], one["problem_no"], one["case_id"]))


def rows_of(period_id: UUID, found: Iterable[Record]) -> list[dict[str, Any]]:
    """The rows to freeze, each with the hash of its exact text."""
    texts = [(UUID(one["case_id"]), canonical(one)) for one in found]
    return [
        {
            "period_id": period_id,
            "case_id": case_id,
            "content": text.decode(),
            "hash": sha256(text).hexdigest(),
        }
        for case_id, text in texts
    ]


def hash_of(period: AnyRow, hashes: Iterable[str]) -> str:
    """SHA-256 (hex) over period, month, division and the sorted hashes of all rows."""
    return fingerprint(period.id, period.month, period.division_code, sorted(hashes)).hex()


def is_intact(act: Act, period: AnyRow) -> bool | None:
    """Whether every frozen row and the whole still have the hashes they were given; ``None``: not frozen."""
    if period.state is not PeriodState.FROZEN:
        return None
    rows = act.db.execute(select(T.c.content, T.c.hash).where(T.c.period_id == period.id)).all()
    whole = hash_of(period, [row.hash for row in rows]) == period.snapshot_hash
    return whole and all(sha256(row.content.encode()).hexdigest() == row.hash for row in rows)


def sees_all(act: Act, period: AnyRow) -> None:
    """
    That the reader sees the whole division: what is printed for it must not lack rows in silence.

    Raises:
        Forbidden
    """
    if not any(
        grant.role in SUBTREE_ROLES
        and Verb.LEDGER_READ in GRANTS[grant.role]
        and grant.covers(period.division_code)
        for grant in act.actor.grants
    ):
        raise Forbidden("您只能看到本单位或本镇街的问题，不能生成全区的简报和调度表，请向整改办索取")
