"""The events from which rules count 起算事件."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Trigger(StrEnum):
    """The event from which the rule counts; the event's day is not counted."""

    RECEIVED = "received"
    KNOWN = "known"
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    REFUSAL_PROPOSED = "refusal_proposed"
    ACCEPTED = "accepted"
    CONCLUDED = "concluded"
    REPLIED = "replied"
    RETURNED = "returned"
    NOT_FIXED = "not_fixed"
    OBJECTED = "objected"
    RETRACTION_DECIDED = "retraction_decided"
    LISTED = "listed"
    PLAN_SUBMITTED = "plan_submitted"
    EXTENSION_REQUESTED = "extension_requested"
    SELF_CHECKED = "self_checked"
    APPLIED = "applied"
    MATERIALS_ACCEPTED = "materials_accepted"
    VERIFIED = "verified"
    PUBLICITY_OVER = "publicity_over"
    WRITE_OFF_APPROVED = "write_off_approved"
    WRITTEN_OFF = "written_off"
    LOOKED_AT = "looked_at"
    LOOKED_BACK = "looked_back"


TRIGGER_TITLES: Final = {
    Trigger.RECEIVED: "收到来件",
    Trigger.KNOWN: "得知情况",
    Trigger.REGISTERED: "登记",
    Trigger.DISPATCHED: "工单派发",
    Trigger.SUPPLEMENT_REQUESTED: "告知补充材料",
    Trigger.REFUSAL_PROPOSED: "提出不予受理",
    Trigger.ACCEPTED: "受理",
    Trigger.CONCLUDED: "办结",
    Trigger.REPLIED: "答复",
    Trigger.RETURNED: "退回重办",
    Trigger.NOT_FIXED: "举报人反映未解决",
    Trigger.OBJECTED: "收到异议",
    Trigger.RETRACTION_DECIDED: "决定撤回",
    Trigger.LISTED: "交办（列入清单）",
    Trigger.PLAN_SUBMITTED: "报送方案",
    Trigger.EXTENSION_REQUESTED: "申请延期",
    Trigger.SELF_CHECKED: "自查完成",
    Trigger.APPLIED: "申请销号",
    Trigger.MATERIALS_ACCEPTED: "材料审核通过",
    Trigger.VERIFIED: "验收通过",
    Trigger.PUBLICITY_OVER: "公示期满",
    Trigger.WRITE_OFF_APPROVED: "批准销号",
    Trigger.WRITTEN_OFF: "销号",
    Trigger.LOOKED_AT: "第一次回头看",
    Trigger.LOOKED_BACK: "末次回头看合格",
}
"""The event in the words of a deadline's explanation."""

FROM_DISPATCH: Final = frozenset({Trigger.KNOWN, Trigger.DISPATCHED})
"""Events that a work order 工单 dates by its dispatch; without one they are the receipt."""
