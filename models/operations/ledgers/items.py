"""Items 整改问题 of a ledger: entering one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from models.domain.complaints import Track
from models.domain.drafts import CaseDraft
from models.domain.errors import Conflict, Flaw, Invalid
from models.domain.rectification import places
from models.domain.rectification.drafts import ItemDraft
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import CHANNEL_OF, Origin, Part, Progress
from models.domain.states import Action, Kind, State
from models.domain.timing.calendar import SHANGHAI, legal_day
from models.operations.act import Act
from models.operations.casework.cases import Opening, create
from models.operations.ledgers import entry_checks, ledgers
from models.operations.once import Key, once
from models.tables.cases import case_units
from models.tables.ledgers import items as T


def enter(act: Act, draft: ItemDraft, content: Any) -> UUID:
    """
    Enter a problem into a ledger; a retry with the same id gives the same item.

    Raises:
        NotFound: the ledger. Invalid; Forbidden: outside the actor's area, or no unit that numbers.
        Conflict: a published batch; Duplicate: the number is taken; OtherContent.
    """
    return once(act, Key(str(draft.id), keep="id"), "items.enter", content, lambda: _enter(act, draft))


def _enter(act: Act, draft: ItemDraft) -> UUID:
    ledger = ledgers.find(act, draft.ledger_id)
    if ledger.read_only:
        raise Conflict("这是已经公布的批次，只供查阅，不能登记问题；请登记到本局自己的清单")
    entry_checks.check(act, draft)
    settled = places.settle(draft.place, draft.geometry)
    case_draft = _case_draft(draft, ledger.origin, act)
    facts = ItemFacts(state=State.NEW, division=draft.place.division, actor=act.actor)
    create(act, case_draft, facts, opening=Opening(Kind.RECTIFICATION, Action.LIST))
    values = _columns(draft) | settled.columns() | {"level": draft.level or ledger.level}
    insert_item(act, draft.id, values, _parts(draft), round_=1)
    return draft.id


def _case_draft(draft: ItemDraft, origin: Origin, act: Act) -> CaseDraft:
    if draft.listed_on > legal_day(act.now):
        raise Invalid(flaws=[Flaw("/listed_on", "in_future", "交办日期不能晚于今天")])
    return CaseDraft(
        id=draft.id,
        channel=CHANNEL_OF[origin],
        track=Track.RECTIFICATION,
        title=draft.title,
        working_text=draft.text,
        categories=tuple(dict.fromkeys(draft.categories)),
        place=draft.place,
        received_at=datetime.combine(draft.listed_on, time(), SHANGHAI),
        points=tuple(draft.points),
        site_id=draft.site_id,
    )


def _columns(draft: ItemDraft) -> dict[str, Any]:
    return {
        "ledger_id": draft.ledger_id,
        "problem_no": draft.problem_no,
        "problem_type": draft.problem_type,
        "listed_on": draft.listed_on,
        "stage": draft.stage,
        "goal": draft.goal,
        "measures": draft.measures,
        "checklist": [{"text": text, "met": None, "note": None} for text in draft.checklist],
        "due_on": draft.due_on,
        "first_due_on": draft.due_on,
        "responsible_person": draft.responsible_person,
        "contact_leader": draft.contact_leader,
    }


def _parts(draft: ItemDraft) -> list[tuple[UUID, Part]]:
    parts = [(unit, Part.RESPONSIBLE) for unit in draft.responsible]
    parts += [(draft.lead, Part.LEAD)] if draft.lead else []
    return list(dict.fromkeys([*parts, *((unit, Part.JOINT) for unit in draft.joint)]))


def insert_item(
    act: Act, case_id: UUID, values: dict[str, Any], parts: Sequence[tuple[UUID, Part]], *, round_: int
) -> None:
    """The row of an item, and the units that have a part in it."""
    act.db.execute(
        insert(T).values(case_id=case_id, round=round_, progress=Progress.NOT_STARTED, percent=0, **values)
    )
    rows = [
        {"case_id": case_id, "unit_id": unit, "part": part.value, "since": act.now} for unit, part in parts
    ]
    if rows:
        act.db.execute(insert(case_units), rows)
