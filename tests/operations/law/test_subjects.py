"""Clocks that belong to a subject, and clocks whose day a plan set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Select, inspect, select, text

from models import migrate
from models.domain.errors import NotFound
from models.domain.timing.limits import Settled
from models.operations import deadlines
from models.operations.act import Act
from models.operations.law import clocks, moves
from models.operations.reminders import reminding
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines as T
from models.tables.deadlines import extensions
from models.tables.notices import notices
from tests.factories import NOW, World
from tests.operations.law.story import Story

DUE = date(2026, 12, 31)
PLAN: dict[str, Any] = {
    "title": "整改期限",
    "event": "确认整改方案",
    "basis": "经确认的整改方案",
    "severity": 3,
}
BEFORE = "20261123_2303"


def case_in(act: Act, case_id: UUID) -> AnyRow:
    return act.db.execute(select(cases).where(cases.c.id == case_id)).one()


def planned(world: World, case_id: UUID, *, subject_id: UUID | None = None, due_on: date = DUE) -> Settled:
    with world.act() as act:
        case = case_in(act, case_id)
        found = deadlines.start_dated(act, case, "RECT_DUE", due_on, subject_id=subject_id, **PLAN)
        deadlines.refresh(act, case_id)
        return found


def clock_of(world: World, case_id: UUID, rule_id: str = "RECT_DUE") -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(T).where(T.c.case_id == case_id, T.c.rule_id == rule_id)).one()


def redate(
    world: World, case_id: UUID, until: date, *, rule_id: str = "RECT_DUE", minute: int = 0, **more: Any
) -> None:
    clock = clock_of(world, case_id, rule_id)
    with world.act("office", now=NOW + timedelta(minutes=minute)) as act:
        deadlines.redate(act, clock, until, **more)


def test_a_clock_is_the_case_s_own_unless_it_says_otherwise(world: World) -> None:
    """Every clock of a registered case is about the case; another names its subject."""
    story = Story(world).register().accept()
    with world.engine.connect() as db:
        own = db.execute(select(T.c.subject_id).where(T.c.case_id == story.case_id)).scalars().all()
    assert set(own) == {story.case_id}
    subject = uuid4()
    planned(world, story.case_id, subject_id=subject)
    assert clock_of(world, story.case_id).subject_id == subject


def test_the_day_of_a_plan_stands_as_set(world: World) -> None:
    """The clock ends with that day, says who set it, reminds before it, and no calendar moves it."""
    case_id = Story(world).register().case_id
    settled = planned(world, case_id)
    assert settled.sentence == "整改期限由经确认的整改方案确定为2026-12-31（星期四）。"
    clock = clock_of(world, case_id)
    assert (clock.due_on, clock.legal_due_on, clock.source) == (DUE, DUE, "work_order")
    assert clock.due_at.isoformat() == "2027-01-01T00:00:00+08:00"
    assert (clock.start_event, clock.severity, clock.remind_at > NOW) == ("确认整改方案", 3, True)
    with world.act("supervisor") as act:
        assert moves.pending(act, limit=9, after=None) == ([], None)
        shown = clocks.whole(act, clock.id)
    assert shown.clock.rule["basis"] == "经确认的整改方案"


def test_a_reminder_names_the_plan(world: World) -> None:
    """On the last day the message says which clock, on what basis, until when."""
    case_id = Story(world).register().case_id
    planned(world, case_id)
    clock = clock_of(world, case_id)
    with world.act(now=NOW + timedelta(days=38)) as act:
        while reminding.plan_due(act, limit=50).clocks:
            pass
    with world.engine.connect() as db:
        told = db.execute(select(notices.c.content).where(notices.c.deadline_id == clock.id)).scalars().all()
    lines = [line for one in told for line in one["lines"]]
    assert "期限：整改期限；依据：经确认的整改方案" in lines
    assert any("2026-12-31（星期四）" in line for line in lines)


def test_an_extension_moves_the_day_and_keeps_the_old_one(world: World) -> None:
    """A granted extension is a row in plain days with both dates; a second one counts from the first."""
    case_id = Story(world).register().case_id
    planned(world, case_id)
    for minute, until in enumerate((date(2027, 3, 31), date(2027, 4, 10))):
        redate(world, case_id, until, minute=minute, reason="工程延误")
    clock = clock_of(world, case_id)
    assert (clock.due_on, clock.version) == (date(2027, 4, 10), 3)
    told = (
        "整改期限由经确认的整改方案确定为2026-12-31；经批准延长90日，延至2027-03-31；"
        "经批准延长10日，延至2027-04-10（星期六）。"
    )
    assert clock.explanation["sentence"] == told
    with world.engine.connect() as db:
        rows = db.execute(
            select(extensions).where(extensions.c.deadline_id == clock.id).order_by(extensions.c.due_after)
        )
        kept = [(row.length, row.unit, row.due_before, row.due_after, row.reason) for row in rows]
    assert kept == [
        (90, "ND", DUE, date(2027, 3, 31), "工程延误"),
        (10, "ND", date(2027, 3, 31), date(2027, 4, 10), "工程延误"),
    ]


def test_only_a_day_that_was_set_is_moved_and_only_later(world: World) -> None:
    """Neither to the same or an earlier day, nor a clock that was counted."""
    case_id = Story(world).register().accept().case_id
    planned(world, case_id)
    for rule_id, until in (("RECT_DUE", DUE), ("RPT_CLOSE", date(2028, 1, 1))):
        with pytest.raises(ValueError, match="set outright"):
            redate(world, case_id, until, rule_id=rule_id)


def test_a_step_that_ends_all_ends_the_case_s_own(world: World) -> None:
    """What is owed on something within the case runs on; cancelling all ends it too."""
    story = Story(world).register().accept()
    subject = uuid4()
    planned(world, story.case_id, subject_id=subject)
    running = {"RPT_ACCEPT_TELL", "RPT_CLOSE"}
    assert running <= states(world, story.case_id, "running")
    with world.act() as act:
        deadlines.stop(act, deadlines.running(act, story.case_id), ("*",), cancelled=False)
    assert states(world, story.case_id, "running") == {"RECT_DUE"}
    with world.act() as act:
        deadlines.stop(act, deadlines.running(act, story.case_id), ("*",), cancelled=True)
    assert states(world, story.case_id, "cancelled") == {"RECT_DUE"}


def test_a_subject_s_clocks_end_with_it(world: World) -> None:
    """Those of one subject end, those of another and of the case run on; a case is never taken for a subject."""
    story = Story(world).register().accept()
    one, other = uuid4(), uuid4()
    for subject in (one, other):
        planned(world, story.case_id, subject_id=subject)
    before = states(world, story.case_id, "running")
    with world.act() as act:
        deadlines.stop_of(act, story.case_id)
        deadlines.stop_of(act, one, cancelled=True)
    with world.engine.connect() as db:
        found = db.execute(select(T.c.subject_id, T.c.state).where(T.c.rule_id == "RECT_DUE"))
        assert {row.subject_id: row.state for row in found} == {one: "cancelled", other: "running"}
    assert states(world, story.case_id, "running") == before


def test_the_nearest_end_of_the_case_follows(world: World) -> None:
    """A nearer clock of a subject is the case's nearest end while it runs; the case keeps its version."""
    story = Story(world).register().accept()
    before = row_of(world, story.case_id)
    subject = uuid4()
    planned(world, story.case_id, subject_id=subject, due_on=date(2026, 11, 23))
    during = row_of(world, story.case_id)
    assert (during.due_rule, during.version) == ("RECT_DUE", before.version)
    with world.act() as act:
        deadlines.stop_of(act, subject)
        deadlines.refresh(act, story.case_id)
    after = row_of(world, story.case_id)
    assert (after.due_at, after.due_rule, after.version) == (before.due_at, before.due_rule, before.version)


