"""Figures of a year from the cases themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from models.domain.drafts import Place
from models.domain.figures.counting import Figures, Line
from models.domain.states import Action, State
from models.operations.publishing import figures
from models.tables.cases import cases, steps
from tests.factories import COUNTY, NOW, World
from tests.operations.law.story import Story, at


def told(world: World, year: int = 2026) -> Figures:
    with world.act(now=NOW + timedelta(days=60)) as act:
        return figures.of_year(act, year).figures


def filed(world: World, received: str, **case: Any) -> Story:
    """A complaint received then and registered now."""
    return Story(world).register(case={"received_at": at(received), **case})


def state_of(world: World, case_id: UUID, state: State) -> None:
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(state=state))


def test_a_month_is_told_whole(world: World) -> None:
    """Three received, accepted and concluded in November by category and town; averages count calendar days."""
    for _ in range(3):
        story = filed(world, "2026-11-20 23:30").accept().assign().propose()
        story.step("supervisor", Action.APPROVE, note="同意", now=NOW + timedelta(days=7))
    line = Line(11, "大气", 3, 3, 3, 10.0)
    found = told(world)
    assert found.by_category == (
        Line(None, None, 3, 3, 3, 10.0),
        Line(None, "大气", 3, 3, 3, 10.0),
        Line(11, None, 3, 3, 3, 10.0),
        line,
    )
    assert [one.part for one in found.by_street] == [None, "陈家桥镇", None, "陈家桥镇"]
    assert told(world, 2025) == Figures((), ())


def test_the_year_is_that_of_the_place(world: World) -> None:
    """An hour before midnight in Shanghai on New Year's Eve belongs to the old year, an hour after to the new."""
    for moment in ("2025-12-31 23:30", "2026-01-01 00:30"):
        for _ in range(3):
            filed(world, moment)
    assert [(one.month, one.received) for one in told(world).by_category if one.part is None] == [
        (None, 3),
        (1, 3),
    ]
    assert [one.month for one in told(world, 2025).by_category if one.part is None] == [None, 12]


def test_what_is_void_or_open_again_is_not_counted(world: World) -> None:
    """A void case is not counted at all; one that was sent back is accepted and not concluded."""
    made = []
    for _ in range(4):
        story = filed(world, "2026-11-20 09:00").accept().assign().propose()
        made.append(story.step("supervisor", Action.APPROVE, note="同意").case_id)
    state_of(world, made[0], State.VOID)
    for one in made[1:]:
        state_of(world, one, State.RETURNED)
    assert told(world).by_category[0] == Line(None, None, 3, 3, 0, None)


def test_a_case_without_street_or_category_is_counted(world: World) -> None:
    """What lies in the county as a whole stands under its name, what has no category under 未分类."""
    for _ in range(3):
        filed(world, "2026-11-20 09:00", place=Place(COUNTY, "全区"), categories=())
    found = told(world)
    assert {one.part for one in found.by_category} == {None, "未分类"}
    with world.act() as act:
        assert {one.part for one in found.by_street} == {None, act.law.divisions[COUNTY].name}


def test_one_case_is_not_told(world: World) -> None:
    """A year of one case says nothing but that there was something."""
    filed(world, "2026-11-20 09:00").accept()
    found = told(world)
    assert {(one.received, one.accepted) for one in (*found.by_category, *found.by_street)} == {(None, None)}
    with world.engine.connect() as db:
        assert len(db.execute(select(steps)).all()) == 2
