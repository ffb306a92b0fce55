"""The vocabulary of lifecycles: kinds of cases 案件种类, where a case stands 状态, what can be done to it 办理动作."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What kind of case it is; later also handover, correction_order."""

    COMPLAINT = "complaint"  # 举报
    RECTIFICATION = "rectification"  # 整改问题


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
    # of a rectification item
    LISTED = "listed"  # 已列入清单，编制方案
    PLAN_REVIEW = "plan_review"  # 方案待审
    RECTIFYING = "rectifying"  # 整改中
    EXTENSION_REVIEW = "extension_review"  # 延期待批
    SELF_CHECKED = "self_checked"  # 自查完成
    MATERIAL_REVIEW = "material_review"  # 材料审核
    SITE_CHECK = "site_check"  # 待现场核查
    COUNTERSIGNING = "countersigning"  # 验收待会签
    VERIFIED = "verified"  # 验收通过待公示
    IN_PUBLICITY = "in_publicity"  # 公示中
    WRITE_OFF_APPROVED = "write_off_approved"  # 已批准待销号
    LOOK_BACK = "look_back"  # 已销号，回头看


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
    State.LISTED: "方案编制",
    State.PLAN_REVIEW: "方案待审",
    State.RECTIFYING: "整改中",
    State.EXTENSION_REVIEW: "延期待批",
    State.SELF_CHECKED: "自查完成",
    State.MATERIAL_REVIEW: "材料审核",
    State.SITE_CHECK: "待现场核查",
    State.COUNTERSIGNING: "验收待会签",
    State.VERIFIED: "待公示",
    State.IN_PUBLICITY: "公示中",
    State.WRITE_OFF_APPROVED: "待销号",
    State.LOOK_BACK: "回头看",
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
    # of a rectification item
    LIST = "list"
    SUBMIT_PLAN = "submit_plan"
    CONFIRM_PLAN = "confirm_plan"
    RETURN_PLAN = "return_plan"
    REQUEST_EXTENSION = "request_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    DESIGNATE = "designate"
    SELF_CHECK = "self_check"
    REOPEN = "reopen"
    APPLY = "apply"
    ACCEPT_MATERIALS = "accept_materials"
    RETURN_MATERIALS = "return_materials"
    VERIFY = "verify"
    COUNTERSIGN = "countersign"
    FAIL_SITE = "fail_site"
    PUBLISH = "publish"
    UPHOLD_OBJECTION = "uphold_objection"
    APPROVE_WRITE_OFF = "approve_write_off"
    REFUSE_WRITE_OFF = "refuse_write_off"
    WRITE_OFF = "write_off"
    LOOK_BACK = "look_back"
    RELAPSE = "relapse"


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
    Action.LIST: "列入清单",
    Action.SUBMIT_PLAN: "报送整改方案",
    Action.CONFIRM_PLAN: "确认整改方案",
    Action.RETURN_PLAN: "退回整改方案",
    Action.REQUEST_EXTENSION: "申请延期",
    Action.GRANT_EXTENSION: "批准延期申请",
    Action.REFUSE_EXTENSION: "不批准延期",
    Action.DESIGNATE: "指定验收单位",
    Action.SELF_CHECK: "自查完成",
    Action.REOPEN: "撤回自查",
    Action.APPLY: "申请销号",
    Action.ACCEPT_MATERIALS: "材料审核通过",
    Action.RETURN_MATERIALS: "退回补正材料",
    Action.VERIFY: "现场核查通过",
    Action.COUNTERSIGN: "会签验收意见",
    Action.FAIL_SITE: "现场核查不通过",
    Action.PUBLISH: "开始公示",
    Action.UPHOLD_OBJECTION: "异议成立退回整改",
    Action.APPROVE_WRITE_OFF: "批准销号",
    Action.REFUSE_WRITE_OFF: "不批准销号",
    Action.WRITE_OFF: "销号",
    Action.LOOK_BACK: "回头看合格",
    Action.RELAPSE: "认定反弹",
}
