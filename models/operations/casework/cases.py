"""Cases 案件: logging one on the spot, and creating one for whoever has a reason to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from models.domain import lifecycle
from models.domain.complaint_steps import LIFECYCLES
from models.domain.drafts import CaseDraft
from models.domain.law import chain_of
from models.domain.timing.limits import Limits
from models.operations import deadlines, numbers, reckoning
from models.operations.act import Act
from models.operations.casework import case_facts, placing
from models.operations.casework.stepping import Step, record
from models.operations.once import Key, once
from models.tables.cases import cases, categories, points

_INSERT_CASE = insert(cases)
_INSERT_CATEGORY = insert(categories)
_INSERT_POINT = insert(points)
_CREATED = select(
    cases.c.id, cases.c.number, cases.c.state, cases.c.version, cases.c.due_at, cases.c.created_at
).where(cases.c.id == bindparam("id", type_=cases.c.id.type))


def log(act: Act, draft: CaseDraft, content: Any) -> dict[str, Any]:
    """
    Log a case found on the spot (no reporter); a retry with the same id gives the same case.

    Raises:
        Forbidden: the division is outside the actor's area.
        Invalid: unknown division or site, received in the future. OtherContent: the id was used for something else.
    """
    placing.received_not_later(draft.received_at, act.now)
    case_id = once(
        act,
        Key(str(draft.id), keep="id"),
        "cases.log",
        content,
        lambda: create(act, draft, case_facts.newcomer(act, draft, has_reporter=False)),
    )
    return created(act, case_id)


def created(act: Act, case_id: UUID) -> dict[str, Any]:
    """What the creator is told: id, number, state, version, nearest due."""
    return dict(act.db.execute(_CREATED, {"id": case_id}).one()._mapping)


def create(act: Act, draft: CaseDraft, facts: lifecycle.Facts, *, limits: Limits | None = None) -> UUID:
    """Insert a case with its points, first step and first clocks; journal it."""
    placing.place_is_ours(act, draft.place, draft.site_id)
    act.law.catalogue.check(draft.categories)
    move = lifecycle.decide(LIFECYCLES[lifecycle.Kind.COMPLAINT], lifecycle.Action.REGISTER, facts)
    number = numbers.next_case_number(act, lifecycle.Kind.COMPLAINT, draft.place.division)
    started = reckoning.first_clocks(act, move.starts, draft.place.division, draft.received_at, limits)
    act.db.execute(_INSERT_CASE, _case_row(act, draft, number) | deadlines.nearest_of(started))
    if draft.categories:
        act.db.execute(
            _INSERT_CATEGORY, [{"case_id": draft.id, "category": name} for name in draft.categories]
        )
    wanted = draft.points or (draft.title,)
    _insert_points(act, draft.id, wanted)
    deadlines.insert_started(act, draft.id, draft.place.division, 1, started)
    record(act, draft.id, Step(lifecycle.Action.REGISTER, {}), move, seq=1, round_=1)
    act.note(
        "case.register",
        "case",
        draft.id,
        chain=chain_of(draft.place.division),
        fields=("title", "working_text", "categories", "place", "received_at", "points"),
        content={"title": draft.title, "working_text": draft.working_text, "points": list(wanted)},
    )
    return draft.id


def _insert_points(act: Act, case_id: UUID, wanted: Sequence[str]) -> None:
    act.db.execute(
        _INSERT_POINT,
        [
            {"id": act.new_id(), "case_id": case_id, "no": no, "text": words}
            for no, words in enumerate(wanted, start=1)
        ],
    )


def _case_row(act: Act, draft: CaseDraft, number: str) -> dict[str, Any]:
    return {
        "id": draft.id,
        "number": number,
        "kind": lifecycle.Kind.COMPLAINT,
        "state": lifecycle.State.REGISTERED,
        "channel": draft.channel,
        "track": draft.track,
        "title": draft.title,
        "working_text": draft.working_text,
        "categories": list(draft.categories),
        **placing.columns(draft.place),
        "site_id": draft.site_id,
        "urgent": draft.urgent,
        "received_at": draft.received_at,
        "created_at": act.now,
        "created_by": act.actor.account_id,
        "changed_at": act.now,
    }
