"""Cases 案件: logging one on the spot, and creating one for whoever has a reason to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from models.domain import lifecycle
from models.domain.drafts import CaseDraft
from models.domain.law import chain_of
from models.domain.lifecycles import LIFECYCLES
from models.domain.states import Action, Kind
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


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case comes into being: kind, first action; number and round where it follows another."""

    kind: Kind = Kind.COMPLAINT
    action: Action = Action.REGISTER
    number: str | None = None
    round: int = 1


def create(
    act: Act,
    draft: CaseDraft,
    facts: lifecycle.Facts,
    *,
    limits: Limits | None = None,
    opening: Opening = Opening(),
) -> UUID:
    """Insert a case with its points, first step and first clocks; journal it."""
    placing.place_is_ours(act, draft.place, draft.site_id)
    act.law.catalogue.check(draft.categories)
    division, round_ = draft.place.division, opening.round
    move = lifecycle.decide(LIFECYCLES[opening.kind], opening.action, facts)
    number = opening.number or numbers.next_case_number(act, opening.kind, division)
    started = reckoning.first_clocks(act, move.starts, division, draft.received_at, limits)
    row = _case_row(act, draft, number) | {"kind": opening.kind, "state": move.target, "round": round_}
    act.db.execute(_INSERT_CASE, row | deadlines.nearest_of(started))
    wanted = draft.points or (draft.title,)
    _insert_parts(act, draft, wanted)
    deadlines.insert_started(act, draft.id, division, round_, started)
    record(act, draft.id, Step(opening.action, {}), move, seq=1, round_=round_)
    act.note(
        f"case.{opening.action.value}",
        "case",
        draft.id,
        chain=chain_of(division),
        fields=("title", "working_text", "categories", "place", "received_at", "points"),
        content={"title": draft.title, "working_text": draft.working_text, "points": list(wanted)},
    )
    return draft.id


def _insert_parts(act: Act, draft: CaseDraft, wanted: Sequence[str]) -> None:
    if draft.categories:
        act.db.execute(
            _INSERT_CATEGORY, [{"case_id": draft.id, "category": name} for name in draft.categories]
        )
    act.db.execute(
        _INSERT_POINT,
        [
            {"id": act.new_id(), "case_id": draft.id, "no": no, "text": words}
            for no, words in enumerate(wanted, start=1)
        ],
    )


def _case_row(act: Act, draft: CaseDraft, number: str) -> dict[str, Any]:
    return {
        "id": draft.id,
        "number": number,
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
