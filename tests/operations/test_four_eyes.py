"""Who did something to a case does not judge it, whatever other post he holds by then (``product.md`` §4.8)."""

from __future__ import annotations

from typing import Any

import pytest

from models.domain.access import Role
from models.domain.errors import GuardsUnmet
from models.domain.states import Action
from models.operations.people import accounts
from models.operations.people.accounts import GrantDraft
from tests.factories import COUNTY, World
from tests.operations.law.story import Story


def promoted(world: World, who: str) -> str:
    """The person is a supervisor as well from now on."""
    person = world.account(who)
    with world.act("admin") as act:
        accounts.give(act, GrantDraft(person, Role.SUPERVISOR, COUNTY))
    return who


def refused_to(story: Story, who: str, action: Action, **inputs: Any) -> list[str]:
    with pytest.raises(GuardsUnmet) as refused:
        story.step(who, action, **inputs)
    return [one.guard for one in refused.value.unmet]


def test_who_wants_a_complaint_refused_does_not_confirm_it(world: World) -> None:
    """A clerk who became supervisor confirms no refusal of his own; another supervisor does."""
    clerk = promoted(world, "clerk")
    story = Story(world).register()
    story.step(clerk, Action.REFUSE, reason="out_of_scope", note="不属于生态环境部门职责")
    assert refused_to(story, clerk, Action.CONFIRM_REFUSAL, note="") == ["four_eyes"]
    assert refused_to(story, clerk, Action.RETURN, reason="补充") == ["four_eyes"]
    story.step("supervisor", Action.CONFIRM_REFUSAL, note="")


def test_who_investigated_does_not_approve_after_he_was_relieved(world: World) -> None:
    """An inspector who began the investigation, was replaced and became supervisor judges nothing of that case."""
    story = Story(world).register().accept().assign()
    story.step("inspector", Action.INVESTIGATE)
    other = str(world.account("inspector2"))
    story.step("supervisor", Action.REASSIGN, handlers=[other], lead=other, reason="轮岗")
    story.propose_as("inspector2")
    former = promoted(world, "inspector")
    assert refused_to(story, former, Action.APPROVE, note="同意") == ["four_eyes"]
    assert refused_to(story, former, Action.VOID, reason="重复") == ["four_eyes"]
    story.step("supervisor", Action.APPROVE, note="同意")
