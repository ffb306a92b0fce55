"""The next round of an item that relapsed 反弹."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from models.domain.drafts import CaseDraft, Place
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import Part
from models.domain.states import Action, Kind, State
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.casework.cases import Opening, create
from models.operations.ledgers.items import insert_item
from models.tables.base import AnyRow
from models.tables.cases import case_units


def follow(act: Act, case: AnyRow, item: AnyRow) -> UUID:
    """
    Open the next round of an item that relapsed: same problem number and place, no plan yet, 责任追究 marked.

    The round before keeps everything; the new case number names the round.
    """
    round_, fresh = case.round + 1, act.new_id()
    first = case.number.split("（", 1)[0]
    draft = CaseDraft(
        id=fresh,
        channel=case.channel,
        track=case.track,
        title=case.title,
        working_text=case.working_text,
        categories=tuple(case.categories),
        place=Place(case.division_code, case.place_text, case.given_lon, case.given_lat, case.datum),
        received_at=act.now,
        site_id=case.site_id,
    )
    facts = ItemFacts(state=State.NEW, division=case.division_code, actor=act.actor)
    opening = Opening(Kind.RECTIFICATION, Action.LIST, f"{first}（第{round_}轮）", round_)
    create(act, draft, facts, opening=opening)
    kept = ("ledger_id", "problem_no", "problem_type", "level", "place_kind", "line", "k_from_m", "k_to_m")
    values = {name: getattr(item, name) for name in (*kept, "size", "contact_leader", "responsible_person")}
    values |= {
        "follows_id": case.id,
        "accountability": True,
        "listed_on": legal_day(act.now),
        "checklist": [],
    }
    insert_item(act, fresh, values, _parts_of(act, case.id), round_=round_)
    return fresh


def _parts_of(act: Act, case_id: UUID) -> list[tuple[UUID, Part]]:
    """The units of the round before; who verifies is designated anew."""
    rows = act.db.execute(
        select(case_units.c.unit_id, case_units.c.part).where(case_units.c.case_id == case_id)
    )
    return [(row.unit_id, Part(row.part)) for row in rows if row.part != Part.VERIFIER]
