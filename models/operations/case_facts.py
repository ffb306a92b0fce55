"""What ``lifecycle.decide`` may know about a case: gathered here, judged there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, select

from models.domain.complaints import ContactOutcome
from models.domain.drafts import CaseDraft, ComplaintDraft
from models.domain.lifecycle import Action, Facts, State
from models.operations.act import Act
from models.operations.stepping import Work
from models.tables.base import AnyRow
from models.tables.cases import assignments, points, steps
from models.tables.complaints import complaints, contacts

_case_id = bindparam("case_id", type_=points.c.case_id.type)
_DOING: Final = (Action.INVESTIGATE, Action.PROPOSE, Action.REFUSE)

_UNANSWERED = select(points.c.no, points.c.id).where(points.c.case_id == _case_id, points.c.verdict.is_(None))
_HANDLERS = select(assignments.c.account_id).where(
    assignments.c.case_id == _case_id, assignments.c.ended_at.is_(None)
)
_DOERS = select(steps.c.by, steps.c.principal_id).where(
    steps.c.case_id == _case_id, steps.c.action.in_(_DOING)
)
_COMPLAINTS = (
    select(
        complaints.c.id,
        complaints.c.contactable,
        complaints.c.external_number,
        complaints.c.told_at,
        complaints.c.unreachable,
        complaints.c.platform_replied_at,
        complaints.c.external_due_at,
        complaints.c.sign_by,
        complaints.c.return_by,
        complaints.c.dispatched_at,
        func.count(contacts.c.id).label("failed"),
    )
    .select_from(
        complaints.outerjoin(
            contacts,
            and_(contacts.c.complaint_id == complaints.c.id, contacts.c.outcome != ContactOutcome.REACHED),
        )
    )
    .where(complaints.c.case_id == _case_id)
    .group_by(complaints.c.id)
)


def newcomer(
    act: Act, draft: CaseDraft, *, has_reporter: bool, complaint: ComplaintDraft | None = None
) -> Facts:
    """The facts of a case that does not exist yet."""
    return Facts(
        state=State.NEW,
        division=draft.place.division,
        actor=act.actor,
        has_reporter=has_reporter,
        has_category=bool(draft.categories),
        has_sign_by=complaint is not None and complaint.sign_by is not None,
        has_return_by=complaint is not None and complaint.return_by is not None,
    )


def complaints_of(act: Act, case_id: object) -> Sequence[AnyRow]:
    return act.db.execute(_COMPLAINTS, {"case_id": case_id}).all()


def of(work: Work) -> Facts:
    """The facts of a case and of the step at hand."""
    act, case, inputs = work.act, work.case, work.step.inputs
    binds = {"case_id": case.id}
    filed = work.complaints or complaints_of(act, case.id)
    answered = {str(one["point_id"]) for one in inputs.get("findings", ())}
    open_points = act.db.execute(_UNANSWERED, binds).all()
    handlers = frozenset(act.db.execute(_HANDLERS, binds).scalars())
    did = act.db.execute(_DOERS, binds).all()
    doers = frozenset(person for row in did for person in row if person is not None) | handlers
    return Facts(
        state=case.state,
        division=case.division_code,
        actor=act.actor,
        has_category=bool(case.categories),
        handlers=handlers,
        doers=doers,
        unanswered_points=tuple(sorted(row.no for row in open_points if str(row.id) not in answered)),
        reached=bool(inputs.get("reached", True)),
        unqualified=tuple(inputs.get("unqualified", ())),
        **_reporters(filed),
        **_closing(work),
    )


def _reporters(filed: Sequence[AnyRow]) -> dict[str, Any]:
    """What is owed to the reporters and to the platforms their complaints came through."""
    return {
        "has_reporter": bool(filed),
        "contactable": any(one.contactable for one in filed),
        "told": bool(filed) and all(one.told_at is not None or one.unreachable for one in filed),
        "failed_attempts": min((one.failed for one in filed), default=0),
        "has_external_number": any(one.external_number for one in filed),
        "platform_replied": all(one.platform_replied_at is not None for one in filed if one.external_number),
        "has_sign_by": any(one.sign_by for one in filed),
        "has_return_by": any(one.return_by for one in filed),
    }


def _closing(work: Work) -> Mapping[str, Any]:
    """The state of the clock that an extension or a suspension is about."""
    clock = work.clock("RPT_CLOSE")
    if clock is None:
        return {}
    granted = int(work.step.inputs.get("length", 0))
    return {
        "close_clock": clock.state,
        "close_overdue": work.act.now >= clock.due_at,
        "extensions_left": clock.rule["max_extensions"] - clock.extended,
        "extension_too_long": granted > clock.rule["ext_length"],
    }
