"""A calendar or a rule changes: what would move is listed, a person moves it, nothing moves by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, true

from models.domain.errors import Invalid
from models.domain.states import Action
from models.domain.timing.reminders import QuietHours, plan
from models.operations import deadlines
from models.operations.law import calendars, moves, rules
from models.tables.journal import journal
from tests.factories import NOW, World
from tests.operations.law.rule_cells import local_rule
from tests.operations.law.story import Story, at

YEAR_2027 = """# 关于2027年部分节假日安排的通知（虚构，仅供测试）
day,is_workday,name
2027-01-01,0,元旦
2027-01-02,0,元旦
2027-01-03,0,元旦
2027-01-21,0,样例节
2027-01-22,0,样例节
2027-01-23,0,样例节
2027-01-24,0,样例节
"""
LATER = NOW + timedelta(days=10)


def load_year(world: World) -> dict[str, Any]:
    with world.act("admin", now=LATER) as act:
        return calendars.load(act, YEAR_2027)


def pending(world: World, who: str = "supervisor", limit: int = 20) -> list[moves.Move]:
    with world.act(who, now=LATER) as act:
        found, _ = moves.pending(act, limit=limit, after=None)
        return found


def apply(world: World, *stories: Story, who: str = "supervisor", rule_id: str = "RPT_CLOSE") -> list[str]:
    ids = [story.clock(rule_id).id for story in stories]
    with world.act(who, now=LATER) as act:
        return [one["result"] for one in moves.apply(act, ids)]


def test_a_term_across_an_unpublished_year(world: World) -> None:
    """Across New Year 2027 a term is unconfirmed, says so, and reminds by the earlier reading."""
    story = Story(world).register(now=at("2026-12-07 09:00")).accept(now=at("2026-12-09 09:00"))
    clock = story.clock("RPT_CLOSE")
    assert (clock.legal_due_on, clock.due_on) == (date(2027, 2, 7), date(2027, 2, 8))  # Sunday, Monday
    assert clock.calendar_unconfirmed
    assert clock.earlier_due_on == date(2027, 2, 7)
    assert "2027年放假安排尚未公布" in clock.explanation["sentence"]
    assert "请按较早的2027-02-07安排工作" in clock.explanation["sentence"]
    with world.act() as act:
        law, reckoning = act.law, deadlines.resettle(act, clock).reckoning
    planned = plan(law.stages, reckoning, law.calendar, quiet=QuietHours(), hourly=False, until=LATER)
    assert {one.stage.code: one.at for one in planned}["due"] == at("2027-02-07 09:00")


def test_loading_a_year_lists_and_moves_nothing(world: World) -> None:
    """Loading the year tells what would move, by number to the administrator and by case to who sees it."""
    story = Story(world).register().accept().assign()
    before = story.clock("RPT_CLOSE")
    told = load_year(world)
    assert told["calendar"]["confirmed"]
    assert told["moves"] == []
    assert told["impact"] == {
        "count": 1,
        "capped": False,
        "by_rule": [{"rule_id": "RPT_CLOSE", "title": "办结期限", "count": 1}],
    }
    assert story.clock("RPT_CLOSE") == before
    (move,) = pending(world)
    assert (move.clock.id, move.clock.number, move.why) == (before.id, story.case().number, "calendar")
    assert (move.clock.due_on, move.settled.reckoning.due_on) == (date(2027, 1, 22), date(2027, 1, 25))
    assert "顺延至2027-01-25" in move.settled.sentence
    assert pending(world, "stranger_supervisor") == []
    assert pending(world, "admin") == []


def test_a_person_moves_it(world: World) -> None:
    """Applied, the clock, its explanation, its reminder and the case's nearest end follow; again it stays."""
    story = Story(world).register().accept().assign().step("clerk", Action.TELL, way="电话", reached=True)
    load_year(world)
    version = story.case().version
    assert apply(world, story) == ["moved"]
    clock = story.clock("RPT_CLOSE")
    assert (clock.due_on, clock.calendar_unconfirmed) == (date(2027, 1, 25), False)
    assert "样例节" in str(clock.explanation["steps"])
    assert clock.remind_at > LATER
    assert (story.case().due_at, story.case().version) == (clock.due_at, version + 1)
    with world.engine.connect() as db:
        payloads = db.execute(select(journal.c.payload).where(journal.c.chain == "430511")).scalars().all()
    assert sum('"deadline.move"' in one and str(clock.id) in one for one in payloads) == 1
    assert pending(world) == []
    assert apply(world, story) == ["unchanged"]


def test_moves_are_named_one_by_one(world: World) -> None:
    """Only named clocks move; an id outside the scope is as absent as one that does not exist."""
    first, second = (Story(world).register().accept() for _ in range(2))
    load_year(world)
    assert apply(world, first, who="stranger_supervisor") == ["not_found"]
    assert apply(world, first) == ["moved"]
    assert [move.clock.case_id for move in pending(world)] == [second.case_id]
    with world.act("supervisor") as act:
        (told,) = moves.apply(act, [uuid4()])
    assert (told["result"], told["before"], told["after"]) == ("not_found", None, None)


