"""Publications: drafted of what is concluded, approved by another, taken back within three working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.access import Role
from models.domain.errors import (
    Conflict,
    Forbidden,
    GuardsUnmet,
    HuanxunError,
    IllegalTransition,
    Invalid,
    NotFound,
    OtherContent,
    StaleVersion,
    VersionMissing,
)
from models.domain.publications import PublicationState
from models.domain.states import Action, State
from models.operations.once import Key
from models.operations.publishing import deciding, drafting, listing
from models.operations.publishing.listing import Filters
from models.tables.cases import cases
from models.tables.journal import journal
from tests.factories import NOW, World
from tests.operations.law.story import Story
from tests.operations.publishing.stories import (
    TODAY,
    WORDS,
    concluded,
    drafted,
    grant,
    published,
    row_of,
    words_of,
)

Deciding = Callable[..., UUID]


def unmet(world: World, who: str, publication: UUID, version: int = 1) -> list[str]:
    with world.act(who) as act, pytest.raises(GuardsUnmet) as refused:
        deciding.approve(act, publication, version=version)
    return [one.guard for one in refused.value.unmet]


def refused(
    world: World, who: str, kind: type[HuanxunError], done: Deciding, *args: Any, **more: Any
) -> None:
    with world.act(who) as act, pytest.raises(kind) as error:
        done(act, *args, **more)
    assert type(error.value) is kind


def test_only_what_is_concluded_is_published(world: World) -> None:
    """A case under way, and one that was refused and filed, have no outcome to tell."""
    story = Story(world).register().accept().assign().propose()
    refused(world, "clerk", IllegalTransition, drafting.draft, words_of(story.case_id), None)
    story.step("supervisor", Action.APPROVE, note="同意")
    drafted(world, story.case_id)
    other = Story(world).register()
    other.step("clerk", Action.REFUSE, reason="不属职责", note="不属于生态环境部门职责")
    other.step("supervisor", Action.CONFIRM_REFUSAL, note="")
    other.step("clerk", Action.TELL, way="电话", reached=True)
    other.step("clerk", Action.REPLY_PLATFORM, text="不予受理", proof="样例")
    other.step("clerk", Action.ARCHIVE, note="")
    refused(world, "clerk", IllegalTransition, drafting.draft, words_of(other.case_id), None)


def test_days_are_looked_at(world: World) -> None:
    """A period ends neither before it begins nor before today; a change is looked at like a draft."""
    case = concluded(world)
    yesterday = TODAY - timedelta(days=1)
    refused(world, "clerk", Invalid, drafting.draft, words_of(case, last_day=yesterday), None)
    over = words_of(case, first_day=yesterday, last_day=yesterday)
    refused(world, "clerk", Invalid, drafting.draft, over, None)
    made = drafted(world, case, first_day=TODAY, last_day=TODAY)
    changed = {"first_day": TODAY + timedelta(days=1)}
    refused(world, "clerk", Invalid, drafting.change, made, changed, version=1)


def test_one_key_makes_one_draft(world: World) -> None:
    """A retry gives the same draft; other words under the same key, and a second draft, are refused."""
    case = concluded(world)
    key = Key("publication-1")
    with world.act("clerk") as act:
        first = drafting.draft(act, words_of(case), key)
        assert drafting.draft(act, words_of(case), key) == first
    refused(world, "clerk", OtherContent, drafting.draft, words_of(case, title="另一个标题"), key)
    refused(world, "clerk", Conflict, drafting.draft, words_of(case), None)
    with world.act("clerk") as act:
        drafting.drop(act, first, reason="暂不公开", version=1)
    assert drafted(world, case) != first


def test_who_wrote_it_does_not_approve_it(world: World) -> None:
    """Neither who drafted or changed it, nor whoever stands in for him, approves; another does."""
    made = drafted(world, who="supervisor2")
    assert unmet(world, "supervisor2", made) == ["four_eyes"]
    until = NOW + timedelta(days=9)
    writer = world.account("supervisor2")
    grant(world, "office", Role.SUPERVISOR, principal_id=writer, valid_to=until)
    assert unmet(world, "office", made) == ["four_eyes"]
    with world.act("deputy_head") as act:
        drafting.change(act, made, {"text": WORDS + "（修改）"}, version=1)
    assert unmet(world, "deputy_head", made, 2) == ["four_eyes"]
    with world.act("supervisor") as act:
        deciding.approve(act, made, version=2)
    row = row_of(world, made)
    assert (row.state, row.approved_by) == (PublicationState.APPROVED, world.account("supervisor"))


def test_what_is_no_longer_true_is_not_approved(world: World) -> None:
    """All that is unmet is told at once: the period is over, the case was sent back."""
    story = Story(world).register().accept().assign().propose()
    story.step("supervisor", Action.APPROVE, note="同意")
    made = drafted(world, story.case_id, last_day=TODAY)
    story.step("clerk", Action.REPLY, way="电话", text="已整改", proof="样例", reached=True)
    story.step("clerk", Action.REPLY_PLATFORM, text="已整改", proof="样例")
    story.step("office", Action.CALL_BACK, satisfaction="不满意", note="")
    story.step("supervisor2", Action.RETURN, reason="未逐项答复", note="重办")
    late = NOW + timedelta(days=1)
    with world.act("supervisor", now=late) as act, pytest.raises(GuardsUnmet) as refused_:
        deciding.approve(act, made, version=1)
    assert [one.guard for one in refused_.value.unmet] == ["period_ahead", "still_concluded"]


def test_a_case_that_was_sent_back_shows(world: World) -> None:
    """A publication whose case was sent back since is pointed out; nobody but a person takes it down."""
    made = published(world)
    case = row_of(world, made).case_id
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case).values(state=State.RETURNED))
    with world.act("office") as act:
        (row,) = listing.page(act, Filters(), after=None, limit=9)
    assert row.case_reopened
    assert row.state is PublicationState.APPROVED


def test_the_office_decides_where_it_stands(world: World) -> None:
    """Each change takes the version that was read; outside nothing is there; a post elsewhere does not decide."""
    made = drafted(world)
    refused(world, "supervisor", VersionMissing, deciding.approve, made, version=None)
    refused(world, "supervisor", StaleVersion, deciding.approve, made, version=2)
    refused(world, "stranger_supervisor", NotFound, deciding.approve, made, version=1)
    grant(world, "stranger_supervisor", Role.CLERK)
    refused(world, "stranger_supervisor", Forbidden, deciding.approve, made, version=1)
    with world.act("office") as act:
        deciding.approve(act, made, version=1)


def test_a_draft_is_dropped_once(world: World) -> None:
    """What was dropped is neither changed nor approved nor taken back."""
    made = drafted(world)
    refused(world, "supervisor", Conflict, deciding.retract, made, reason="有误", version=1)
    refused(world, "supervisor", Conflict, deciding.must_retract, made, reason="有误", version=1)
    with world.act("clerk") as act:
        drafting.drop(act, made, reason="暂不公开", version=1)
    refused(world, "clerk", Conflict, drafting.drop, made, reason="再次", version=2)
    refused(world, "clerk", Conflict, drafting.change, made, {"title": "改过"}, version=2)
    refused(world, "supervisor", Conflict, deciding.approve, made, version=2)


def test_a_retraction_has_three_working_days(world: World) -> None:
    """Decided on a Monday it is due on Thursday; after that it is late until it is done; its history says all."""
    made = published(world, now=NOW + timedelta(minutes=1))
    with world.act("deputy_head", now=NOW + timedelta(minutes=2)) as act:
        deciding.must_retract(act, made, reason="事实有误", version=2)
    assert row_of(world, made).retract_by == date(2026, 11, 26)
    refused(world, "deputy_head", Conflict, deciding.must_retract, made, reason="再次", version=3)
    assert late(world, days=3) == ([], [made])
    assert late(world, days=4) == ([made], [])
    with world.act("deputy_head", now=NOW + timedelta(days=4)) as act:
        deciding.retract(act, made, reason="事实有误，已撤回", version=3)
    assert late(world, days=5) == ([], [made])
    refused(world, "supervisor", Conflict, deciding.retract, made, reason="再次", version=4)
    with world.act("clerk") as act:
        whole = listing.whole(act, made)
    assert [(step.action, step.by_name, step.note) for step in whole.steps] == [
        ("prepare", "样例clerk", None),
        ("approve", "样例supervisor", None),
        ("must_retract", "样例deputy_head", "事实有误"),
        ("retract", "样例deputy_head", "事实有误，已撤回"),
    ]


def late(world: World, *, days: int) -> tuple[list[UUID], list[UUID]]:
    """What is late so many days on, and what is not."""
    with world.act("clerk", now=NOW + timedelta(days=days)) as act:
        found = [listing.page(act, Filters(late=one), after=None, limit=9) for one in (True, False)]
        assert all(row.retract_late for row in found[0])
    return [row.id for row in found[0]], [row.id for row in found[1]]


def test_a_weekend_is_no_working_day(world: World) -> None:
    """Decided on a Friday, three working days end on Wednesday."""
    made = published(world)
    with world.act("supervisor", now=NOW + timedelta(days=4)) as act:
        deciding.must_retract(act, made, reason="事实有误", version=2)
    assert row_of(world, made).retract_by == date(2026, 12, 2)


def test_pages_follow_one_another(world: World) -> None:
    """Pages go from the newest draft to the oldest without gap or repetition; filters narrow them; scope holds."""
    made = [drafted(world) for _ in range(3)]
    case = row_of(world, made[0]).case_id
    seen: list[UUID] = []
    after = None
    with world.act("supervisor") as act:
        while len(seen) < 3:
            rows = listing.page(act, Filters(), after=after, limit=1)
            seen.append(rows[0].id)
            after = (rows[0].prepared_at, rows[0].id)
        assert listing.page(act, Filters(), after=after, limit=1) == []
        only = Filters(PublicationState.DRAFT, case, "430511")
        assert [row.id for row in listing.page(act, only, after=None, limit=9)] == [made[0]]
        assert listing.page(act, Filters(PublicationState.APPROVED), after=None, limit=9) == []
        assert listing.page(act, Filters(division="4305999"), after=None, limit=9) == []
    assert sorted(seen) == sorted(made)
    with world.act("stranger_supervisor") as act:
        assert listing.page(act, Filters(), after=None, limit=9) == []


def test_no_word_of_it_is_in_the_journal(world: World) -> None:
    """Each write has its row; titles, texts and reasons are digested, never written."""
    made = published(world)
    with world.act("supervisor") as act:
        deciding.must_retract(act, made, reason="事实有误", version=2)
        deciding.retract(act, made, reason="事实有误", version=3)
    with world.engine.connect() as db:
        rows = [row for row in db.execute(select(journal.c.payload)).scalars() if str(made) in row]
    verbs = ["prepare", "approve", "must_retract", "retract"]
    assert [f'"verb":"publication.{verb}"' in row for verb, row in zip(verbs, rows, strict=True)] == [
        True
    ] * 4
    assert not any(word in row for row in rows for word in (WORDS, "砖厂", "有误"))
