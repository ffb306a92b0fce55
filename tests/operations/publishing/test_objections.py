"""Objections: sealed, counted on a clock, opened for a reason, answered by who did not write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from models.domain.access import Role
from models.domain.errors import (
    Conflict,
    Forbidden,
    GuardsUnmet,
    NotFound,
    OtherContent,
    Unreadable,
)
from models.domain.publications import OBJECTION_REPLY, PUBLICATION_RETRACT, ObjectionState
from models.operations import deadlines as deadlines_of
from models.operations.once import Key
from models.operations.publishing import answering, deciding, objecting, objections, terms
from models.operations.publishing.objections import Filters
from models.operations.reminders import reminding
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.journal import journal
from models.tables.notices import notices
from models.tables.publications import objections as table
from tests.factories import NOW, OTHER_COUNTY, World
from tests.operations.publishing.stories import (
    CONTACT,
    NAME,
    SAID,
    SENT,
    grant,
    objected,
    objection_on,
    published,
    row_of,
)


def answered(world: World, who: str, objection: UUID, *, upheld: bool = False, days: int = 0) -> Any:
    with world.act(who, now=NOW + timedelta(days=days)) as act:
        return answering.answer(act, objection, upheld=upheld, words="经核查，维持原结论。")


def test_an_objection_is_sealed(world: World) -> None:
    """Neither text nor contact nor name is anywhere in clear; who may opens them, and the look is journalled."""
    made = published(world)
    received = objected(world, made)
    row = objection_on(world, made)
    assert received.number.replace("-", "") == row.number
    raw = b"".join([row.sealed_text, row.sealed_contact, row.sealed_key])
    assert not any(word.encode() in raw for word in (SAID, CONTACT, NAME))
    with world.act("clerk") as act:
        opened = answering.view(act, row.id, reason="核对样例联系方式")
    assert opened == {"id": row.id, "text": SAID, "contact": CONTACT, "name": NAME}
    with world.engine.connect() as db:
        payloads = [one for one in db.execute(select(journal.c.payload)).scalars() if str(row.id) in one]
    assert ['"verb":"objection.receive"' in payloads[0], '"verb":"objection.view"' in payloads[1]] == [
        True
    ] * 2
    assert not any(word in one for one in payloads for word in (SAID, CONTACT, NAME, "核对"))


def test_a_moved_seal_does_not_open(world: World) -> None:
    """A text put into another objection's row is found; so is a key that was destroyed."""
    made = published(world)
    objected(world, made)
    first = objection_on(world, made)
    other = published(world)
    objected(world, other)
    second = objection_on(world, other)
    with world.engine.begin() as db:
        db.execute(update(table).where(table.c.id == first.id).values(sealed_text=second.sealed_text))
        db.execute(update(table).where(table.c.id == second.id).values(sealed_key=None))
    for one in (first, second):
        with pytest.raises(Unreadable), world.act("clerk") as act:
            answering.view(act, one.id, reason="核对")


def test_it_is_due_in_ten_working_days(world: World) -> None:
    """Received on Monday 2026-11-23 it is due on 2026-12-07, and late from the day after until it is answered."""
    made = published(world)
    assert objected(world, made).due_on == date(2026, 12, 7)
    row = objection_on(world, made)
    assert [listed(world, late, days=14) for late in (True, False, None)] == [[], [row.id], [row.id]]
    assert [listed(world, late, days=15) for late in (True, False, None)] == [[row.id], [], [row.id]]
    answered(world, "supervisor", row.id, days=15)
    assert listed(world, True, days=16) == []


def listed(world: World, late: bool | None, *, days: int) -> list[UUID]:
    with world.act("office", now=NOW + timedelta(days=days)) as act:
        rows = objections.page(act, Filters(late=late), after=None, limit=9)
        assert not any(name.startswith("sealed") for row in rows for name in row._fields)
        return [row.id for row in rows]


def clocks_on(world: World, case_id: UUID, *subjects: UUID) -> list[Any]:
    """The clocks about an objection or a publication of a case, the oldest first."""
    wanted = select(deadlines).where(deadlines.c.case_id == case_id, deadlines.c.subject_id.in_(subjects))
    with world.engine.connect() as db:
        return list(db.execute(wanted.order_by(deadlines.c.started_at, deadlines.c.id)).all())


