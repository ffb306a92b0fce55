"""What a city or province decides is recorded with its paper, and that paper is really there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import Invalid
from models.domain.ids import uuid7
from models.domain.rectification.words import Level
from models.domain.states import Action, State
from models.tables.materials import materials
from tests.factories import NOW, World
from tests.operations.ledgers import stories
from tests.operations.ledgers.stories import case_of, step

LATER = NOW + timedelta(days=30)


def scan(world: World, case_id: UUID, **changed: Any) -> str:
    """A scan in the file of the item, its bytes arrived unless said otherwise."""
    material_id = uuid7(NOW)
    values: dict[str, Any] = {
        "id": material_id,
        "case_id": case_id,
        "round": 1,
        "kind": MaterialKind.APPROVAL,
        "title": "批复",
        "file_name": "批复.pdf",
        "sha256": uuid4().bytes * 2,
        "size": 10,
        "facts": {},
        "uploaded_by": world.account("office"),
        "received_at": NOW,
        "arrived_at": NOW,
    }
    with world.engine.begin() as db:
        db.execute(insert(materials).values(values | changed))
    return str(material_id)


def asked(world: World, **changed: Any) -> UUID:
    """An item of the city whose extension is asked for."""
    case_id = stories.rectifying(world, level=Level.CITY, **changed)
    until = {"until": "2027-06-30", "reason": "管线迁改未完成"}
    step(world, case_id, "liaison", Action.REQUEST_EXTENSION, now=LATER, **until)
    return case_id


def grant(world: World, case_id: UUID, scan_id: str, **changed: Any) -> None:
    outside = {"agency": "样例市整改办", "number": "样例1号", "dated_on": "2026-12-01", "scan": scan_id}
    step(world, case_id, "office", Action.GRANT_EXTENSION, now=LATER, outside=outside | changed)


@pytest.mark.parametrize(
    "changed",
    [{"arrived_at": None}, {"voided_at": NOW}, {"kind": MaterialKind.PROCESS}],
    ids=["promised only", "voided", "another paper"],
)
def test_a_scan_that_is_none_is_refused(world: World, changed: dict[str, Any]) -> None:
    """A scan that has not arrived, is void, or is another paper proves no decision."""
    case_id = asked(world)
    with pytest.raises(Invalid) as refused:
        grant(world, case_id, scan(world, case_id, **changed))
    assert [one.code for one in refused.value.flaws] == ["unknown_material"]
    assert case_of(world, case_id).state is State.EXTENSION_REVIEW


def test_a_scan_of_another_item_is_refused(world: World) -> None:
    """The paper of one item decides nothing about another."""
    case_id = asked(world)
    other = stories.listed(world, ledger_id=stories.item_of(world, case_id).ledger_id, problem_no="样例-02")
    with pytest.raises(Invalid) as refused:
        grant(world, case_id, scan(world, other))
    assert [one.pointer for one in refused.value.flaws] == ["/outside/scan"]


def test_a_decision_of_tomorrow_is_refused(world: World) -> None:
    """Nobody records what has not been decided yet."""
    case_id = asked(world)
    with pytest.raises(Invalid) as refused:
        grant(world, case_id, scan(world, case_id), dated_on="2027-01-31")
    assert [one.pointer for one in refused.value.flaws] == ["/outside/dated_on"]


def test_one_paper_decides_once(world: World) -> None:
    """The scan of the first extension does not serve for the second."""
    case_id = asked(world)
    first = scan(world, case_id)
    grant(world, case_id, first)
    again = {"until": "2027-09-30", "reason": "汛期停工"}
    step(world, case_id, "liaison", Action.REQUEST_EXTENSION, now=LATER + timedelta(days=1), **again)
    with pytest.raises(Invalid) as refused:
        grant(world, case_id, first)
    assert [one.code for one in refused.value.flaws] == ["used_before"]
