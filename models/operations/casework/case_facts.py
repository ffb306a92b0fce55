"""What ``lifecycle.decide`` may know about a case: gathered here, judged there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, literal_column, null, or_, select

from models.domain.complaint_steps import ComplaintFacts
from models.domain.complaints import UNWRITTEN, ContactOutcome
from models.domain.drafts import CaseDraft, ComplaintDraft
from models.domain.states import Action, State
from models.operations.act import Act
from models.operations.casework.stepping import Work
from models.tables.base import CN, AnyRow
from models.tables.cases import assignments, cases, points, steps
from models.tables.complaints import complaints, contacts
from models.tables.people import accounts

_SEALED: Final = frozenset(
    {"sealed_key", "sealed_identity", "sealed_words", "sealed_details", "phone_index", "code_digest"}
)
_case_id = bindparam("case_id", type_=points.c.case_id.type)
_DOING: Final = (Action.INVESTIGATE, Action.PROPOSE, Action.REFUSE)

Child = SimpleNamespace
"""A record that came as JSON inside its parent: read by name like a row."""

_INSTANTS: Final = frozenset(
    {"at", "since", "visited_at", "received_at", "due_at", "started_at", "stopped_at", "external_due_at"}
    | {
        "told_at",
        "replied_at",
        "platform_replied_at",
        "called_back_at",
        "dispatched_at",
        "sign_by",
        "return_by",
        "withdrawn_at",
        "erased_at",
    }
)
_IDS: Final = frozenset({"id", "case_id", "subject_id", "account_id", "principal_id", "follows_id"})


def child(values: dict[str, Any]) -> Child:
    """A record from its JSON object: instants aware in +08:00, ids as UUID."""
    for name in values.keys() & _INSTANTS:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name]).astimezone(CN)
    for name in values.keys() & _IDS:
        if values[name] is not None:
            values[name] = UUID(values[name])
    return Child(**values)


def points_of(case_id: Any) -> Select[Any]:
    """The points of a case."""
    return select(points).where(points.c.case_id == case_id).correlate(cases)


def people_of(case_id: Any) -> Select[Any]:
    """Who handles a case (``since`` set), and who did to it what another must judge."""
    handlers = (
        select(
            assignments.c.account_id,
            null().label("principal_id"),
            accounts.c.name,
            assignments.c.lead,
            assignments.c.since,
        )
        .join(accounts, accounts.c.id == assignments.c.account_id)
        .where(assignments.c.case_id == case_id, assignments.c.ended_at.is_(None))
        .correlate(cases)
    )
    doers = (
        select(steps.c.by, steps.c.principal_id, null(), null(), null())
        .where(steps.c.case_id == case_id, or_(*(steps.c.action == _literal(action) for action in _DOING)))
        .correlate(cases)
    )
    return select(handlers.union_all(doers).subquery())


def complaints_of_case(case_id: Any) -> Select[Any]:
    """The complaints of a case without what is sealed, each with its failed attempts at contact."""
    failed = (
        select(func.count())
        .where(contacts.c.complaint_id == complaints.c.id, contacts.c.outcome != ContactOutcome.REACHED)
        .scalar_subquery()
    )
    open_ones = (column for column in complaints.c if column.name not in _SEALED)
    return select(*open_ones, failed.label("failed")).where(complaints.c.case_id == case_id).correlate(cases)


def _literal(action: Action) -> Any:
    """A constant in the statement's text: an ``IN`` of parameters is expanded anew at each execution."""
    return literal_column(f"'{action.value}'")


_POINTS = points_of(_case_id).order_by(points.c.no)
_PEOPLE = people_of(_case_id)
_COMPLAINTS = complaints_of_case(_case_id).order_by(complaints.c.received_at)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs to a case: its points, who handles or did something to it, its complaints (nothing sealed)."""

    points: Sequence[Any]
    people: Sequence[Any]
    complaints: Sequence[Any]

    @property
    def handlers(self) -> list[Any]:
        """The running assignments, the lead first."""
        return sorted(
            (one for one in self.people if one.since is not None), key=lambda one: (not one.lead, one.name)
        )


def gather(act: Act, case_id: object) -> Belongings:
    """Read what belongs to a case: three statements."""
    binds = {"case_id": case_id}
    return Belongings(
        act.db.execute(_POINTS, binds).all(),
        act.db.execute(_PEOPLE, binds).all(),
        act.db.execute(_COMPLAINTS, binds).all(),
    )


def newcomer(
    act: Act, draft: CaseDraft, *, has_reporter: bool, complaint: ComplaintDraft | None = None
) -> ComplaintFacts:
    """The facts of a case that does not exist yet."""
    return ComplaintFacts(
        state=State.NEW,
        division=draft.place.division,
        actor=act.actor,
        has_reporter=has_reporter,
        has_category=bool(draft.categories),
        urgent=draft.urgent,
        has_sign_by=complaint is not None and complaint.sign_by is not None,
        has_return_by=complaint is not None and complaint.return_by is not None,
    )


def complaints_of(act: Act, case_id: object) -> Sequence[AnyRow]:
    """The complaints of a case without what is sealed, each with its failed attempts at contact."""
    return act.db.execute(_COMPLAINTS, {"case_id": case_id}).all()


def of(work: Work, belongings: Belongings | None = None) -> ComplaintFacts:
    """The facts of a case and of the step at hand."""
    act, case, inputs = work.act, work.case, work.step.inputs
    held = belongings or gather(act, case.id)
    answered = {str(one["point_id"]) for one in inputs.get("findings", ())}
    handlers = frozenset(one.account_id for one in held.people if one.since is not None)
    doers = {person for one in held.people for person in (one.account_id, one.principal_id)}
    open_points = (one.no for one in held.points if one.verdict is None and str(one.id) not in answered)
    return ComplaintFacts(
        state=case.state,
        division=case.division_code,
        actor=act.actor,
        has_category=bool(case.categories),
        text_written=case.working_text != UNWRITTEN,
        urgent=case.urgent,
        handlers=handlers,
        doers=frozenset(doers - {None}),
        unanswered_points=tuple(open_points),
        reached=bool(inputs.get("reached", True)),
        unqualified=tuple(inputs.get("unqualified", ())),
        **_reporters(held.complaints),
        **_closing(work),
    )


def _reporters(filed: Sequence[Any]) -> dict[str, Any]:
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
