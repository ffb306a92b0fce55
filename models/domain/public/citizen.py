"""What a citizen is told: states in plain words, and the doors that stay open after an answer."""

from __future__ import annotations

from typing import Final

from models.domain.states import State

_RECEIVED: Final = "已收到，正在核对"
_WORKING: Final = "已受理，正在调查处理"

PUBLIC_STATES: Final[dict[State, tuple[str, str]]] = {
    State.REGISTERED: ("received", _RECEIVED),
    State.AWAITING_SUPPLEMENT: ("supplement_wanted", "需要您补充情况，请看留言"),
    State.REFUSAL_REVIEW: ("received", _RECEIVED),
    State.REFUSED: ("refused", "不予受理，理由和其他途径见下"),
    State.ACCEPTED: ("working", _WORKING),
    State.ASSIGNED: ("working", _WORKING),
    State.INVESTIGATING: ("working", _WORKING),
    State.IN_REVIEW: ("working", _WORKING),
    State.RETURNED: ("working", _WORKING),
    State.CONCLUDED: ("concluded", "已办结，正在准备答复"),
    State.REPLIED: ("answered", "已答复"),
    State.CALLED_BACK: ("answered", "已答复"),
    State.NOT_FIXED_REVIEW: ("reviewing", "您反映未解决，正由未经办过本件的人员复核"),
    State.ARCHIVED: ("answered", "已答复，已归档"),
    State.VOID: ("ended", "已终止办理，如有疑问请拨打 12345"),
}
"""By state: a stable code and the words. Inner steps (派单、审批、退回) are not told: they would show who and when."""

ANSWERED: Final = frozenset({State.REPLIED, State.CALLED_BACK})
"""States in which the reporter may say "not fixed" or how satisfied he is."""

NEXT_DOORS: Final = (
    "对答复不满意，可以在这里选“未解决”，由没有经办过本件的人员复核；",
    "可以向市生态环境局反映，或拨打 12345、12369；",
    "属于信访事项的，可以自收到答复之日起 30 日内请求上一级机关复查；",
    "处理决定直接影响您的合法权益的，可以依法申请行政复议或者提起行政诉讼。",
)
"""No dead end. Source: 信访工作条例 art. 35; 行政复议法; 行政诉讼法 (days.md §6, +15 d)."""
