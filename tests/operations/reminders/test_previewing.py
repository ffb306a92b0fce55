"""The preview is what the scan then does, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.domain.errors import Forbidden, Invalid
from models.domain.states import Action
from models.operations.reminders import previewing
from models.operations.reminders.previewing import Preview
from models.tables.cases import cases
from models.tables.journal import journal
from models.tables.notices import notices
from tests.factories import NOW, World
from tests.operations.reminders.stories import assigned_case, complained_case, rows, scan, spot_case, step
from tests.operations.reminders.test_reminding import at

DAY = timedelta(days=1)
PEOPLE = ("clerk", "inspector", "inspector2", "supervisor", "deputy_head")


def preview(
    world: World, who: str, now: datetime, *, everybody: bool = False, limit: int = 200, **more: Any
) -> Preview:
    with world.act(who, now=now) as act:
        return previewing.page(
            act, more.get("day"), everybody=everybody, after=more.get("after"), limit=limit
        )


def said(found: Preview) -> set[tuple[Any, ...]]:
    """Clock, stage, end and words of what is foretold."""
    return {
        (one.clock.id, one.message.stage, one.clock.due_on, one.message.content["headline"], part.value)
        for one in found.items
        for part in one.told.values()
    }


def planned(world: World, who: str | None, since: datetime) -> set[tuple[Any, ...]]:
    """The same of what the scan has really put down since then, for one person or for all."""
    people = {world.account(name) for name in (PEOPLE if who is None else (who,))}
    return {
        (row.deadline_id, row.stage, row.due_on, row.content["headline"], row.content["as"])
        for row in rows(world)
        if row.planned_at >= since and (who is None or row.account_id in people)
    }


def a_busy_week(world: World) -> None:
    """Clocks of several kinds and ages, one of them standing."""
    for days in range(4):
        assigned_case(world, now=NOW + days * DAY)
    complained_case(world)
    spot_case(world)
    standing = assigned_case(world)
    step(world, standing, "supervisor", Action.SUSPEND, now=NOW + DAY, reason="testing", note="送检")


def test_the_preview_is_what_is_then_told(world: World) -> None:
    """Day by day over ten weeks: what each person is foretold in the evening is what the scan tells him next day."""
    a_busy_week(world)
    foretold = 0
    for days in range(4, 75):
        evening = at(11, 23, 18) + days * DAY
        scan(world, evening)
        morrow = (evening + DAY).date()
        expected = {who: said(preview(world, who, evening, day=morrow)) for who in PEOPLE}
        everything = said(preview(world, "supervisor", evening, day=morrow, everybody=True))
        midnight = evening + timedelta(hours=6)
        for hour in range(24):
            while scan(world, midnight + timedelta(hours=hour)).clocks:
                pass
        for who in PEOPLE:
            assert planned(world, who, midnight) == expected[who], (who, morrow)
        assert planned(world, None, midnight) == everything, morrow
        foretold += len(everything)
    assert foretold > 60


def test_nothing_is_written(world: World) -> None:
    """Looking ahead plans nothing, moves no clock and is not journalled."""
    a_busy_week(world)
    with world.engine.connect() as db:
        before = db.execute(select(journal.c.seq)).all(), db.execute(select(cases)).all()
    found = preview(world, "supervisor", NOW, day=at(12, 23).date(), everybody=True)
    assert found.items
    with world.engine.connect() as db:
        after = db.execute(select(journal.c.seq)).all(), db.execute(select(cases)).all()
        assert db.execute(select(notices)).all() == []
    assert before == after


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(11, 23, 8), "2026-11-23"),
        (at(11, 23, 9), "2026-11-24"),
        (at(11, 27, 18), "2026-11-30"),
        (at(11, 28, 8), "2026-11-30"),
    ],
)
def test_the_next_working_morning(world: World, now: datetime, day: str) -> None:
    """Without a day it is this morning while it is still to come, else the next working day's, over a weekend too."""
    assert preview(world, "inspector", now).day.isoformat() == day


def test_days_that_cannot_be_foretold(world: World) -> None:
    """Yesterday is over, and beyond 31 days nothing is foretold; today is: what comes later in it."""
    for days in (-1, 32):
        with pytest.raises(Invalid) as caught:
            preview(world, "inspector", NOW, day=(NOW + days * DAY).date())
        assert [(one.pointer, one.code) for one in caught.value.flaws] == [("query:/day", "out_of_range")]
    assert preview(world, "inspector", NOW, day=NOW.date()).items == []
    assert preview(world, "inspector", NOW, day=(NOW + 31 * DAY).date()).next is None


def test_what_waits_for_the_scan_today(world: World) -> None:
    """A stage that has come and was not told yet is foretold for today, once it is told no longer."""
    made = assigned_case(world)
    late = at(12, 23, 10)
    found = preview(world, "inspector", late, day=late.date())
    assert [(one.clock.case_id, one.message.stage) for one in found.items] == [(made, "half")]
    scan(world, late)
    assert preview(world, "inspector", late, day=late.date()).items == []


def test_what_was_told_is_not_foretold_again(world: World) -> None:
    """A clock that stood for five minutes ends when it did before: its stage was told, and neither is it foretold."""
    made, half = assigned_case(world), at(12, 23)
    scan(world, half)
    with world.engine.begin() as db:
        db.execute(update(notices).values(state="sent", sent_at=half))
    step(world, made, "supervisor", Action.SUSPEND, now=half, reason="testing", note="送检")
    later = half + timedelta(minutes=5)
    step(world, made, "supervisor", Action.RESUME, now=later)
    assert preview(world, "inspector", later, day=later.date()).items == []
    before = len(rows(world))
    scan(world, later)
    assert len(rows(world)) == before


def test_everybody_needs_the_permission(world: World) -> None:
    """Who may not watch the work sees his own alone."""
    with pytest.raises(Forbidden):
        preview(world, "inspector", NOW, everybody=True)
    assigned_case(world)
    day = at(12, 23).date()
    assert preview(world, "supervisor", NOW, day=day).items == []
    (one,) = preview(world, "supervisor", NOW, day=day, everybody=True).items
    assert list(one.told.values()) == ["handler"]
    for stranger in ("stranger_supervisor", "admin"):
        assert preview(world, stranger, NOW, day=day, everybody=True).items == []


def test_page_by_page(world: World) -> None:
    """The pages together hold each message once, whatever their size."""
    for _ in range(5):
        assigned_case(world)
    day = at(12, 23).date()
    whole = [one.clock.id for one in preview(world, "inspector", NOW, day=day).items]
    for size in (1, 2, 5):
        seen, after = [], None
        while True:
            found = preview(world, "inspector", NOW, day=day, limit=size, after=after)
            assert len(found.items) <= size
            seen += [one.clock.id for one in found.items]
            after = found.next
            if after is None:
                break
        assert seen == whole
    assert len(whole) == 5
