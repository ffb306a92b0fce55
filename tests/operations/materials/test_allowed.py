"""Who writes which paper when: parts of units, states, and what a return opens again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import Conflict, Forbidden, NotFound
from models.domain.states import Action, State
from models.operations.materials import adding, arriving
from models.tables.cases import cases, steps
from models.tables.materials import materials
from tests.factories import NOW, World
from tests.operations.ledgers import stories as ledgers
from tests.operations.ledgers.stories import case_of, step
from tests.operations.materials import stories

LATER = NOW + timedelta(days=31)
K = MaterialKind


def at(world: World, state: State) -> UUID:
    """An item with a designated verifier, put into a state."""
    case_id = ledgers.rectifying(world)
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(state=state))
    return case_id


@pytest.mark.parametrize(
    ("who", "kind", "opened", "closed"),
    [
        ("liaison", K.PROCESS, State.RECTIFYING, State.SITE_CHECK),
        ("liaison", K.APPLICATION, State.SELF_CHECKED, State.MATERIAL_REVIEW),
        ("verifier", K.ACCEPTANCE, State.COUNTERSIGNING, State.MATERIAL_REVIEW),
        ("office", K.PUBLICITY, State.IN_PUBLICITY, State.ARCHIVED),
        ("office", K.APPROVAL, State.WRITE_OFF_APPROVED, State.VOID),
        ("inspector", K.LOOK_BACK, State.LOOK_BACK, State.WRITE_OFF_APPROVED),
    ],
)
def test_each_party_writes_in_its_time(
    world: World, who: str, kind: MaterialKind, opened: State, closed: State
) -> None:
    """A party's paper goes in while it is its turn, and is refused with the way out when it is not."""
    stories.put(world, at(world, opened), who, kind)
    other = ledgers.listed(world, ledger_id=ledgers.ledger(world, title="另一份清单"))
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == other).values(state=closed))
    if who == "verifier":
        with pytest.raises(Forbidden):  # leads, but is not designated for this one
            stories.put(world, other, who, kind)
        return
    with pytest.raises(Conflict) as refused:
        stories.put(world, other, who, kind)
    assert refused.value.message


def test_a_designated_verifier_waits_for_his_turn(world: World) -> None:
    """Who will verify cannot put his opinion in while the materials are still reviewed."""
    with pytest.raises(Conflict, match="材料审核通过后"):
        stories.put(world, at(world, State.MATERIAL_REVIEW), "verifier", K.ACCEPTANCE)


def test_a_return_opens_what_it_names(world: World) -> None:
    """Returned with named kinds, only those change; a return that names none opens all."""
    case_id = ledgers.self_checked(world)
    stories.complete(world, case_id)
    step(world, case_id, "liaison", Action.APPLY, now=LATER)
    step(
        world,
        case_id,
        "verifier",
        Action.RETURN_MATERIALS,
        now=LATER,
        reasons=["照片不能证明/非同一点位"],
        note="1号机位不是同一地点",
    )
    stories.put(world, case_id, "liaison", K.PROCESS)
    with world.engine.begin() as db:
        returned = steps.c.case_id == case_id, steps.c.action == Action.RETURN_MATERIALS
        db.execute(update(steps).where(*returned).values(inputs={"kinds": ["photo"]}))
    stories.photo(world, case_id, None, "after")
    with pytest.raises(Conflict, match="只退回了：整改前中后对比照片"):
        stories.put(world, case_id, "liaison", K.PLAN)


def test_twenty_at_once_are_one_paper(world: World) -> None:
    """Twenty identical requests in parallel give one row; so do twenty arrivals of its file."""
    case_id = ledgers.listed(world)
    one = stories.draft(K.PLAN)
    version = case_of(world, case_id).version

    def add(_: int) -> UUID:
        with world.act("liaison") as act:
            return adding.add(act, case_id, one, {"same": True}, version)

    def arrive(_: int) -> None:
        stories.arrive(world, case_id, "liaison", one.id)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(add, range(20))) == {one.id}
        list(pool.map(arrive, range(20)))
    with world.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(materials)).scalar_one() == 1
    assert case_of(world, case_id).version == version + 2


def test_an_arrival_needs_the_promise(world: World) -> None:
    """A file can only arrive for a paper of the same item."""
    case_id = ledgers.listed(world)
    other = ledgers.listed(world, ledger_id=ledgers.ledger(world, title="另一份清单"))
    made = stories.promise(world, case_id, "liaison", stories.draft(K.PLAN))
    with pytest.raises(NotFound), world.act("liaison") as act:
        arriving.promised(act, other, made)
