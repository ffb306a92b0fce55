"""Suspected relapses and similar problems: who is told of what, and why; nothing happens by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.drafts import Place
from models.domain.errors import NotFound
from models.domain.geo import Datum
from models.domain.sites import SiteDraft
from models.domain.states import Action, State
from models.operations.ledgers import similar, suggesting
from models.operations.registry import enterprises, sites
from models.tables.cases import cases
from models.tables.ledgers import items
from tests.factories import NOW, TOWN, World
from tests.operations.law.story import Story
from tests.operations.ledgers.stories import item_of, ledger, listed

DITCH = "水/黑臭水体"
OFF = date(2026, 9, 1)


def owner(world: World, name: str = "样例造纸厂") -> UUID:
    with world.act("inspector") as act:
        return enterprises.add(act, name=name, typed_code=None, content={})


def site(world: World, enterprise: UUID, name: str = "一号厂区") -> UUID:
    place = Place(TOWN, "样例村", 111.41, 27.31, Datum.WGS84)
    with world.act("inspector") as act:
        return sites.add(act, SiteDraft(enterprise, name, place), content={})


def written_off(world: World, where: UUID | None, *, on: date = OFF, **changed: Any) -> UUID:
    """An item that passed everything; how is tested elsewhere."""
    case_id = listed(world, site_id=where, **changed)
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(state=State.LOOK_BACK))
        db.execute(update(items).where(items.c.case_id == case_id).values(written_off_on=on))
    return case_id


def complained(world: World, where: UUID | None, *, now: Any = NOW, **case: Any) -> Story:
    return Story(world).register(now=now, case={"site_id": where, "categories": (DITCH,)} | case)


def suggested(world: World, who: str = "office", *, limit: int = 9, now: Any = NOW) -> list[Any]:
    with world.act(who, now=now) as act:
        return suggesting.page(act, after=None, limit=limit)


def test_a_complaint_where_something_was_written_off(world: World) -> None:
    """Same site, common category, within 24 months: both cases are named with the reason, and nothing is changed."""
    where = site(world, owner(world))
    item = written_off(world, where)
    story = complained(world, where, categories=("大气/烟粉尘", DITCH))
    (found,) = suggested(world)
    assert found.case.id == story.case_id
    (former,) = found.items
    assert (former.case.id, former.problem_no, former.round) == (item, "样例-01", 1)
    assert (former.written_off_on, former.watched_until) == (OFF, date(2028, 9, 1))
    assert former.why == "同一场所，同类问题（水/黑臭水体），2026-09-01销号，2028-09-01前再次举报"
    with world.engine.connect() as db:
        assert db.execute(select(cases.c.state).where(cases.c.id == item)).scalar_one() is State.LOOK_BACK
    assert not item_of(world, item).accountability


@pytest.mark.parametrize(
    ("on", "case"),
    [
        (OFF, {"categories": ("大气/烟粉尘",)}),  # another kind
        (OFF, {"site_id": None}),
        (date(2024, 11, 22), {}),  # 24 months and a day ago
        (date(2026, 11, 24), {}),  # written off only after it was received
    ],
)
def test_what_suggests_nothing(world: World, on: date, case: dict[str, Any]) -> None:
    """Another category, no site, too long ago, or before the end: no suggestion."""
    where = site(world, owner(world))
    written_off(world, where, on=on)
    complained(world, where, **case)
    assert suggested(world) == []


def test_the_last_day_still_counts(world: World) -> None:
    """Received on the day on which 24 months end it is suggested."""
    where = site(world, owner(world))
    written_off(world, where, on=date(2024, 11, 23))
    complained(world, where)
    assert len(suggested(world)) == 1


def test_what_is_over_suggests_nothing(world: World) -> None:
    """A complaint that is filed, an item still being rectified, and another site are left out."""
    enterprise = owner(world)
    where, other = site(world, enterprise), site(world, enterprise, "二号厂区")
    listed(world, site_id=where)
    written_off(world, other, problem_no="样例-02")
    complained(world, where)
    assert suggested(world) == []
    story = complained(world, other)
    assert len(suggested(world)) == 1
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == story.case_id).values(state=State.ARCHIVED))
    assert suggested(world) == []


def test_suggestions_keep_to_the_scope(world: World) -> None:
    """Another county is told nothing; a responsible unit sees its item but not the complaint."""
    where = site(world, owner(world))
    written_off(world, where)
    complained(world, where)
    assert suggested(world, "stranger_supervisor") == []
    assert suggested(world, "liaison") == []
    assert len(suggested(world, "supervisor")) == 1


def test_suggestions_come_in_pages(world: World) -> None:
    """Newest complaint first, without gap or repetition, also where some of a batch are left out."""
    where = site(world, owner(world))
    written_off(world, where)
    made = []
    for minute in range(5):
        kind = DITCH if minute % 2 == 0 else "大气/烟粉尘"
        made.append(complained(world, where, now=NOW + timedelta(minutes=minute), categories=(kind,)).case_id)
    seen: list[UUID] = []
    after = None
    while len(seen) < 3:
        with world.act("office", now=NOW + timedelta(hours=1)) as act:
            found = suggesting.page(act, after=after, limit=1)
        seen.append(found[0].case.id)
        after = (found[0].case.received_at, found[0].case.id)
    assert seen == [made[4], made[2], made[0]]
    with world.act("office", now=NOW + timedelta(hours=1)) as act:
        assert suggesting.page(act, after=after, limit=1) == []


def kin(world: World, case_id: UUID, who: str = "office") -> list[tuple[UUID, str, str]]:
    with world.act(who) as act:
        return [(one.case.id, one.code, one.why) for one in similar.similar(act, case_id)]


def test_similar_problems_are_named_with_their_reason(world: World) -> None:
    """Same site before same enterprise before nearby before same type; each once; what is over is left out."""
    enterprise = owner(world)
    where, other = site(world, enterprise), site(world, enterprise, "二号厂区")
    book = ledger(world)
    spot = {"place": Place(TOWN, "样例村", 111.4100, 27.3100, Datum.WGS84)}
    near = {"place": Place(TOWN, "样例村", 111.4130, 27.3100, Datum.WGS84)}
    far = {"place": Place(TOWN, "样例村", 111.4160, 27.3100, Datum.WGS84)}
    kind = {"ledger_id": book, "problem_type": "农村黑臭水体"}
    mine = listed(world, site_id=where, problem_no="1", **spot, **kind)
    at_site = complained(world, where, categories=("大气/烟粉尘",)).case_id
    of_owner = complained(world, other, categories=("大气/烟粉尘",)).case_id
    close = complained(world, None, **near).case_id
    complained(world, None, categories=("大气/烟粉尘",), **near)
    complained(world, None, **far)
    same_type = listed(world, problem_no="2", **kind)
    over = listed(world, problem_no="3", **kind)
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == over).values(state=State.ARCHIVED))
    assert kin(world, mine) == [
        (at_site, "same_site", "同一场所"),
        (of_owner, "same_enterprise", "同一企业的其他场所"),
        (close, "near", "同类问题，相距296米"),
        (same_type, "same_type", "本区域同类型问题（农村黑臭水体）"),
    ]


def test_similar_problems_are_capped_and_in_scope(world: World) -> None:
    """At most twenty; a unit is shown only what is its own to see; outside the item is not there."""
    book = ledger(world)
    kind = {"ledger_id": book, "problem_type": "农村黑臭水体"}
    mine, *_ = (listed(world, problem_no=f"样例-{n}", **kind) for n in range(22))
    assert len(kin(world, mine)) == 20
    where = site(world, owner(world))
    complained(world, where)
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == mine).values(site_id=where))
    assert "same_site" in {code for _, code, _ in kin(world, mine)}
    assert {code for _, code, _ in kin(world, mine, "liaison")} == {"same_type"}
    with world.act("stranger_supervisor") as act, pytest.raises(NotFound):
        similar.similar(act, mine)


def test_a_verified_complaint_can_still_be_found(world: World) -> None:
    """A complaint under way stays suggested while it is handled."""
    where = site(world, owner(world))
    written_off(world, where)
    complained(world, where).step("clerk", Action.ACCEPT)
    assert len(suggested(world)) == 1
