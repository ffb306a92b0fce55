"""The lifecycle of a rectification item: what must hold after every edit of its rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from models.domain.access import Actor, Grant, Role
from models.domain.errors import GuardsUnmet
from models.domain.lifecycle import ALL_CLOCKS, Transition, decide, mermaid
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.steps import RECTIFICATION
from models.domain.rectification.words import LOOK_BACKS
from models.domain.states import STATE_TITLES, TERMINAL, Action, State

Row = Transition[ItemFacts]
COUNTY = "430511"
STATES = {state for row in RECTIFICATION for state in (*row.sources, row.target) if state is not None}
JUDGING = {
    Action.CONFIRM_PLAN,
    Action.RETURN_PLAN,
    Action.GRANT_EXTENSION,
    Action.REFUSE_EXTENSION,
    Action.ACCEPT_MATERIALS,
    Action.RETURN_MATERIALS,
    Action.VERIFY,
    Action.COUNTERSIGN,
    Action.FAIL_SITE,
    Action.PUBLISH,
    Action.APPROVE_WRITE_OFF,
    Action.REFUSE_WRITE_OFF,
    Action.WRITE_OFF,
    Action.LOOK_BACK,
    Action.ARCHIVE,
    Action.VOID,
}
"""Steps that say whether somebody's work is good."""


def facts(state: State, who: Actor, **changed: Any) -> ItemFacts:
    return ItemFacts(state=state, division="430511101", actor=who, **changed)


def everybody(account: Any, unit: Any, *, principal: Any = None) -> Actor:
    """A person with every role there is, in one unit."""
    grants = tuple(Grant(uuid4(), role, unit, COUNTY, (COUNTY,), principal_id=principal) for role in Role)
    return Actor(account, None, "样例", grants)


def test_one_row_per_state_and_action() -> None:
    """No state has two rows for one action."""
    seen = Counter((source, row.action) for row in RECTIFICATION for source in row.sources)
    assert [pair for pair, times in seen.items() if times > 1] == []


def test_every_state_is_reachable_and_every_open_state_has_an_exit() -> None:
    """From the ledger every state can be reached, and only archived and void have no way on."""
    reached, todo = {State.NEW}, [State.NEW]
    while todo:
        here = todo.pop()
        ways = {row.target for row in RECTIFICATION if here in row.sources and row.target is not None}
        todo += ways - reached
        reached |= ways
        assert bool(ways - {here}) == (here not in TERMINAL), here
    assert reached == STATES


def test_every_open_state_has_a_clock() -> None:
    """Along every path an open item has a running clock, and an ended one has none."""
    first: tuple[State, frozenset[str], frozenset[str], int] = (State.NEW, frozenset(), frozenset(), 0)
    seen, todo = {first}, [first]
    while todo:
        state, clocks, stopped, looks = todo.pop()
        if state is not State.NEW:
            assert bool(clocks) == (state not in TERMINAL), (state, clocks)
        for row in RECTIFICATION:
            if state not in row.sources or (row.action is Action.LOOK_BACK and looks == LOOK_BACKS):
                continue
            following = _after(row, state, clocks, stopped, looks)
            if following not in seen:
                seen.add(following)
                todo.append(following)


def _after(
    row: Row, state: State, clocks: frozenset[str], stopped: frozenset[str], looks: int
) -> tuple[State, frozenset[str], frozenset[str], int]:
    case = facts(state, everybody(uuid4(), uuid4()), look_backs=looks)
    stops = clocks if ALL_CLOCKS in row.stops else clocks & set(row.stops)
    reopened = stopped & set(row.reopens)
    started = {start.rule_id for start in row.starts if start.when(case)}
    more = looks + (row.action is Action.LOOK_BACK)
    return row.target or state, (clocks - stops) | reopened | started, (stopped | stops) - reopened, more


@pytest.mark.parametrize("action", sorted(JUDGING))
def test_nobody_judges_what_he_or_his_unit_applied_for(action: Action) -> None:
    """With every role at once: the applicant, who stands in for him, and his whole unit tree are refused."""
    me, home = uuid4(), uuid4()
    applied = {"applicants": frozenset({me})}
    of_family = {"families": frozenset({home})}
    for row in (one for one in RECTIFICATION if one.action is action):
        for source, (who, more) in product(
            row.sources,
            (
                (everybody(me, uuid4()), applied),
                (everybody(uuid4(), uuid4(), principal=me), applied),
                (everybody(uuid4(), home), of_family | {"own_units": frozenset({home})}),
            ),
        ):
            with pytest.raises(GuardsUnmet) as refused:
                decide(RECTIFICATION, action, facts(source, who, **more))
            told = {unmet.guard for unmet in refused.value.unmet}
            assert told & {"not_applicant", "outside_family"}, (action, source)


@pytest.mark.parametrize(
    "action", [Action.PUBLISH, Action.APPROVE_WRITE_OFF, Action.WRITE_OFF, Action.LOOK_BACK, Action.ARCHIVE]
)
def test_who_verified_does_not_go_on(action: Action) -> None:
    """Who accepted on the site neither publishes, approves, writes off, looks back nor files."""
    me = uuid4()
    row = next(one for one in RECTIFICATION if one.action is action)
    for source in row.sources:
        with pytest.raises(GuardsUnmet) as refused:
            decide(RECTIFICATION, action, facts(source, everybody(me, uuid4()), verifiers=frozenset({me})))
        assert "not_verifier" in {unmet.guard for unmet in refused.value.unmet}