def test_where_no_rule_binds_there_is_still_an_end(world: World) -> None:
    """A county without a rule of its own answers within what is shipped, on a clock that says so and reminds."""
    made = published(world)
    row = row_of(world, made)
    subject = uuid4()
    with world.act() as act:
        case = terms.locked(act, row.case_id)
        strange: Any = SimpleNamespace(**{**case._mapping, "division_code": OTHER_COUNTY})
        assert terms.begin(act, strange, OBJECTION_REPLY, subject) == date(2026, 12, 7)
    (clock,) = clocks_on(world, row.case_id, subject)
    told = "公示异议答复期限由系统默认期限（本地还没有规则）确定为2026-12-07（星期一）。"
    assert clock.explanation["sentence"] == told
    assert (clock.state, clock.due_on, clock.remind_at is None) == ("running", date(2026, 12, 7), False)


def test_an_objection_runs_on_a_clock_of_its_own(world: World) -> None:
    """Two objections at one moment have two clocks; each stops with its own answer, and the case's end follows."""
    made = published(world)
    case_id = row_of(world, made).case_id
    before = due_of(world, case_id)
    for text in ("公开内容与现场不符。", "另外的理由和事实。"):
        objected(world, made, sent=replace(SENT, text=text))
    with world.engine.connect() as db:
        first, second = db.execute(select(table.c.id).order_by(table.c.id)).scalars()
    both = clocks_on(world, case_id, first, second)
    assert [(one.rule_id, one.state, one.due_on) for one in both] == [
        (OBJECTION_REPLY, "running", date(2026, 12, 7))
    ] * 2
    assert all(one.explanation["sentence"].endswith("2026-12-07（星期一）届满。") for one in both)
    assert due_of(world, case_id) == before
    answered(world, "supervisor", first, days=15)
    states = {one.subject_id: (one.state, one.met_late) for one in clocks_on(world, case_id, first, second)}
    assert states == {first: ("met", True), second: ("running", False)}


def test_the_end_of_an_objection_is_the_nearest_of_a_case_without_others(world: World) -> None:
    """A case that is filed has no clock of its own; an open objection gives it an end, its answer takes it away."""
    made = published(world)
    case_id = row_of(world, made).case_id
    with world.act() as act:
        deadlines_of.stop(act, deadlines_of.running(act, case_id), ("*",), cancelled=False)
        deadlines_of.refresh(act, case_id)
    assert due_of(world, case_id) == ("9999-12-31", None)
    objected(world, made)
    assert due_of(world, case_id) == ("2026-12-08", OBJECTION_REPLY)
    answered(world, "supervisor", objection_on(world, made).id)
    assert due_of(world, case_id) == ("9999-12-31", None)


def test_who_must_answer_is_reminded(world: World) -> None:
    """Half-way and on the last day whoever may answer is told, in words that say what is due."""
    made = published(world)
    case_id = row_of(world, made).case_id
    with world.act() as act:
        deadlines_of.stop(act, deadlines_of.running(act, case_id), ("*",), cancelled=False)
    objected(world, made)
    with world.act(now=NOW.replace(hour=12) + timedelta(days=14)) as act:
        reminding.plan_due(act)
    with world.engine.connect() as db:
        told = db.execute(select(notices).where(notices.c.case_id == case_id)).all()
    supervisors = {world.account(who) for who in ("supervisor", "supervisor2")}
    assert supervisors <= {row.account_id for row in told}
    assert {row.stage for row in told} == {"due"}
    assert any("公示异议" in row.content["headline"] for row in told)


def test_a_void_case_owes_no_answer(world: World) -> None:
    """What is owed on an objection outlives the closing of a case, but not its being void."""
    made = published(world)
    case_id = row_of(world, made).case_id
    objected(world, made)
    subject = objection_on(world, made).id
    with world.act() as act:
        deadlines_of.stop(act, deadlines_of.running(act, case_id), ("*",), cancelled=False)
    assert [one.state for one in clocks_on(world, case_id, subject)] == ["running"]
    with world.act() as act:
        deadlines_of.stop(act, deadlines_of.running(act, case_id), ("*",), cancelled=True)
    assert [one.state for one in clocks_on(world, case_id, subject)] == ["cancelled"]


def due_of(world: World, case_id: UUID) -> tuple[str, str | None]:
    with world.engine.connect() as db:
        row = db.execute(select(cases.c.due_at, cases.c.due_rule).where(cases.c.id == case_id)).one()
    return row.due_at.date().isoformat(), row.due_rule


