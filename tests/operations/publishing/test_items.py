"""The publicity of a rectification item: long enough, by who has no part in it, and where it stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.access import Role
from models.domain.errors import GuardsUnmet, IllegalTransition, Invalid
from models.domain.publications import OBJECTION_REPLY, PUBLICATION_RETRACT
from models.domain.states import Action, State
from models.operations.law import rules
from models.operations.publishing import (
    answering,
    deciding,
    drafting,
    lasting,
    listing,
    proposing,
    shown,
    standing,
)
from models.operations.publishing.listing import Filters
from models.operations.publishing.standing import Standing
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines
from models.tables.ledgers import items
from models.tables.publications import publications
from tests.factories import COUNTY, NOW, OTHER_COUNTY, World
from tests.operations.law.rule_cells import local_rule
from tests.operations.ledgers.stories import rectifying, step
from tests.operations.publishing.item_stories import FIRST, LAST, drafted, published, verified, words_of
from tests.operations.publishing.stories import grant, objected, objection_on, row_of


def stands(world: World, case_id: UUID, *, days: int = 0, since: Any = NOW) -> Standing:
    with world.act(now=NOW + timedelta(days=days)) as act:
        return standing.standing(act, case_id, since)


def test_the_words_come_from_the_item(world: World) -> None:
    """Problem, goal, measures, tasks, opinion, units and both ways to count the days; nobody's name."""
    case_id = verified(world)
    with world.engine.begin() as db:
        said = {"responsible_person": "周样己", "measures": "周样己负责截污，联系13800000202"}
        db.execute(update(items).where(items.c.case_id == case_id).values(**said))
    with world.act("office") as act:
        found = proposing.preview(act, case_id)
    assert found["title"].text == "样例村水渠黑臭整改销号公示"
    assert found["text"].text.splitlines() == [
        "问题：水渠700米发黑发臭，沿线3处生活污水直排。",
        "整改目标：2027年3月底前消除黑臭",
        "措施完成情况：〔姓名〕负责截污，联系〔电话〕",
        "1. 截污3处：已于2026年11月22日完成。",
        "2. 清淤1400立方米：已于2026年11月22日完成。",
        "验收结论：2026年11月22日现场核查，达到验收销号标准。",
        "责任单位：陈家桥镇人民政府（样例）",
        "验收单位：区住建局（样例）",
        "公示期限：2026年11月24日至2026年11月30日（不少于5个工作日，首日计入；首日不计入的，至2026年12月1日）。",
        "对公示内容有异议的，请在公示期内提出，并写明事实和联系方式；异议只影响本问题的销号。",
    ]
    period = found["period"]
    assert (period.first_day, period.last_day, period.from_next) == (FIRST, LAST, date(2026, 12, 1))


def test_the_first_day_may_be_chosen(world: World) -> None:
    """The period proposed begins on the day asked for; a weekend is no working day."""
    case_id = verified(world)
    with world.act("office") as act:
        period = proposing.preview(act, case_id, date(2026, 11, 28))["period"]
    assert (period.counting_first, period.from_next) == (date(2026, 12, 4), date(2026, 12, 4))


def test_an_item_is_published_once_it_is_accepted(world: World) -> None:
    """Before the acceptance there is nothing to publish."""
    case_id = rectifying(world)
    for done in (lambda act: proposing.preview(act, case_id), lambda act: _draft(act, case_id)):
        with world.act("office") as act, pytest.raises(IllegalTransition, match="验收通过"):
            done(act)


def _draft(act: Any, case_id: UUID) -> UUID:
    return drafting.draft(act, words_of(case_id), None)


def test_a_shorter_period_is_refused(world: World) -> None:
    """A draft or a change that ends before the fifth working day names the earliest allowed last day."""
    case_id = verified(world)
    with world.act("office") as act, pytest.raises(Invalid) as refused:
        drafting.draft(act, words_of(case_id, last_day=LAST - timedelta(days=1)), None)
    (flaw,) = refused.value.flaws
    assert (flaw.pointer, flaw.code) == ("/last_day", "too_short")
    assert flaw.message == "公示不得少于5个工作日（首日计入），截止日期最早为2026-11-30"
    made = drafted(world, case_id)
    changed = {"first_day": FIRST + timedelta(days=1)}
    with world.act("office") as act, pytest.raises(Invalid):
        drafting.change(act, made, changed, version=1)