@pytest.mark.parametrize("action", [Action.VERIFY, Action.COUNTERSIGN])
def test_who_verified_a_round_does_not_verify_the_next(action: Action) -> None:
    """A verifier of round n, or his deputy, is refused in round n+1."""
    me, unit = uuid4(), uuid4()
    for who in (everybody(me, unit), everybody(uuid4(), unit, principal=me)):
        source = next(iter(next(one for one in RECTIFICATION if one.action is action).sources))
        with pytest.raises(GuardsUnmet) as refused:
            decide(
                RECTIFICATION, action, facts(source, who, verifier=unit, earlier_verifiers=frozenset({me}))
            )
        assert "not_verified_before" in {unmet.guard for unmet in refused.value.unmet}


def test_one_person_does_not_sign_twice() -> None:
    """The acceptance needs a second member of the unit, named in it; the first one's deputy is not one."""
    me, unit, other = uuid4(), uuid4(), uuid4()
    signed = {
        "verifier": unit,
        "verified_by": me,
        "members": frozenset({me, other}),
        "verifiers": frozenset({me}),
    }
    absent = everybody(uuid4(), unit, principal=other)  # stands in for a member, and was not there
    for who in (
        everybody(me, unit),
        everybody(uuid4(), unit, principal=me),
        everybody(uuid4(), unit),
        absent,
    ):
        with pytest.raises(GuardsUnmet) as refused:
            decide(RECTIFICATION, Action.COUNTERSIGN, facts(State.COUNTERSIGNING, who, **signed))
        assert [unmet.guard for unmet in refused.value.unmet] == ["second_member"]
    move = decide(
        RECTIFICATION, Action.COUNTERSIGN, facts(State.COUNTERSIGNING, everybody(other, unit), **signed)
    )
    assert move.target is State.VERIFIED


def test_only_the_designated_unit_verifies() -> None:
    """Without a designation nobody verifies; with one only the people of that unit do."""
    unit = uuid4()
    for verifier, who in ((None, everybody(uuid4(), unit)), (uuid4(), everybody(uuid4(), unit))):
        with pytest.raises(GuardsUnmet) as refused:
            decide(RECTIFICATION, Action.VERIFY, facts(State.SITE_CHECK, who, verifier=verifier))
        assert [unmet.guard for unmet in refused.value.unmet] == ["is_designated"]


def test_the_diagram_names_every_state() -> None:
    """The generated diagram shows each state of an item in Chinese."""
    drawn = mermaid(RECTIFICATION)
    assert all(f"{state.value}: {STATE_TITLES[state]}" in drawn for state in STATES)


def test_two_looks_are_apart() -> None:
    """The second look-back is refused before its first day, and the item is not filed without its notes."""
    who, day = everybody(uuid4(), uuid4()), date(2027, 3, 1)
    once = {"look_backs": 1, "next_look_on": day}
    early = facts(State.LOOK_BACK, who, **once, looked_on=day - timedelta(days=1))
    with pytest.raises(GuardsUnmet) as refused:
        decide(RECTIFICATION, Action.LOOK_BACK, early)
    assert [unmet.guard for unmet in refused.value.unmet] == ["looks_apart"]
    decide(RECTIFICATION, Action.LOOK_BACK, facts(State.LOOK_BACK, who, **once, looked_on=day))
    bare = facts(State.LOOK_BACK, who, look_backs=2, missing_at_filing=("回头看记录",))
    with pytest.raises(GuardsUnmet) as refused:
        decide(RECTIFICATION, Action.ARCHIVE, bare)
    assert [unmet.guard for unmet in refused.value.unmet] == ["filed_whole"]


def test_an_objection_before_the_publicity_begins_has_a_way() -> None:
    """Upheld before 开始公示 it bars the publicity and leads back to work; so does an error of the verifiers."""
    unit = uuid4()
    upheld = facts(
        State.VERIFIED, everybody(uuid4(), unit), published=True, upheld_objections=1, verifier=unit
    )
    with pytest.raises(GuardsUnmet) as refused:
        decide(RECTIFICATION, Action.PUBLISH, upheld)
    assert [unmet.guard for unmet in refused.value.unmet] == ["no_objection_upheld"]
    assert decide(RECTIFICATION, Action.UPHOLD_OBJECTION, upheld).target is State.RECTIFYING
    assert decide(RECTIFICATION, Action.FAIL_SITE, upheld).target is State.RECTIFYING


def test_the_end_of_the_publicity_is_told() -> None:
    """An approval too early says until when it is shown; one without a publicity says what to do."""
    who = everybody(uuid4(), uuid4())
    for ends_on, said in ((date(2026, 12, 1), "公示至2026-12-01"), (None, "请重新拟稿公示")):
        with pytest.raises(GuardsUnmet) as refused:
            decide(
                RECTIFICATION,
                Action.APPROVE_WRITE_OFF,
                facts(State.IN_PUBLICITY, who, publicity_ends_on=ends_on),
            )
        assert said in refused.value.unmet[0].message