def test_a_repetition_is_free(world: World) -> None:
    """The same key or the same solved challenge gives the same number; with other words it is refused."""
    made = published(world)
    changed = replace(SENT, text="另外的理由和事实。")
    for key, mark in ((Key("objection-1"), None), (None, bytes(16)), (Key("objection-1"), bytes(15) + b"1")):
        with world.act() as act:
            first = objecting.receive(act, made, SENT, key, mark=mark)
            assert objecting.receive(act, made, SENT, key, mark=mark) == first
            with pytest.raises(OtherContent):
                objecting.receive(act, made, changed, key, mark=mark)
    with world.act() as act, pytest.raises(OtherContent):
        objecting.receive(act, made, changed, Key("another-key"), mark=bytes(16))


def test_it_is_open_while_the_period_runs(world: World) -> None:
    """Before approval there is nothing to object to; after the last day, or the retraction, it is over."""
    made = published(world)
    objected(world, made, now=NOW + timedelta(days=9))
    with pytest.raises(Conflict, match="公开期已满"):
        objected(world, made, now=NOW + timedelta(days=10))
    with world.act("supervisor") as act:
        deciding.retract(act, made, reason="有误", version=2)
    with pytest.raises(Conflict, match="已撤回"):
        objected(world, made)
    with pytest.raises(NotFound):
        objected(world, objection_on(world, made).id)


def test_who_wrote_it_does_not_answer(world: World) -> None:
    """Neither the preparer nor his deputy answers; another does, once; outside it is not there."""
    made = published(world, who="supervisor2")
    objected(world, made)
    row = objection_on(world, made)
    with pytest.raises(GuardsUnmet) as refused:
        answered(world, "supervisor2", row.id)
    assert [one.guard for one in refused.value.unmet] == ["four_eyes"]
    with pytest.raises(NotFound):
        answered(world, "stranger_supervisor", row.id)
    grant(world, "stranger_supervisor", Role.CLERK)
    with pytest.raises(Forbidden):
        answered(world, "stranger_supervisor", row.id)
    assert answered(world, "supervisor", row.id).state is ObjectionState.REJECTED
    assert row_of(world, made).retract_by is None
    with pytest.raises(Conflict):
        answered(world, "deputy_head", row.id)


def test_what_is_upheld_must_go(world: World) -> None:
    """An objection that holds starts the clock of the retraction; a second one does not start it anew."""
    made = published(world)
    objected(world, made)
    first = objection_on(world, made).id
    assert answered(world, "deputy_head", first, upheld=True).state is ObjectionState.UPHELD
    assert row_of(world, made).retract_by == date(2026, 11, 26)
    objected(world, made, sent=replace(SENT, text="另外的理由和事实。"))
    with world.engine.connect() as db:
        second = db.execute(select(table.c.id).where(table.c.state == ObjectionState.OPEN)).scalar_one()
    answered(world, "deputy_head", second, upheld=True, days=1)
    assert row_of(world, made).retract_by == date(2026, 11, 26)
    case_id = row_of(world, made).case_id
    (clock,) = clocks_on(world, case_id, made)
    assert (clock.rule_id, clock.state, clock.due_on) == (PUBLICATION_RETRACT, "running", date(2026, 11, 26))
    version = row_of(world, made).version
    with world.act("supervisor", now=NOW + timedelta(days=1)) as act:
        deciding.retract(act, made, reason="异议成立", version=version)
    (clock,) = clocks_on(world, case_id, made)
    assert (clock.state, clock.met_late) == ("met", False)


def test_pages_follow_one_another(world: World) -> None:
    """Pages go from the newest to the oldest; filters narrow them; a neighbour sees none."""
    made = published(world)
    for minute in range(3):
        objected(world, made, now=NOW + timedelta(minutes=minute))
    seen: list[UUID] = []
    after = None
    with world.act("clerk") as act:
        while len(seen) < 3:
            rows = objections.page(act, Filters(made, ObjectionState.OPEN), after=after, limit=1)
            seen.append(rows[0].id)
            after = (rows[0].received_at, rows[0].id)
        assert objections.page(act, Filters(), after=after, limit=1) == []
        assert objections.page(act, Filters(state=ObjectionState.UPHELD), after=None, limit=1) == []
    assert len(set(seen)) == 3
    with world.act("stranger_clerk") as act:
        assert objections.page(act, Filters(), after=None, limit=9) == []