def test_a_stranger_sees_no_clock_of_a_subject(world: World) -> None:
    """A clock about an objection or a task is as visible as its case."""
    case_id = Story(world).register().case_id
    planned(world, case_id, subject_id=uuid4())
    clock = clock_of(world, case_id)
    with world.act("stranger_supervisor") as act, pytest.raises(NotFound):
        clocks.whole(act, clock.id)


def test_clocks_survive_the_migration_both_ways(world: World) -> None:
    """Down and up again every clock, extension and notice is there; up, each belongs to its case."""
    story = Story(world).register().accept()
    planned(world, story.case_id, subject_id=uuid4())
    redate(world, story.case_id, date(2027, 3, 31))
    with world.act(now=NOW + timedelta(days=70)) as act:
        reminding.plan_due(act, limit=50)
    before = kept(world)
    assert len(before["deadline"]) > 2
    assert before["extension"]
    assert before["notice"]
    migrate.downgrade(world.engine, BEFORE)
    assert "subject_id" not in {one["name"] for one in inspect(world.engine).get_columns("deadline")}
    migrate.upgrade(world.engine)
    assert kept(world) == before
    with world.engine.connect() as db:
        assert db.execute(select(T.c.id).where(T.c.subject_id != T.c.case_id)).all() == []
        if world.engine.dialect.name == "sqlite":
            assert db.execute(text("pragma foreign_key_check")).all() == []
    names = {one["name"] for one in inspect(world.engine).get_indexes("deadline")}
    assert {"ix_deadline_remind_at", "ix_deadline_unconfirmed", "ix_deadline_subject_id"} <= names


def kept(world: World) -> dict[str, list[AnyRow]]:
    """Every row of the clocks and what hangs on them, without the subject."""
    columns = [column for column in T.c if column.name != "subject_id"]
    wanted: dict[str, Select[Any]] = {
        "deadline": select(*columns).order_by(T.c.id),
        "extension": select(extensions).order_by(extensions.c.id),
        "notice": select(notices.c.id, notices.c.deadline_id).order_by(notices.c.id),
    }
    with world.engine.connect() as db:
        return {name: list(db.execute(statement).all()) for name, statement in wanted.items()}


def states(world: World, case_id: UUID, state: str) -> set[str]:
    with world.engine.connect() as db:
        found = db.execute(select(T.c.rule_id).where(T.c.case_id == case_id, T.c.state == state))
        return set(found.scalars())


def row_of(world: World, case_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(cases).where(cases.c.id == case_id)).one()