def test_a_period_that_begins_late_is_too_short(world: World) -> None:
    """Approved after its first day it would be shown for fewer days: whoever approves is told the earliest end."""
    case_id = verified(world)
    made = drafted(world, case_id)
    with world.act("office2", now=NOW + timedelta(days=3)) as act, pytest.raises(GuardsUnmet) as refused:
        deciding.approve(act, made, version=1)
    (unmet,) = refused.value.unmet
    assert (unmet.guard, unmet.message[-10:]) == ("period_too_short", "2026-12-02")


def test_the_days_are_a_rule(world: World) -> None:
    """Where a rule does not count the first day the period ends later; where none binds the shipped one holds."""
    with world.act() as act:
        counted = lasting.shortest(act, COUNTY, FIRST)
        assert (counted.last_day, counted.counts_start_day) == (LAST, True)
        unruled = lasting.shortest(act, OTHER_COUNTY, FIRST)
        assert (unruled.last_day, unruled.counts_start_day) == (date(2026, 12, 1), False)
        rule = next(one for one in act.law.rules if one.rule_id == "RECT_PUBLICITY")
        assert (rule.counts_start_day, rule.confidence.value) == (True, "M")


def test_the_bureau_may_change_the_days(world: World) -> None:
    """A local version decides how long and whether the first day counts; of several scopes the longest holds."""
    cells = local_rule(
        rule_id="RECT_PUBLICITY",
        title="销号公示的最短天数",
        subject="item",
        trigger="verified",
        length=7,
        unit="WD",
    )
    for more, last in (
        ({"counts_start_day": True}, date(2026, 12, 2)),
        ({"scope": "hunan"}, date(2026, 12, 3)),
    ):
        with world.act() as act:
            rules.add_local(act, cells | more, ends_previous=False, content=more, key=None)
        with world.act() as act:
            found = lasting.shortest(act, COUNTY, FIRST)
        assert (found.last_day, found.text) == (last, "7个工作日")
    case_id = verified(world)
    with world.act("office") as act, pytest.raises(Invalid) as refused:
        drafting.draft(act, words_of(case_id), None)
    assert refused.value.flaws[0].message == "公示不得少于7个工作日（首日不计入），截止日期最早为2026-12-03"


def test_who_has_a_part_in_it_does_not_approve(world: World) -> None:
    """Applicants, verifiers and the whole tree of a responsible unit are barred; who wrote it too; all at once."""
    case_id = verified(world)
    made = drafted(world, case_id)
    grant(world, "liaison", Role.OFFICE)
    grant(world, "verifier2", Role.OFFICE)
    expected = {
        "office": ["four_eyes"],
        "liaison": ["not_applicant", "outside_family"],
        "verifier2": ["not_verifier"],
    }
    for who, guards in expected.items():
        with world.act(who) as act, pytest.raises(GuardsUnmet) as refused:
            deciding.approve(act, made, version=1)
        assert [one.guard for one in refused.value.unmet] == guards
    grant(world, "office2", Role.OFFICE, principal_id=world.account("liaison"), valid_to=NOW + timedelta(9))
    with world.act("office2") as act, pytest.raises(GuardsUnmet) as refused:
        deciding.approve(act, made, version=1)
    assert [one.guard for one in refused.value.unmet] == ["not_applicant", "outside_family"]
    with world.act("supervisor") as act:
        deciding.approve(act, made, version=1)


def test_where_it_stands(world: World) -> None:
    """Announced from its first day, over after its last; what was drafted before the acceptance does not count."""
    case_id = verified(world)
    nothing = Standing(False, False, None, None, 0, 0)
    assert stands(world, case_id) == nothing
    published(world, case_id)
    assert stands(world, case_id) == nothing  # not begun
    running = Standing(True, False, FIRST, LAST, 0, 0)
    assert stands(world, case_id, days=1) == running
    assert stands(world, case_id, days=7) == running
    assert stands(world, case_id, days=8) == Standing(True, True, FIRST, LAST, 0, 0)
    assert stands(world, case_id, days=8, since=None).over
    assert stands(world, case_id, days=8, since=NOW + timedelta(minutes=1)) == nothing


LATER = {"first_day": date(2026, 11, 25), "last_day": date(2026, 12, 1)}


def test_a_retracted_publicity_counts_for_nothing(world: World) -> None:
    """Taken back it is neither announced nor over; a new one is drafted while the item is in publicity."""
    case_id = verified(world)
    made = published(world, case_id)
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(state=State.IN_PUBLICITY))
    with world.act("office", now=NOW + timedelta(days=2)) as act:
        deciding.retract(act, made, reason="日期有误", version=2)
    assert stands(world, case_id, days=9) == Standing(False, False, None, None, 0, 0)
    again = published(world, case_id, now=NOW + timedelta(days=2), **LATER)
    assert row_of(world, again).case_id == case_id
    assert stands(world, case_id, days=9).over


