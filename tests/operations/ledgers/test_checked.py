"""What the inputs of a step must fit: days that lie after each other, a scan that is there and is one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import GuardsUnmet, Invalid
from models.domain.rectification.words import Level
from models.domain.states import Action, State
from models.tables.cases import cases
from models.tables.ledgers import items
from models.tables.materials import materials
from tests.factories import NOW, World
from tests.operations.ledgers import stories
from tests.operations.ledgers.stories import item_of, step

LATER = NOW + timedelta(days=31)


def pointers(world: World, case_id: UUID, who: str, action: Action, **inputs: object) -> list[str]:
    """Which fields are refused; none where the step gets as far as its conditions."""
    with pytest.raises((Invalid, GuardsUnmet)) as refused:
        step(world, case_id, who, action, now=LATER, **inputs)
    return [one.pointer for one in refused.value.flaws] if isinstance(refused.value, Invalid) else []


def put(world: World, case_id: UUID, state: State, **values: object) -> None:
    """The item as it would stand later on."""
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(state=state))
        if values:
            db.execute(update(items).where(items.c.case_id == case_id).values(**values))


def test_a_site_is_visited_after_the_work(world: World) -> None:
    """Who accepts was there after the work was finished, and who looks back after the item was written off."""
    case_id = stories.self_checked(world)
    done = item_of(world, case_id).finished_on
    members = [str(world.account("verifier"))]
    put(world, case_id, State.SITE_CHECK)
    for visited, refused in ((done - timedelta(days=1), ["/visited_on"]), (done, [])):
        told = {"visited_on": visited.isoformat(), "opinion": "符合", "members": members}
        assert pointers(world, case_id, "verifier", Action.VERIFY, **told) == refused
    put(world, case_id, State.LOOK_BACK, written_off_on=LATER.date())
    told = {"visited_on": NOW.date().isoformat(), "finding": "没有反弹"}
    assert pointers(world, case_id, "inspector", Action.LOOK_BACK, **told) == ["/visited_on"]


def test_the_scan_of_an_outside_act_is_one_and_has_arrived(world: World) -> None:
    """A promise without its file, another kind of paper and a voided scan prove no approval from above."""
    case_id = stories.rectifying(world, level=Level.CITY)
    put(world, case_id, State.IN_PUBLICITY)
    there = {"arrived_at": NOW, "media_type": "application/pdf", "sm3": b"m" * 32}
    voided = {"voided_at": NOW, "voided_by": world.account("office"), "void_reason": "传错"}
    for kind, values, refused in (
        (MaterialKind.APPROVAL, {}, ["/outside/scan"]),
        (MaterialKind.PLAN, there, ["/outside/scan"]),
        (MaterialKind.APPROVAL, there | voided, ["/outside/scan"]),
        (MaterialKind.APPROVAL, there, []),
    ):
        scan = uuid4()
        fixed = {"id": scan, "case_id": case_id, "round": 1, "kind": kind, "title": "批复", "facts": {}}
        fixed |= {"file_name": "批复.pdf", "sha256": scan.bytes * 2, "size": 1, "unit_id": None}
        fixed |= {"uploaded_by": world.account("office"), "received_at": NOW}
        with world.engine.begin() as db:
            db.execute(insert(materials).values(**fixed, **values))
        act = {"agency": "市整改办", "number": "市整〔2026〕1号", "dated_on": date(2026, 11, 23).isoformat()}
        told = {"note": "同意", "outside": act | {"scan": str(scan)}}
        assert pointers(world, case_id, "office", Action.APPROVE_WRITE_OFF, **told) == refused
