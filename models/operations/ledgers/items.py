"""Items 整改问题 of a ledger: entering one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from models.domain.errors import Conflict
from models.domain.rectification import places
from models.domain.rectification.drafts import ItemDraft
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import Part, Progress
from models.domain.states import Action, Kind, State
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
    facts = ItemFacts(state=State.NEW, division=draft.place.division, actor=act.actor)
    create(act, draft.case(ledger.origin), facts, opening=Opening(Kind.RECTIFICATION, Action.LIST))
    values = draft.columns() | settled.columns() | {"level": draft.level or ledger.level}
    insert_item(act, draft.id, values, draft.parts(), round_=1)
    return draft.id


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
