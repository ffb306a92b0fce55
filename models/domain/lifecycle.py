"""
The lifecycle of a case: one tuple of rows per kind, one function that reads it. Pure.

A row says which action leads from which states to which state, who may take it, what must hold,
and which clocks (rule ids) it starts, stops or reopens. ``decide`` is total: it returns a ``Move`` or raises
one of three refusals, and reports *all* unmet guards at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.domain.access import Actor, Grant, Role
from models.domain.errors import Forbidden, GuardsUnmet, IllegalTransition, Unmet


class Kind(StrEnum):
    """What kind of case it is; later also handover, rectification, correction_order."""

    COMPLAINT = "complaint"  # 举报


class State(StrEnum):
    """Where a case stands."""

    NEW = "new"  # 尚未登记: the state before the first step, never stored
    REGISTERED = "registered"  # 登记
    AWAITING_SUPPLEMENT = "awaiting_supplement"  # 待补正
    REFUSAL_REVIEW = "refusal_review"  # 拟不予受理
    REFUSED = "refused"  # 不予受理
    ACCEPTED = "accepted"  # 已受理
    ASSIGNED = "assigned"  # 已派单
    INVESTIGATING = "investigating"  # 调查中
    IN_REVIEW = "in_review"  # 待审批
    RETURNED = "returned"  # 退回重办
    CONCLUDED = "concluded"  # 办结待答复
    REPLIED = "replied"  # 已答复
    CALLED_BACK = "called_back"  # 已回访
    NOT_FIXED_REVIEW = "not_fixed_review"  # 复核中: the reporter says it is not fixed
    ARCHIVED = "archived"  # 已归档
    VOID = "void"  # 已作废


STATE_TITLES: Final[dict[State, str]] = {
    State.NEW: "新建",
    State.REGISTERED: "登记",
    State.AWAITING_SUPPLEMENT: "待补正",
    State.REFUSAL_REVIEW: "拟不予受理",
    State.REFUSED: "不予受理",
    State.ACCEPTED: "已受理",
    State.ASSIGNED: "已派单",
    State.INVESTIGATING: "调查中",
    State.IN_REVIEW: "待审批",
    State.RETURNED: "退回重办",
    State.CONCLUDED: "办结待答复",
    State.REPLIED: "已答复",
    State.CALLED_BACK: "已回访",
    State.NOT_FIXED_REVIEW: "复核中",
    State.ARCHIVED: "已归档",
    State.VOID: "已作废",
}

TERMINAL: Final = frozenset({State.ARCHIVED, State.VOID})


class Action(StrEnum):
    """What a person can do to a case; recorded as one ``step``."""

    REGISTER = "register"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CONFIRM_REFUSAL = "confirm_refusal"
    TELL = "tell"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    REASSIGN = "reassign"
    INVESTIGATE = "investigate"
    PROPOSE = "propose"
    RETURN = "return"
    APPROVE = "approve"
    REPLY = "reply"
    REPLY_PLATFORM = "reply_platform"
    CALL_BACK = "call_back"
    NOT_FIXED = "not_fixed"
    UPHOLD = "uphold"
    ARCHIVE = "archive"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    VOID = "void"


ACTION_TITLES: Final[dict[Action, str]] = {
    Action.REGISTER: "登记",
    Action.REQUEST_SUPPLEMENT: "要求补充",
    Action.SUPPLEMENT: "收到补充",
    Action.ACCEPT: "受理",
    Action.REFUSE: "拟不予受理",
    Action.CONFIRM_REFUSAL: "批准不予受理",
    Action.TELL: "告知受理情况",
    Action.ASSIGN: "派单",
    Action.UNASSIGN: "撤回派单",
    Action.REASSIGN: "改派",
    Action.INVESTIGATE: "开始调查",
    Action.PROPOSE: "提交办理意见",
    Action.RETURN: "退回",
    Action.APPROVE: "审批办结",
    Action.REPLY: "答复举报人",
    Action.REPLY_PLATFORM: "回复来件平台",
    Action.CALL_BACK: "回访",
    Action.NOT_FIXED: "反映未解决",
    Action.UPHOLD: "复核维持",
    Action.ARCHIVE: "归档",
    Action.EXTEND: "批准延期",
    Action.SUSPEND: "中止计时",
    Action.RESUME: "恢复计时",
    Action.VOID: "作废",
}

Guard = Callable[["Facts"], Unmet | None]
Condition = Callable[["Facts"], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What ``decide`` may know about a case and the step at hand; plain values only.

    The fields after ``# of the step`` describe the inputs; their defaults are those of a step without
    flaws, so that ``GET`` can ask "what is unmet" before anybody has typed anything.
    """

    state: State
    division: str
    actor: Actor
    has_reporter: bool = True
    has_category: bool = True
    text_written: bool = True  # by a clerk, over what the public face put there
    contactable: bool = True
    urgent: bool = False
    has_external_number: bool = False
    has_sign_by: bool = False
    has_return_by: bool = False
    told: bool = False
    failed_attempts: int = 0
    platform_replied: bool = False
    handlers: frozenset[object] = frozenset()
    doers: frozenset[object] = frozenset()  # who proposed, investigated or asked for what is now judged
    unanswered_points: tuple[int, ...] = ()
    close_clock: str = "none"  # none | running | suspended
    close_overdue: bool = False
    extensions_left: int = 0
    # of the step
    unqualified: tuple[str, ...] = ()
    reached: bool = True
    extension_too_long: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """A clock that a step starts, when its condition holds."""

    rule_id: str
    when: Condition = lambda facts: True


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a lifecycle. ``target`` ``None``: the state stays."""

    action: Action
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    guards: tuple[Guard, ...] = ()
    starts: tuple[Start, ...] = ()
    stops: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()


Lifecycle = tuple[Transition, ...]
ALL_CLOCKS: Final = "*"


@dataclass(frozen=True, slots=True)
class Move:
    """What a permitted step does: the new state, the grant it was taken under, the clocks it touches."""

    transition: Transition
    source: State
    target: State
    grant: Grant
    starts: tuple[str, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        return self.transition.stops


def rows_for(rows: Lifecycle, action: Action) -> Iterator[Transition]:
    return (row for row in rows if row.action is action)


def permit(rows: Lifecycle, action: Action, actor: Actor, division: str) -> None:
    """
    Refuse an action that no row gives to any of the actor's roles there, whatever the state.

    Raises:
        Forbidden
    """
    roles = frozenset[Role]().union(*(row.roles for row in rows_for(rows, action)))
    if _grant(actor, roles, division, action) is None:
        raise Forbidden(f"您的岗位不能“{ACTION_TITLES[action]}”", action=action.value)


def decide(rows: Lifecycle, action: Action, facts: Facts) -> Move:
    """
    Read the table: the move that this action makes now.

    Raises:
        IllegalTransition: no row for this action in this state.
        Forbidden: a row, but not for the actor's roles.
        GuardsUnmet: every condition that does not hold.
    """
    row = next((row for row in rows_for(rows, action) if facts.state in row.sources), None)
    if row is None:
        raise IllegalTransition(
            f"案件目前是“{STATE_TITLES[facts.state]}”，不能“{ACTION_TITLES[action]}”",
            state=facts.state.value,
            action=action.value,
        )
    grant = _grant(facts.actor, row.roles, facts.division, action)
    if grant is None:
        raise Forbidden(f"您的岗位不能“{ACTION_TITLES[action]}”", action=action.value)
    unmet = unmet_guards(row, facts)
    if unmet:
        raise GuardsUnmet(unmet)
    starts = tuple(start.rule_id for start in row.starts if start.when(facts))
    return Move(row, facts.state, row.target or facts.state, grant, starts)


def unmet_guards(row: Transition, facts: Facts) -> list[Unmet]:
    """All guards of a row that do not hold, in the order of the row."""
    return [unmet for guard in row.guards if (unmet := guard(facts)) is not None]


def open_to(rows: Lifecycle, facts: Facts) -> list[tuple[Transition, list[Unmet]]]:
    """The rows the actor could take from here, each with what is still unmet."""
    return [
        (row, unmet_guards(row, facts))
        for row in rows
        if facts.state in row.sources
        and _grant(facts.actor, row.roles, facts.division, row.action) is not None
    ]


def mermaid(rows: Sequence[Transition]) -> str:
    """The lifecycle as a Mermaid state diagram, generated from the rows."""
    named = {s for row in rows for s in (*row.sources, *([row.target] if row.target else []))}
    lines = ["stateDiagram-v2", *(f"  {state.value}: {STATE_TITLES[state]}" for state in sorted(named))]
    for row in rows:
        for source in sorted(row.sources):
            target = row.target or source
            if row.target is not None or len(row.sources) <= 3:
                lines.append(f"  {source.value} --> {target.value}: {ACTION_TITLES[row.action]}")
    return "\n".join(lines)


def _grant(actor: Actor, roles: frozenset[Role], division: str, action: Action) -> Grant | None:
    """The grant to act under: one's own before a deputy's."""
    usable = [
        grant
        for grant in actor.holding(roles, division)
        if grant.actions is None or action.value in grant.actions
    ]
    return min(usable, key=lambda grant: grant.principal_id is not None, default=None)