def test_a_period_that_got_too_short_does_not_count(world: World) -> None:
    """What was approved after its first day is measured from the day on which it was first shown."""
    case_id = verified(world)
    made = published(world, case_id)
    with world.engine.begin() as db:
        late = {"published_at": NOW + timedelta(days=2)}
        db.execute(update(publications).where(publications.c.id == made).values(**late))
    assert not stands(world, case_id, days=9).published


def test_an_objection_blocks_this_item_only(world: World) -> None:
    """Open and upheld objections are counted for their item, on clocks of its own; another item knows of none."""
    case_id, other = verified(world), verified(world, problem_no="样例-02")
    made, elsewhere = published(world, case_id), published(world, other)
    day = NOW + timedelta(days=1)
    objected(world, made, now=day)
    assert (stands(world, case_id, days=1).open_objections, stands(world, other, days=1).open_objections) == (
        1,
        0,
    )
    objection = objection_on(world, made).id
    with world.act("office2", now=day) as act:
        answering.answer(act, objection, upheld=True, words="经核查异议成立，退回整改。")
    assert stands(world, case_id, days=1) == Standing(True, False, FIRST, LAST, 0, 1)
    with world.engine.connect() as db:
        about = select(deadlines.c.rule_id, deadlines.c.subject_id, deadlines.c.state)
        found = db.execute(
            about.where(deadlines.c.case_id == case_id, deadlines.c.subject_id != case_id)
        ).all()
    clocks = {(row.rule_id, row.subject_id): row.state for row in found}
    assert clocks[OBJECTION_REPLY, objection] == "met"
    assert clocks[PUBLICATION_RETRACT, made] == "running"
    assert row_of(world, elsewhere).retract_by is None


def test_who_has_a_part_in_it_does_not_answer(world: World) -> None:
    """Who applied for the item or verified it does not judge what the public holds against it."""
    case_id = verified(world)
    made = published(world, case_id)
    objected(world, made, now=NOW + timedelta(days=1))
    objection = objection_on(world, made).id
    grant(world, "verifier", Role.OFFICE)
    for who, guards in (("office", ["four_eyes"]), ("verifier", ["not_verifier"])):
        with world.act(who) as act, pytest.raises(GuardsUnmet) as refused:
            answering.answer(act, objection, upheld=False, words="维持原结论。")
        assert [one.guard for one in refused.value.unmet] == guards


def test_the_public_sees_an_item_like_the_others(world: World) -> None:
    """During its days it is in the public list with its words; an item that was written off is not pointed out."""
    case_id = verified(world)
    made = published(world, case_id)
    with world.act(now=NOW + timedelta(days=1)) as act:
        (one,) = shown.page(act, None, after=None, limit=9)
    assert (one.id, one.first_day, one.last_day) == (made, FIRST, LAST)
    for state, reopened in ((State.LOOK_BACK, False), (State.RECTIFYING, True)):
        with world.engine.begin() as db:
            db.execute(update(cases).where(cases.c.id == case_id).values(state=state))
        with world.act("office") as act:
            (row,) = listing.page(act, Filters(), after=None, limit=9)
        assert row.case_reopened is reopened


def test_another_publicity_moves_the_approval(world: World) -> None:
    """The approval is counted from the end of the publicity that stands, not of the one it replaced."""
    case_id = verified(world)
    made = published(world, case_id)
    step(world, case_id, "office", Action.PUBLISH, now=NOW + timedelta(days=1))
    first = clock(world, case_id)
    with world.act("office", now=NOW + timedelta(days=2)) as act:
        deciding.retract(act, made, reason="日期有误", version=2)
    published(world, case_id, now=NOW + timedelta(days=2), **LATER)
    second = clock(world, case_id)
    assert first.id != second.id
    assert second.due_on > first.due_on
    with world.engine.connect() as db:
        assert (
            db.execute(select(cases.c.due_rule).where(cases.c.id == case_id)).scalar_one() == "RECT_APPROVE"
        )


def clock(world: World, case_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        running = deadlines.c.rule_id == "RECT_APPROVE", deadlines.c.state == "running"
        return db.execute(select(deadlines).where(deadlines.c.case_id == case_id, *running)).one()