def test_two_people_move_it_once(world: World) -> None:
    """Of two people who move one clock at the same time one moves it, the other is told that it stays."""
    story = Story(world).register().accept()
    load_year(world)
    clock_id = story.clock("RPT_CLOSE").id
    together = Barrier(2)

    def move(who: str) -> str:
        together.wait()
        with world.act(who, now=LATER) as act:
            return str(moves.apply(act, [clock_id])[0]["result"])

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(move, ("supervisor", "deputy_head"))) == ["moved", "unchanged"]
    assert story.clock("RPT_CLOSE").version == 2


def test_only_running_clocks_move(world: World) -> None:
    """A suspended clock is reckoned with the new calendar when it runs on; a stopped one never moves again."""
    held = Story(world).register().accept()
    held.step("supervisor", Action.SUSPEND, reason="testing", note="送检")
    done = Story(world).register().accept().assign().propose()
    done.step("supervisor", Action.APPROVE, note="同意")
    load_year(world)
    assert pending(world) == []
    assert apply(world, held, done) == ["unchanged", "unchanged"]
    held.step("supervisor", Action.RESUME, now=NOW + timedelta(hours=1))
    assert held.clock("RPT_CLOSE").due_on == date(2027, 1, 25)


def test_a_clock_begun_under_the_year_is_not_looked_at(world: World) -> None:
    """What started after the year was loaded was reckoned with it: it is no candidate."""
    load_year(world)
    story = Story(world).register(now=LATER).accept(now=LATER + timedelta(hours=1))
    assert not story.clock("RPT_CLOSE").calendar_unconfirmed
    with world.act("supervisor", now=LATER) as act:
        looked_at = list(moves._examined(act, true(), {}, None))
    assert looked_at == []


def test_pages_of_moves(world: World) -> None:
    """The list goes on where it ended, each clock once."""
    stories = [Story(world).register().accept(now=NOW + timedelta(minutes=n)) for n in range(3)]
    load_year(world)
    seen, after = [], None
    with world.act("supervisor", now=LATER) as act:
        while True:
            found, after = moves.pending(act, limit=2, after=after)
            seen += [move.clock.case_id for move in found]
            if after is None:
                break
    assert sorted(seen) == sorted(story.case_id for story in stories)


def test_a_rule_from_now_on_moves_no_running_clock(world: World) -> None:
    """A version valid from tomorrow binds neither today's clock nor the list of moves."""
    story = Story(world).register().accept()
    with world.act("admin") as act:
        made = rules.add_local(
            act, local_rule(valid_from="2026-11-24"), ends_previous=False, content={}, key=None
        )
    assert made["impact"]["count"] == 0
    assert pending(world) == []
    tomorrow = Story(world).register(now=at("2026-11-24 09:00")).accept(now=at("2026-11-24 09:30"))
    assert tomorrow.clock("RPT_CLOSE").source == "local"
    assert story.clock("RPT_CLOSE").source == "national"


def test_a_correction_after_the_fact_is_listed(world: World) -> None:
    """A version valid on the start day of a running clock lists it; applied, the clock keeps the new version."""
    story = Story(world).register().accept()
    with world.act("admin", now=LATER) as act:
        made = rules.add_local(
            act, local_rule(valid_from="2026-11-01"), ends_previous=False, content={}, key=None
        )
    assert made["impact"]["by_rule"] == [{"rule_id": "RPT_CLOSE", "title": "办结期限", "count": 1}]
    (move,) = pending(world)
    assert (move.why, move.settled.chosen.source.value) == ("rule", "local")
    assert apply(world, story) == ["moved"]
    clock = story.clock("RPT_CLOSE")
    assert (clock.source, clock.due_on) == ("local", date(2026, 12, 23))
    assert [one["version"] for one in clock.candidates] == [
        "RPT_CLOSE@national@2011-03-01",
        "RPT_CLOSE@beita@2026-11-01",
    ]
    assert "取最短的地方规定" in clock.explanation["sentence"]
    assert pending(world) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (YEAR_2027.replace("2027-01-22,0", "2027-01-22,2"), "第7行"),
        ("\n".join(YEAR_2027.splitlines()[1:]), "文号"),
        (YEAR_2027.replace("2027", "2035"), "2027年"),
        ("day,is_workday,name\n", "没有任何日期"),
    ],
)
def test_a_bad_year_is_refused(world: World, text: str, said: str) -> None:
    """A flawed file, one without its notice, or a year nobody can know is refused, naming the line or the way."""
    with world.act("admin") as act, pytest.raises(Invalid) as refused:
        calendars.load(act, text)
    assert {flaw.pointer for flaw in refused.value.flaws} == {"/csv"}
    assert said in "".join(flaw.message for flaw in refused.value.flaws)
