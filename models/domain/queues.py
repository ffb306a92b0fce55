"""Queues 待办: which states, clocks and roles make one, in the order a person works through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.domain.access import Role
from models.domain.states import State


@dataclass(frozen=True, slots=True)
class Queue:
    """
    A named list of cases.

    ``mine``: only those assigned to the reader. ``within_days``: nearest end at most so many days away
    (0: already overdue). ``unproven``: whether forms without proof of work (未验证) are in it; ``None``: all.
    ``waiting``: the reporter wrote and nobody has answered yet.
    """

    name: str
    title: str
    roles: frozenset[Role]
    states: frozenset[State] | None = None
    mine: bool = False
    within_days: int | None = None
    unproven: bool | None = None
    waiting: bool = False


_HEADS = frozenset({Role.SUPERVISOR, Role.DEPUTY_HEAD})
_OPEN = frozenset(State) - {State.NEW, State.ARCHIVED, State.VOID}
_UNITS = frozenset({Role.LIAISON, Role.VERIFIER})
_OFFICE = frozenset({Role.OFFICE})
_VERIFIER = frozenset({Role.VERIFIER})
_EVERY_DESK = frozenset({Role.CLERK, Role.INSPECTOR, Role.OFFICE}) | _HEADS

QUEUES: Final[dict[str, Queue]] = {
    queue.name: queue
    for queue in (
        Queue("overdue", "已逾期", _EVERY_DESK | _UNITS, _OPEN, within_days=0),
        Queue("due_soon", "三日内到期", _EVERY_DESK | _UNITS, _OPEN, within_days=3),
        Queue(
            "triage",
            "待受理",
            frozenset({Role.CLERK}) | _HEADS,
            frozenset({State.REGISTERED}),
            unproven=False,
        ),
        Queue(
            "unproven",
            "网页表单待核（未验证）",
            frozenset({Role.CLERK}) | _HEADS,
            frozenset({State.REGISTERED}),
            unproven=True,
        ),
        Queue("messages", "举报人有新留言", frozenset({Role.CLERK}), waiting=True),
        Queue("supplement", "待补正", frozenset({Role.CLERK}), frozenset({State.AWAITING_SUPPLEMENT})),
        Queue("refusals", "拟不予受理待批", _HEADS, frozenset({State.REFUSAL_REVIEW})),
        Queue("to_assign", "待派单", _HEADS, frozenset({State.ACCEPTED})),
        Queue("not_fixed", "反映未解决待复核", _HEADS, frozenset({State.NOT_FIXED_REVIEW})),
        Queue("review", "待审批", _HEADS, frozenset({State.IN_REVIEW})),
        Queue(
            "mine",
            "我承办的",
            frozenset({Role.INSPECTOR, Role.WARDEN}),
            frozenset({State.ASSIGNED, State.INVESTIGATING, State.RETURNED}),
            mine=True,
        ),
        Queue("returned", "退回重办", _EVERY_DESK, frozenset({State.RETURNED})),
        Queue("to_reply", "待答复", frozenset({Role.CLERK}), frozenset({State.CONCLUDED, State.REFUSED})),
        Queue("to_call_back", "待回访", frozenset({Role.CLERK, Role.OFFICE}), frozenset({State.REPLIED})),
        Queue("to_archive", "待归档", frozenset({Role.CLERK, Role.OFFICE}), frozenset({State.CALLED_BACK})),
        Queue(
            "rectifying",
            "我单位的整改",
            frozenset({Role.LIAISON}),
            frozenset({State.LISTED, State.RECTIFYING, State.SELF_CHECKED}),
        ),
        Queue("plans", "整改方案待确认", _OFFICE, frozenset({State.PLAN_REVIEW})),
        Queue("extensions", "延期申请待批", _OFFICE, frozenset({State.EXTENSION_REVIEW})),
        Queue("materials", "销号材料待审核", _VERIFIER, frozenset({State.MATERIAL_REVIEW})),
        Queue(
            "site_checks",
            "待现场核查、会签",
            _VERIFIER,
            frozenset({State.SITE_CHECK, State.COUNTERSIGNING}),
        ),
        Queue("to_publish", "验收通过待公示", _OFFICE, frozenset({State.VERIFIED})),
        Queue("in_publicity", "公示中", _OFFICE, frozenset({State.IN_PUBLICITY})),
        Queue("to_write_off", "已批准待销号", _OFFICE, frozenset({State.WRITE_OFF_APPROVED})),
        Queue(
            "look_backs",
            "一个月内应回头看",
            frozenset({Role.INSPECTOR, Role.OFFICE}) | _HEADS,
            frozenset({State.LOOK_BACK}),
            within_days=30,
        ),
        Queue("open", "全部在办", _EVERY_DESK | {Role.WARDEN, Role.LIAISON, Role.VERIFIER}, _OPEN),
    )
}


def queues_of(roles: frozenset[Role]) -> tuple[Queue, ...]:
    """The queues any of these roles works through, in their order."""
    return tuple(queue for queue in QUEUES.values() if queue.roles & roles)
