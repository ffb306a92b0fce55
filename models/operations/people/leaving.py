"""
Leaving 离岗: the hand-over list 移交清单 of a person, and the leave itself.

An administrator sees how much of what is open, never which case; a head sees the cases of his own reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select, update

from models.domain.access import ROLE_TITLES, Verb
from models.domain.complaint_steps import COMPLAINT
from models.domain.errors import Conflict, GuardsUnmet, Unmet
from models.domain.lifecycle import rows_for
from models.domain.states import TERMINAL, Action, State
from models.operations.act import Act
from models.operations.people import ending, officers, reach, sessions
from models.operations.scope import Scope, visible
from models.tables.base import AnyRow
from models.tables.cases import assignments
from models.tables.cases import cases as T
from models.tables.people import accounts

IN_HAND: Final = tuple(sorted(state for row in rows_for(COMPLAINT, Action.REASSIGN) for state in row.sources))
"""States in which a case hangs on its handler, and from which it can be given to another before he goes."""

MOST_CASES: Final = 200
_STILL_OPEN: Final = tuple(sorted(set(State) - TERMINAL - set(IN_HAND)))


def hand_over(act: Act, account_id: UUID) -> dict[str, Any]:
    """
    What a person leaves behind, per kind; to heads also the cases, by number, title, state and end.

    Raises:
        NotFound
    """
    person = reach.find(act, account_id)
    shown = act.actor.may(Verb.CASE_REASSIGN)
    held = reach.standing(act, account_id)
    counts = [
        _count("handling", "在办案件（须先改派）", _number(act, account_id, IN_HAND, shown), blocks=True),
        _count("following", "已提交或已办结、尚未归档的案件", _number(act, account_id, _STILL_OPEN, shown)),
        _count("acting_for", "受托代理", sum(grant.principal_id is not None for grant in held)),
        _count("deputies", "委托给他人的代理", len(ending.deputies_of(act, account_id))),
        _count("grants", "岗位授权", sum(grant.principal_id is None for grant in held)),
        _count("certificates", "应收回的执法证", officers.certificates_of(act, account_id)),
    ]
    return {
        "account_id": person.id,
        "name": person.name,
        "left_at": person.left_at,
        "counts": counts,
        "cases": _cases(act, account_id) if shown else None,
        "acting_for": _principals(act, held),
    }


def leave(act: Act, account_id: UUID) -> None:
    """
    A person leaves: the account stays for the record, its grants, deputies and sessions end at once.

    Raises:
        NotFound, Forbidden: see ``reach.charge``.
        Conflict: has left already. GuardsUnmet: open work in hand; the last administrator of a kind.
    """
    ending.lock(act, account_id)
    person = reach.charge(act, account_id)
    if person.left_at is not None:
        raise Conflict("此人已办理离岗")
    held = reach.standing(act, account_id)
    unmet = _unmet(act, account_id, held)
    if unmet:
        raise GuardsUnmet(unmet)
    ending.finish(act, [*held, *ending.deputies_of(act, account_id)])
    sessions.end_all(act, account_id, why="left")
    act.db.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(active=False, left_at=act.now, version=accounts.c.version + 1)
    )
    act.note("account.leave", "account", account_id, chain="00", fields=("active", "left_at"))


def _unmet(act: Act, account_id: UUID, held: Sequence[AnyRow]) -> list[Unmet]:
    unmet = []
    in_hand = _number(act, account_id, IN_HAND, seen_only=False)
    if in_hand:
        message = f"名下还有{in_hand}件在办案件，请负责人先用“批量改派”移交"
        unmet.append(Unmet("work_handed_over", message))
    last = [grant.role for grant in held if ending.is_last(act, account_id, grant.role)]
    unmet.extend(Unmet("not_the_last", f"这是最后一位{ROLE_TITLES[role]}，请先任命接任的人") for role in last)
    return unmet


def _count(kind: str, title: str, count: int, *, blocks: bool = False) -> dict[str, Any]:
    return {"kind": kind, "title": title, "count": count, "blocks": blocks and count > 0}


def _open(act: Act, account_id: UUID, states: Sequence[State], *columns: Any, seen_only: bool) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(T.join(assignments, assignments.c.case_id == T.c.id))
        .where(
            assignments.c.account_id == account_id,
            assignments.c.ended_at.is_(None),
            T.c.state.in_(states),
        )
    )
    if not seen_only:
        return statement
    reach_ = Scope.of(act.actor)
    return statement.where(visible(reach_.shape)).params(reach_.binds())


def _number(act: Act, account_id: UUID, states: Sequence[State], seen_only: bool) -> int:
    statement = _open(act, account_id, states, func.count(), seen_only=seen_only)
    return int(act.db.execute(statement).scalar_one())


def _cases(act: Act, account_id: UUID) -> Sequence[AnyRow]:
    columns = (T.c.id, T.c.number, T.c.title, T.c.state, T.c.due_at)
    statement = _open(act, account_id, (*IN_HAND, *_STILL_OPEN), *columns, seen_only=True)
    return act.db.execute(statement.order_by(T.c.due_at, T.c.id).limit(MOST_CASES)).all()


def _principals(act: Act, held: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """For whom the person acts, in which role, until when."""
    ids = [grant.principal_id for grant in held if grant.principal_id is not None]
    names = {
        row.id: row.name
        for row in act.db.execute(select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(ids)))
    }
    return [
        {
            "grant_id": grant.id,
            "principal_id": grant.principal_id,
            "principal": names[grant.principal_id],
            "role": grant.role,
            "valid_to": grant.valid_to,
        }
        for grant in held
        if grant.principal_id is not None
    ]
