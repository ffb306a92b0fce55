"""Clocks in the life of a case: told, extended, suspended, undone, urgent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.domain.complaints import ContactOutcome, ContactWay
from models.domain.errors import GuardsUnmet, Invalid
from models.domain.states import Action
from models.operations.casework import triage
from models.operations.law import clocks
from models.tables.deadlines import suspensions
from tests.factories import NOW, World
from tests.operations.law.story import Story, at

TOLD = {"told_at": "2026-12-01T10:00:00+08:00", "told_way": ContactWay.PHONE.value}
DECEMBER = at("2026-12-01 11:00")


def unmet(refused: pytest.ExceptionInfo[GuardsUnmet]) -> list[str]:
    return [one.guard for one in refused.value.unmet]


def test_telling_stops_its_clock(world: World) -> None:
    """TELL stops RPT_ACCEPT_TELL, and a second telling is refused."""
    story = Story(world).register().accept()
    assert story.clock("RPT_ACCEPT_TELL").due_on == date(2026, 12, 8)
    story.step("clerk", Action.TELL, way="电话", reached=True)
    assert story.clock("RPT_ACCEPT_TELL").state == "met"
    with pytest.raises(GuardsUnmet) as refused:
        story.step("clerk", Action.TELL, way="电话", reached=True)
    assert unmet(refused) == ["not_yet_told"]


def test_unreachable_needs_two_failed_attempts(world: World) -> None:
    """联系不上 holds from the second logged failed attempt on; one that reached him does not count."""
    story = Story(world).register().accept()
    story.contact(now=NOW, outcome=ContactOutcome.REACHED)
    for minutes in (5, 60):
        with pytest.raises(GuardsUnmet) as refused:
            story.step("clerk", Action.TELL, way="电话", reached=False)
        assert unmet(refused) == ["told_or_two_attempts"]
        story.contact(now=NOW + timedelta(minutes=minutes), outcome=ContactOutcome.NO_ANSWER)
    story.step("clerk", Action.TELL, now=NOW + timedelta(hours=2), way="电话", reached=False)
    assert story.clock("RPT_ACCEPT_TELL").state == "met"


def test_an_extension_comes_before_the_old_date(world: World) -> None:
    """RPT_CLOSE can be extended once, by at most 30 days, before its date, and the telling is recorded."""
    story = Story(world).register().accept()
    assert story.clock("RPT_CLOSE").legal_due_on == date(2027, 1, 22)
    with pytest.raises(GuardsUnmet) as refused:
        story.step("supervisor", Action.EXTEND, now=DECEMBER, length=31, reason="等待检测", **TOLD)
    assert unmet(refused) == ["extension_within_limit"]
    story.step("supervisor", Action.EXTEND, now=DECEMBER, length=30, reason="等待检测", **TOLD)
    extended = story.clock("RPT_CLOSE")
    assert extended.legal_due_on == date(2027, 2, 21)  # a Sunday
    assert "经批准延长30日，延至2027-02-21" in extended.explanation["sentence"]
    with world.act("supervisor") as act:
        granted = clocks.whole(act, extended.id).extensions[0]
    assert (granted.due_before, granted.due_after) == (date(2027, 1, 22), extended.due_on)
    assert (granted.told_at, granted.told_way) == (at("2026-12-01 10:00"), "电话")
    with pytest.raises(GuardsUnmet) as refused:
        story.step("supervisor", Action.EXTEND, now=DECEMBER, length=1, reason="再延", **TOLD)
    assert unmet(refused) == ["extension_left"]


def test_no_extension_after_the_old_date(world: World) -> None:
    """From the first instant after the end an extension is refused as too late; a second before it is not."""
    story = Story(world).register().accept()
    end = story.clock("RPT_CLOSE").due_at
    with pytest.raises(GuardsUnmet) as refused:
        story.step("supervisor", Action.EXTEND, now=end, length=10, reason="忘了", **TOLD)
    assert unmet(refused) == ["before_due"]
    story.step("supervisor", Action.EXTEND, now=end - timedelta(seconds=1), length=10, reason="检测", **TOLD)


def test_the_reporter_is_told_of_an_extension(world: World) -> None:
    """An extension says when and how the reporter was told, or why he was not."""
    story = Story(world).register().accept()
    with pytest.raises(Invalid) as refused:
        story.step("supervisor", Action.EXTEND, now=DECEMBER, length=10, reason="检测")
    assert [flaw.code for flaw in refused.value.flaws] == ["reporter_not_told"]
    with pytest.raises(Invalid) as refused:
        story.step("supervisor", Action.EXTEND, now=NOW, length=10, reason="检测", **TOLD)
    assert [flaw.code for flaw in refused.value.flaws] == ["in_future"]
    story.step("supervisor", Action.EXTEND, now=DECEMBER, length=10, reason="检测", untold_reason="号码停机")


def test_a_suspension_moves_the_end_and_never_the_base(world: World) -> None:
    """Ten suspended days move the end by ten days; the base date stays, and the explanation says both."""
    story = Story(world).register().accept()
    story.step("supervisor", Action.SUSPEND, now=at("2026-12-01 09:00"), reason="testing", note="送检")
    held = story.clock("RPT_CLOSE")
    assert (held.state, held.legal_due_on) == ("suspended", date(2027, 1, 22))
    story.step("supervisor", Action.RESUME, now=at("2026-12-11 16:00"))
    resumed = story.clock("RPT_CLOSE")
    assert (resumed.state, resumed.legal_due_on) == ("running", date(2027, 2, 1))
    sentence = resumed.explanation["sentence"]
    assert "2027-01-22届满；期间中止10日，期限相应顺延至2027-02-01" in sentence
    assert {"day": "2027-01-22", "text": "原法定届满：2027-01-22"} in resumed.explanation["steps"]
    with world.engine.connect() as db:
        interval = db.execute(select(suspensions).where(suspensions.c.deadline_id == resumed.id)).one()
    assert (interval.from_at, interval.to_at) == (at("2026-12-01 09:00"), at("2026-12-11 16:00"))
    assert story.case().due_at == min(resumed.due_at, story.clock("RPT_ASSIGN_LOWER").due_at)


def test_closing_and_replying_stop_their_clocks(world: World) -> None:
    """RPT_CLOSE is stopped by approval, RPT_REPLY by the reply."""
    story = Story(world).register().accept().assign().propose()
    story.step("supervisor", Action.APPROVE, note="同意")
    assert story.clock("RPT_CLOSE").state == "met"
    assert story.clock("RPT_REPLY").state == "running"
    story.step("clerk", Action.REPLY, way="电话", reached=True, text="已查处", proof="通话记录")
    replied = story.clock("RPT_REPLY")
    assert (replied.state, replied.met_late) == ("met", False)
    assert story.clock("RPT_ACCEPT_TELL").state == "met"


def test_what_is_done_late_is_met_late(world: World) -> None:
    """A step after the end stops the clock and the clock says that it was late."""
    story = Story(world).register().accept()
    story.assign(now=at("2026-11-27 00:00"))
    late = story.clock("RPT_ASSIGN_LOWER")
    assert (late.state, late.met_late, late.due_on) == ("met", True, date(2026, 11, 26))


def test_nothing_is_late_before_the_rolled_day_is_over(world: World) -> None:
    """15 days from 11-20 end on Saturday 12-05 and roll to Monday: telling on Monday is in time, after it late."""
    for moment, late in (("2026-12-07 23:59", False), ("2026-12-08 00:00", True)):
        story = Story(world).register(now=at("2026-11-20 09:00")).accept(now=at("2026-11-20 10:00"))
        story.step("clerk", Action.TELL, now=at(moment), way="电话", reached=True)
        told = story.clock("RPT_ACCEPT_TELL")
        assert (told.legal_due_on, told.due_on) == (date(2026, 12, 5), date(2026, 12, 7))
        assert (told.due_at, told.met_late) == (at("2026-12-08 00:00"), late)


def test_undoing_an_assignment_reopens_its_clock(world: World) -> None:
    """UNASSIGN lets RPT_ASSIGN_LOWER run on with its old end, not a new one."""
    story = Story(world).register().accept()
    before = story.clock("RPT_ASSIGN_LOWER")
    story.assign(now=NOW + timedelta(days=1))
    story.step("supervisor", Action.UNASSIGN, now=NOW + timedelta(days=2), reason="派错了")
    again = story.clock("RPT_ASSIGN_LOWER")
    assert (again.state, again.due_at, again.stopped_at) == ("running", before.due_at, None)
    assert again.started_at == before.started_at
    assert story.case().due_at == before.due_at


URGENT = {"title": "取水口上游有油花和死鱼", "working_text": "岸边有柴油味", "urgent": True}


def test_triage_words_are_named(world: World) -> None:
    """Words in the title, the working text and the sealed words are named with their reason; others are not."""
    story = Story(world).register(case=URGENT, words="我们几十人都看见了")
    words = [one.word for one in story.made["urgent_words"]]
    assert words == ["死鱼", "油花", "柴油味", "取水口", "几十人"]
    assert Story(world).register().made["urgent_words"] == []


def test_an_urgent_complaint_runs_by_the_hour_from_knowledge(world: World) -> None:
    """RPT_URGENT counts one hour from the dispatch of the order, not from the typing, and ACCEPT stops it."""
    sent = NOW - timedelta(minutes=20)
    story = Story(world).register(case=URGENT, dispatched_at=sent, sign_by=NOW + timedelta(hours=5))
    clock = story.clock("RPT_URGENT")
    assert (clock.started_at, clock.due_at) == (sent, sent + timedelta(hours=1))
    assert "得知情况时起连续计算" in clock.explanation["sentence"]
    assert story.clock("HOTLINE_SIGN").started_at == sent
    assert story.clock("RPT_ACCEPT_TELL").started_at == NOW
    assert story.case().due_at == clock.due_at
    story.accept(now=NOW + timedelta(minutes=10))
    assert story.clock("RPT_URGENT").state == "met"


def test_the_urgent_clock_follows_the_mark(world: World) -> None:
    """Marked at triage the clock starts at receipt, unmarked it is cancelled, marked again it runs on."""
    story = Story(world).register()
    for urgent, state in ((True, "running"), (False, "cancelled"), (True, "running")):
        version = story.case().version
        with world.act("clerk", now=NOW + timedelta(minutes=9)) as act:
            triage.correct(act, story.case_id, {"urgent": urgent}, version=version)
        clock = story.clock("RPT_URGENT")
        assert (clock.state, clock.due_at) == (state, NOW + timedelta(hours=1))
        assert (story.case().due_at == clock.due_at) is urgent


def test_unknown_categories_are_refused(world: World) -> None:
    """A category outside the list is refused with the allowed ones named; 要素/其他 and a bare element are in it."""
    story = Story(world).register(case={"categories": ("水/其他", "噪声")})
    with pytest.raises(Invalid) as refused:
        Story(world).register(case={"categories": ("大气/臭味", "外星")})
    first, second = refused.value.flaws
    assert (first.pointer, first.code) == ("/categories/0", "unknown_category")
    assert "大气/恶臭异味" in first.message
    assert "固废" in second.message
    assert "外星" not in second.message
    with world.act("clerk") as act, pytest.raises(Invalid):
        triage.correct(act, story.case_id, {"categories": ["水/不存在"]}, version=1)
