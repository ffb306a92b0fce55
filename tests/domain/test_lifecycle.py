"""The lifecycle of a complaint case: what must hold after every edit of its rows."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.access import Actor, Grant, Role
from models.domain.complaint_steps import COMPLAINT, ComplaintFacts
from models.domain.errors import Forbidden, GuardsUnmet, IllegalTransition
from models.domain.lifecycle import ALL_CLOCKS, Move, Transition, decide, mermaid, open_to, permit
from models.domain.states import TERMINAL, Action, State

COUNTY = "430511"
HEADS = {Role.SUPERVISOR, Role.DEPUTY_HEAD}


def actor(*roles: Role, account: UUID | None = None, principal: UUID | None = None) -> Actor:
    grants = tuple(Grant(uuid4(), role, None, COUNTY, (COUNTY,), principal_id=principal) for role in roles)
    return Actor(account or uuid4(), None, "样例", grants)


EVERYONE = actor(*Role)


def facts(state: State, who: Actor = EVERYONE, **changed: Any) -> ComplaintFacts:
    return ComplaintFacts(state=state, division="430511101", actor=who, **changed)


def test_one_row_per_state_and_action() -> None:
    """No state has two rows for one action."""
    seen = Counter((source, row.action) for row in COMPLAINT for source in row.sources)
    assert [pair for pair, times in seen.items() if times > 1] == []


def test_every_state_is_reachable_and_every_open_state_has_an_exit() -> None:
    """From the first step every state can be reached, and only archived and void have no way on."""
    reached, todo = {State.NEW}, [State.NEW]
    while todo:
        here = todo.pop()
        ways = {row.target for row in COMPLAINT if here in row.sources and row.target is not None}
        todo += ways - reached
        reached |= ways
        assert bool(ways - {here}) == (here not in TERMINAL)
    assert reached == {
        state for row in COMPLAINT for state in (*row.sources, row.target) if state is not None
    }


def test_terminal_states_have_no_rows() -> None:
    """Nothing can be done to an archived or void case."""
    assert not [row for row in COMPLAINT if row.sources & TERMINAL]


Clocks = frozenset[str]


def after(
    row: Transition[ComplaintFacts], clocks: Clocks, stopped: Clocks, case: ComplaintFacts
) -> tuple[Clocks, Clocks]:
    stops = clocks if ALL_CLOCKS in row.stops else clocks & set(row.stops)
    reopened = stopped & set(row.reopens)
    started = {start.rule_id for start in row.starts if start.when(case)}
    return (clocks - stops) | reopened | started, (stopped | stops) - reopened


@pytest.mark.parametrize(
    ("reporter", "order", "sign", "back", "contact"),
    [case for case in product([True, False], repeat=5) if case[0] or not any(case[1:])],
)
def test_every_open_state_has_a_clock(
    reporter: bool, order: bool, sign: bool, back: bool, contact: bool
) -> None:
    """Along every path of steps an open case has a running clock, and a terminal one has none."""
    case = facts(
        State.NEW,
        has_reporter=reporter,
        has_external_number=order,
        has_sign_by=sign,
        has_return_by=back,
        contactable=contact,
    )
    first: tuple[State, Clocks, Clocks] = (State.NEW, frozenset(), frozenset())
    seen, todo = {first}, [first]
    while todo:
        state, clocks, stopped = todo.pop()
        if state is not State.NEW:
            assert bool(clocks) == (state not in TERMINAL), (state, clocks)
        for row in COMPLAINT:
            if state in row.sources and _possible(row, reporter):
                following = (row.target or state, *after(row, clocks, stopped, case))
                if following not in seen:
                    seen.add(following)
                    todo.append(following)


def _possible(row: Transition[ComplaintFacts], reporter: bool) -> bool:
    """Whether the guards about the reporter allow the row at all."""
    names = {guard.__name__ for guard in row.guards}
    return not (("someone_waits" in names and not reporter) or ("no_reporter" in names and reporter))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.RETURN, Action.CONFIRM_REFUSAL, Action.UPHOLD])
def test_nobody_judges_his_own_work(action: Action) -> None:
    """Who proposed, investigated, handles or refused cannot approve or return, nor can his deputy or principal."""
    me, other = uuid4(), uuid4()
    for row in COMPLAINT:
        if row.action is not action:
            continue
        for source in row.sources:
            for who in (actor(*Role, account=me), actor(*Role, account=other, principal=me)):
                with pytest.raises(GuardsUnmet) as refused:
                    decide(COMPLAINT, action, facts(source, who, doers=frozenset({me})))
                assert "four_eyes" in {unmet.guard for unmet in refused.value.unmet}


def test_who_worked_on_it_does_not_call_back() -> None:
    """The call-back is refused to whoever investigated, proposed or handles; to a colleague it is not."""
    me = uuid4()
    for account, unmet in ((me, ["not_by_handler"]), (uuid4(), [])):
        case = facts(State.REPLIED, actor(Role.CLERK, account=account), doers=frozenset({me}))
        offered = {row.action: [one.guard for one in left] for row, left in open_to(COMPLAINT, case)}
        assert offered[Action.CALL_BACK] == unmet


def test_only_the_handler_investigates_and_proposes() -> None:
    """An inspector to whom the case was not assigned neither begins its investigation nor proposes its end."""
    me = uuid4()
    for source, action in ((State.ASSIGNED, Action.INVESTIGATE), (State.INVESTIGATING, Action.PROPOSE)):
        mine = facts(source, actor(Role.INSPECTOR, account=me), handlers=frozenset({me}))
        decide(COMPLAINT, action, mine)
        others = facts(source, actor(Role.INSPECTOR, account=uuid4()), handlers=frozenset({me}))
        with pytest.raises(GuardsUnmet) as refused:
            decide(COMPLAINT, action, others)
        assert [unmet.guard for unmet in refused.value.unmet] == ["is_handler"]


def test_investigator_and_approver_roles_are_apart() -> None:
    """No single role can both propose and approve, or refuse and confirm the refusal."""
    for first, second in ((Action.PROPOSE, Action.APPROVE), (Action.REFUSE, Action.CONFIRM_REFUSAL)):
        left = frozenset[Role]().union(*(row.roles for row in COMPLAINT if row.action is first))
        right = frozenset[Role]().union(*(row.roles for row in COMPLAINT if row.action is second))
        assert not left & right


@given(
    state=st.sampled_from(State),
    action=st.sampled_from(Action),
    roles=st.frozensets(st.sampled_from(Role)),
    division=st.sampled_from(["430511101", "430502001"]),
    flags=st.fixed_dictionaries(
        {
            name: st.booleans()
            for name in (
                "has_reporter",
                "has_category",
                "contactable",
                "has_external_number",
                "told",
                "platform_replied",
                "close_overdue",
                "reached",
                "extension_too_long",
            )
        }
    ),
    clock=st.sampled_from(["none", "running", "suspended"]),
    attempts=st.integers(0, 3),
    left=st.integers(0, 1),
    unanswered=st.lists(st.integers(1, 5), max_size=2),
    unqualified=st.lists(st.just("样例甲"), max_size=1),
)
def test_decide_is_total(
    state: State,
    action: Action,
    roles: frozenset[Role],
    division: str,
    flags: dict[str, bool],
    clock: str,
    attempts: int,
    left: int,
    unanswered: list[int],
    unqualified: list[str],
) -> None:
    """Whatever the facts, the answer is a move or one of three refusals; a move follows a row of the table."""
    case = ComplaintFacts(
        state=state,
        division=division,
        actor=actor(*roles),
        close_clock=clock,
        failed_attempts=attempts,
        extensions_left=left,
        unanswered_points=tuple(unanswered),
        unqualified=tuple(unqualified),
        **flags,  # type: ignore[arg-type]
    )
    with suppress(IllegalTransition, Forbidden, GuardsUnmet):
        _follows_a_row(decide(COMPLAINT, action, case), case, action)


def _follows_a_row(move: Move, case: ComplaintFacts, action: Action) -> None:
    assert isinstance(move, Move)
    assert case.state in move.transition.sources
    assert move.transition.action is action
    assert move.grant.role in move.transition.roles
    assert not [one for one in open_to(COMPLAINT, case) if one[0] is move.transition and one[1]]


def test_all_unmet_guards_are_told_at_once() -> None:
    """A step with several open conditions names every one of them."""
    me = uuid4()
    case = facts(
        State.IN_REVIEW, actor(Role.SUPERVISOR, account=me), doers=frozenset({me}), unanswered_points=(2,)
    )
    with pytest.raises(GuardsUnmet) as refused:
        decide(COMPLAINT, Action.APPROVE, case)
    assert [unmet.guard for unmet in refused.value.unmet] == ["four_eyes", "points_answered"]


def test_own_grant_goes_before_a_deputys() -> None:
    """Who is both in office and a deputy acts in his own name."""
    me = uuid4()
    own = Grant(uuid4(), Role.SUPERVISOR, None, COUNTY, (COUNTY,))
    lent = Grant(uuid4(), Role.SUPERVISOR, None, COUNTY, (COUNTY,), principal_id=uuid4())
    case = facts(State.ACCEPTED, Actor(me, None, "样例", (lent, own)))
    assert decide(COMPLAINT, Action.ASSIGN, case).grant is own


def test_a_deputy_is_bound_to_the_steps_he_was_given() -> None:
    """A deputy who was given approvals only cannot assign."""
    lent = Grant(
        uuid4(),
        Role.SUPERVISOR,
        None,
        COUNTY,
        (COUNTY,),
        principal_id=uuid4(),
        actions=frozenset({"approve"}),
    )
    who = Actor(uuid4(), None, "样例", (lent,))
    permit(COMPLAINT, Action.APPROVE, who, "430511101")
    with pytest.raises(Forbidden):
        permit(COMPLAINT, Action.ASSIGN, who, "430511101")


def test_a_grant_elsewhere_permits_nothing_here() -> None:
    """A supervisor of the neighbouring county cannot act in this one."""
    who = Actor(uuid4(), None, "样例", (Grant(uuid4(), Role.SUPERVISOR, None, "430502", ("430502",)),))
    with pytest.raises(Forbidden):
        permit(COMPLAINT, Action.ASSIGN, who, "430511101")


def test_diagram_names_every_state() -> None:
    """The generated diagram shows all states and the first step."""
    drawn = mermaid(COMPLAINT)
    states = {state for row in COMPLAINT for state in (*row.sources, row.target) if state is not None}
    assert all(f"{state.value}: " in drawn for state in states)
    assert "new --> registered: 登记" in drawn
