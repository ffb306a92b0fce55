"""Corrections 更正 of a frozen month: numbered, decided by a second person, beside the snapshot and never in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update

from models.domain.access import Verb
from models.domain.errors import Conflict, Flaw, GuardsUnmet, Invalid, NotFound, Unmet
from models.domain.law import chain_of
from models.domain.rectification.periods import CorrectionState, PeriodState, corrected
from models.operations import scope
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.periods import keeping
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.people import accounts
from models.tables.periods import corrections, periods, snapshot_rows

_IN_ROW: Final = frozenset({"percent"})
"""Fields of the frozen row itself; the others stand in its report."""
_proposers, _deciders = accounts.alias("proposer"), accounts.alias("decider")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDraft:
    """What was frozen wrongly; ``after`` in the form of the snapshot."""

    case_id: UUID
    field: str
    after: Any
    reason: str


def propose(act: Act, period_id: UUID, draft: CorrectionDraft, key: Key | None) -> UUID:
    """
    Propose a correction; it counts once another person approves.

    Raises:
        NotFound: the period, or no frozen row of this case in sight; Forbidden; Invalid: the value, or no change;
        Conflict: not frozen yet; OtherContent.
    """
    content = asdict(draft) | {"period": period_id}
    return once(act, key, "periods.correct", content, lambda: _propose(act, period_id, draft))


def decide(act: Act, correction_id: UUID, *, approve: bool, note: str | None, version: int | None) -> UUID:
    """
    Approve or refuse; never the proposer.

    Raises:
        NotFound, Forbidden; Invalid: a refusal without a note; VersionMissing, StaleVersion; Conflict: decided
        already; GuardsUnmet: one's own.
    """
    seen = find(act, correction_id)
    period = keeping.lock(act, seen.period_id, alone=True)
    keeping.keeps(act, Verb.CORRECTION_DECIDE, period.division_code)
    if not approve and not note:
        raise Invalid(flaws=[Flaw("/note", "missing", "不同意更正须写明理由")])
    row = act.db.execute(select(corrections).where(corrections.c.id == correction_id)).one()
    keeping.current(version, row.version)
    if row.state is not CorrectionState.PROPOSED:
        raise Conflict("这份更正已经有处理结果")
    if row.by in keeping.persons(act.actor):
        raise GuardsUnmet([Unmet("four_eyes", "提出更正的人员及其代理人不能审批，请由另一人审批")])
    values = {
        "state": CorrectionState.APPROVED if approve else CorrectionState.REFUSED,
        "decided_by": act.actor.account_id,
        "decided_at": act.now,
        "decision_note": note,
    }
    act.db.execute(
        update(corrections).where(corrections.c.id == row.id).values(**values, version=row.version + 1)
    )
    _note(act, "correction.decide", row.id, period.division_code, values)
    return correction_id


def find(act: Act, correction_id: UUID) -> AnyRow:
    """A correction of a case in sight. Raises ``NotFound``, the same whether absent or outside."""
    reach = scope.Scope.of(act.actor)
    statement = _seen().where(corrections.c.id == correction_id, scope.visible(reach.shape))
    row = act.db.execute(statement, reach.binds()).one_or_none()
    if row is None:
        raise NotFound()
    return row


def listed(act: Act, period_id: UUID) -> Sequence[AnyRow]:
    """The corrections of a period to items in sight, by number. Raises ``NotFound``."""
    keeping.find(act, period_id)
    reach = scope.Scope.of(act.actor)
    statement = (
        _seen()
        .where(corrections.c.period_id == period_id, scope.visible(reach.shape))
        .order_by(corrections.c.no)
    )
    return act.db.execute(statement, reach.binds()).all()


def _propose(act: Act, period_id: UUID, draft: CorrectionDraft) -> UUID:
    period = keeping.lock(act, period_id, alone=True)
    frozen = _frozen(act, period_id, draft.case_id) if period.state is PeriodState.FROZEN else None
    if period.state is PeriodState.FROZEN and frozen is None:
        raise NotFound("这个问题不在该月快照中，或不在您的查看范围内")
    keeping.keeps(act, Verb.LEDGER_KEEP, period.division_code)
    after = corrected(draft.field, draft.after)
    if frozen is None:
        raise Conflict(f"{period.month}调度还没有冻结，请直接修改填报")
    before = _standing(act, period_id, draft, frozen)
    if before == after:
        raise Invalid(flaws=[Flaw("/after", "no_change", "与现值相同，不需要更正")])
    values = asdict(draft) | {"before": before, "after": after, "no": _next_no(act, period_id)}
    correction_id = act.new_id()
    fixed = {"state": CorrectionState.PROPOSED, "by": act.actor.account_id, "at": act.now}
    act.db.execute(insert(corrections).values(id=correction_id, period_id=period_id, **values, **fixed))
    _note(act, "correction.propose", correction_id, period.division_code, values)
    return correction_id


def _standing(act: Act, period_id: UUID, draft: CorrectionDraft, frozen: dict[str, Any]) -> Any:
    """The value as the approved corrections so far have left it."""
    statement = (
        select(corrections.c.after)
        .where(
            corrections.c.period_id == period_id,
            corrections.c.case_id == draft.case_id,
            corrections.c.field == draft.field,
            corrections.c.state == CorrectionState.APPROVED,
        )
        .order_by(corrections.c.no.desc())
        .limit(1)
    )
    last = act.db.execute(statement).one_or_none()
    if last is not None:
        return last.after
    return frozen[draft.field] if draft.field in _IN_ROW else frozen["entry"][draft.field]


def _frozen(act: Act, period_id: UUID, case_id: UUID) -> dict[str, Any] | None:
    reach = scope.Scope.of(act.actor)
    statement = (
        select(snapshot_rows.c.content)
        .join(cases, cases.c.id == snapshot_rows.c.case_id)
        .where(
            snapshot_rows.c.period_id == period_id,
            snapshot_rows.c.case_id == case_id,
            scope.visible(reach.shape),
        )
    )
    text = act.db.execute(statement, reach.binds()).scalar()
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found


def _next_no(act: Act, period_id: UUID) -> int:
    """The next number within the period, which is locked."""
    last = act.db.execute(
        select(func.max(corrections.c.no)).where(corrections.c.period_id == period_id)
    ).scalar()
    return (last or 0) + 1


def _seen() -> Select[Any]:
    return (
        select(
            corrections,
            periods.c.month,
            cases.c.title,
            _proposers.c.name.label("proposer"),
            _deciders.c.name.label("decider"),
        )
        .join(periods, periods.c.id == corrections.c.period_id)
        .join(cases, cases.c.id == corrections.c.case_id)
        .join(_proposers, _proposers.c.id == corrections.c.by)
        .outerjoin(_deciders, _deciders.c.id == corrections.c.decided_by)
    )


def _note(act: Act, verb: str, correction_id: UUID, division: str, values: dict[str, Any]) -> None:
    act.note(
        verb, "correction", correction_id, chain=chain_of(division), fields=sorted(values), content=values
    )
