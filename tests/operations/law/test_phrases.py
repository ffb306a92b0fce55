"""Phrase texts: seen in the subtree, changed by who answers for the division."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models.domain.complaints import PhraseUse
from models.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    OtherContent,
    StaleVersion,
    VersionMissing,
)
from models.operations.law import phrases
from models.operations.law.phrases import Draft
from models.operations.once import Key
from tests.factories import COUNTY, NOW, OTHER_COUNTY, TOWN, World

LATER = NOW + timedelta(minutes=1)


def add(
    world: World,
    who: str = "clerk",
    division: str = COUNTY,
    use: PhraseUse = PhraseUse.TELL,
    now: datetime = NOW,
) -> UUID:
    with world.act(who, now=now) as act:
        return UUID(
            str(phrases.add(act, Draft(use, "受理告知", "您反映的问题已受理。", division), {}, None).id)
        )


def seen(world: World, who: str, use: PhraseUse | None = None) -> list[UUID]:
    with world.act(who) as act:
        return [row.id for row in phrases.page(act, use, after=None, limit=20)]


def test_a_phrase_is_seen_in_its_county(world: World) -> None:
    """A county's phrase is seen by its county and its towns, a town's by the county, neither by a neighbour."""
    county, town = add(world), add(world, division=TOWN, use=PhraseUse.REPLY, now=LATER)
    add(world, "stranger_clerk", OTHER_COUNTY)
    assert seen(world, "supervisor") == [county, town]
    assert seen(world, "supervisor", PhraseUse.REPLY) == [town]
    assert seen(world, "warden") == [county, town]
    assert seen(world, "town_inspector") == [county]
    assert seen(world, "enterprise") == []
    with world.act("clerk") as act:
        assert [row.id for row in phrases.page(act, None, after=county, limit=20)] == [town]


def test_a_phrase_is_changed_and_ended(world: World) -> None:
    """A change and an end each take the version that was read; an ended phrase is kept, but not listed."""
    phrase = add(world)
    with world.act("supervisor") as act:
        changed = phrases.change(act, phrase, {"title": "已受理", "text": None}, version=1)
        assert (changed.title, changed.text, changed.version) == ("已受理", "您反映的问题已受理。", 2)
        with pytest.raises(StaleVersion):
            phrases.change(act, phrase, {"title": "迟到"}, version=1)
        with pytest.raises(VersionMissing):
            phrases.end(act, phrase, version=None)
        assert phrases.end(act, phrase, version=2).ended_at is not None
        with pytest.raises(Conflict):
            phrases.change(act, phrase, {"title": "再改"}, version=3)
    assert seen(world, "clerk") == []
    with world.act("clerk") as act:
        assert phrases.find(act, phrase).title == "已受理"


def test_a_phrase_belongs_to_its_division(world: World) -> None:
    """Nobody writes into a division that is not his, or none; what he cannot see is not there."""
    with pytest.raises(Forbidden):
        add(world, "stranger_clerk")
    with pytest.raises(Invalid):
        add(world, division="999999")
    phrase = add(world)
    with world.act("stranger_clerk") as act, pytest.raises(NotFound):
        phrases.change(act, phrase, {"title": "外人"}, version=1)
    with world.act("town_inspector") as act, pytest.raises(Forbidden):
        phrases.end(act, phrase, version=1)


def test_adding_under_one_key_is_free(world: World) -> None:
    """The same key gives the same phrase; with another text it is refused."""
    draft = Draft(PhraseUse.RETURN, "退回", "请逐项答复。", COUNTY)
    with world.act("clerk") as act:
        first = phrases.add(act, draft, {"text": 1}, Key("phrase-0001"))
        assert phrases.add(act, draft, {"text": 1}, Key("phrase-0001")).id == first.id
        with pytest.raises(OtherContent):
            phrases.add(act, draft, {"text": 2}, Key("phrase-0001"))
