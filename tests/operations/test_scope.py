"""Nobody outside his scope sees a row: lists, counts, one case, its history, its lock (``product.md`` §4.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from models.domain.access import Verb
from models.domain.errors import NotFound
from models.domain.states import Action
from models.operations import queues
from models.operations.act import Act
from models.operations.casework import case_history, sight
from models.operations.handling import case_views
from models.operations.queues import Filters
from tests.factories import World
from tests.operations.law.story import Story

OUTSIDE = ("stranger_supervisor", "stranger_inspector", "stranger_clerk", "town_inspector")
"""Another county; another town of the same county."""

WAYS: dict[str, Callable[[Act, UUID], Any]] = {
    "whole": case_views.whole,
    "find": sight.find,
    "history": case_history.history,
    "deadlines": case_history.all_deadlines,
    "lock": sight.lock,
}


def page(world: World, who: str, filters: Filters) -> list[str]:
    with world.act(who) as act:
        return [str(UUID(str(row.id))) for row in queues.page(act, filters, after=None, limit=10)]


def counted(world: World, who: str) -> dict[str, int]:
    with world.act(who) as act:
        return {one["queue"]: one["count"]["count"] for one in queues.counts(act)}


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("way", WAYS)
def test_outside_is_not_there(world: World, who: str, way: str) -> None:
    """Every way to one case refuses a person of another county or town as if the case did not exist."""
    case_id = Story(world).register().case_id
    for wanted in (case_id, uuid4()):
        with world.act(who) as act, pytest.raises(NotFound) as refused:
            WAYS[way](act, wanted)
        assert refused.value.message == NotFound().message
        assert refused.value.aftermath is not None, "it leaves a row in the journal"
    with world.act("supervisor") as act:
        assert WAYS[way](act, case_id)


@pytest.mark.parametrize("who", OUTSIDE)
def test_lists_and_counts_hold_ones_own_alone(world: World, who: str) -> None:
    """A list, a filtered list and every count of a person outside are empty; inside they hold the case."""
    case_id = str(Story(world).register().case_id)
    for filters in (Filters(), Filters(division="430511101"), Filters(category="大气/烟粉尘")):
        assert page(world, who, filters) == []
        assert page(world, "supervisor", filters) == [case_id]
    assert set(counted(world, who).values()) == {0}
    assert counted(world, "clerk")["triage"] == 1


def test_a_warden_sees_what_is_his(world: World) -> None:
    """A warden sees the cases he made or was given, not the others of his own town."""
    case_id = Story(world).register().case_id
    with world.act("warden") as act, pytest.raises(NotFound):
        case_views.whole(act, case_id)
    assert page(world, "warden", Filters()) == []


def test_complaints_are_for_those_who_may_read_them(world: World) -> None:
    """Who works on a case without the right to its complaints gets it without them, their contacts and replies."""
    story = Story(world).register().accept()
    story.step("clerk", Action.TELL, way="电话", reached=True)
    for who, may in (("clerk", True), ("supervisor", True), ("inspector", False), ("office", False)):
        with world.act(who) as act:
            assert act.actor.may(Verb.COMPLAINT_READ) is may
            assert bool(case_views.whole(act, story.case_id).complaints) is may
