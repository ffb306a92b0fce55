"""
What belongs into the file of an item 一事一档: the kinds of papers, who adds which, and when.

Order and kinds: the official catalogue as listed in domain.md §2.3 and days.md §4 (``[M]``: the provincial list could
not be had); who writes and when is the separation of duties of product.md, invariant 8.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.domain.access import Role
from models.domain.states import TERMINAL, State


class MaterialKind(StrEnum):
    """A kind of paper, in the order of the catalogue."""

    ASSIGNMENT = "assignment"  # 交办单/问题原文
    PLAN = "plan"  # 整改方案
    DUTIES = "duties"  # 责任分工
    PROCESS = "process"  # 过程材料: contracts, payments, penalties, completion
    PHOTO = "photo"  # 整改前中后对比照片
    MONITORING = "monitoring"  # 监测报告
    SURVEY = "survey"  # 群众意见
    UPKEEP = "upkeep"  # 长效管护制度
    SELF_CHECK = "self_check"  # 自查报告
    APPLICATION = "application"  # 销号申请表
    ACCEPTANCE = "acceptance"  # 现场核查验收意见
    PUBLICITY = "publicity"  # 公示截图
    OBJECTION = "objection"  # 无异议证明/异议处理
    APPROVAL = "approval"  # 批复
    RETURN_VISIT = "return_visit"  # 媒体/群众回访
    LOOK_BACK = "look_back"  # 回头看记录


KIND_TITLES: Final[dict[MaterialKind, str]] = {
    MaterialKind.ASSIGNMENT: "交办单（问题原文）",
    MaterialKind.PLAN: "整改方案",
    MaterialKind.DUTIES: "责任分工",
    MaterialKind.PROCESS: "过程材料",
    MaterialKind.PHOTO: "整改前中后对比照片",
    MaterialKind.MONITORING: "监测报告",
    MaterialKind.SURVEY: "群众意见",
    MaterialKind.UPKEEP: "长效管护制度",
    MaterialKind.SELF_CHECK: "自查报告",
    MaterialKind.APPLICATION: "销号申请表",
    MaterialKind.ACCEPTANCE: "现场核查验收意见",
    MaterialKind.PUBLICITY: "公示截图",
    MaterialKind.OBJECTION: "无异议证明或异议处理",
    MaterialKind.APPROVAL: "批复",
    MaterialKind.RETURN_VISIT: "媒体、群众回访",
    MaterialKind.LOOK_BACK: "回头看记录",
}


class Phase(StrEnum):
    """When a photo was taken, seen from the rectification."""

    BEFORE = "before"  # 整改前
    DURING = "during"  # 整改中
    AFTER = "after"  # 整改后
    LOOK_BACK = "look_back"  # 回头看


PHASE_TITLES: Final[dict[Phase, str]] = {
    Phase.BEFORE: "整改前",
    Phase.DURING: "整改中",
    Phase.AFTER: "整改后",
    Phase.LOOK_BACK: "回头看",
}

_LIAISON: Final = frozenset({Role.LIAISON})
_OFFICE: Final = frozenset({Role.OFFICE})

WRITERS: Final[dict[MaterialKind, frozenset[Role]]] = {
    MaterialKind.ASSIGNMENT: _LIAISON | _OFFICE,
    MaterialKind.PLAN: _LIAISON,
    MaterialKind.DUTIES: _LIAISON,
    MaterialKind.PROCESS: _LIAISON,
    MaterialKind.PHOTO: frozenset({Role.LIAISON, Role.VERIFIER, Role.INSPECTOR}),
    MaterialKind.MONITORING: _LIAISON,
    MaterialKind.SURVEY: _LIAISON,
    MaterialKind.UPKEEP: _LIAISON,
    MaterialKind.SELF_CHECK: _LIAISON,
    MaterialKind.APPLICATION: _LIAISON,
    MaterialKind.ACCEPTANCE: frozenset({Role.VERIFIER}),
    MaterialKind.PUBLICITY: _OFFICE,
    MaterialKind.OBJECTION: _OFFICE,
    MaterialKind.APPROVAL: _OFFICE,
    MaterialKind.RETURN_VISIT: frozenset({Role.OFFICE, Role.INSPECTOR}),
    MaterialKind.LOOK_BACK: frozenset({Role.INSPECTOR}),
}
"""Who adds a kind, and who may void it: each party only what is its own word."""

_BEFORE_REVIEW: Final = frozenset(
    {State.LISTED, State.PLAN_REVIEW, State.RECTIFYING, State.EXTENSION_REVIEW, State.SELF_CHECKED}
)
_LIVE: Final = frozenset(State) - TERMINAL - {State.NEW}

WINDOWS: Final[dict[Role, frozenset[State]]] = {
    Role.LIAISON: _BEFORE_REVIEW,
    Role.VERIFIER: frozenset(
        {State.SITE_CHECK, State.COUNTERSIGNING, State.VERIFIED, State.IN_PUBLICITY, State.WRITE_OFF_APPROVED}
    ),
    Role.OFFICE: _LIVE,
    Role.INSPECTOR: frozenset({State.LOOK_BACK}),
}
"""In which states a role writes; what was applied for stands still while it is judged."""

WINDOW_TOLD: Final[dict[Role, str]] = {
    Role.LIAISON: "材料审核开始后不能再改动材料；需要补正的，请审核单位先“退回补正材料”",
    Role.VERIFIER: "验收单位在材料审核通过后才能补充验收材料",
    Role.OFFICE: "该问题已归档或作废，不能再改动材料",
    Role.INSPECTOR: "销号后进入“回头看”时才能补充回头看材料",
}
"""Why a role may not write now, and the way out."""

COMPARED: Final = frozenset({Phase.BEFORE, Phase.AFTER})
"""The phases each station must have a photo of."""

MOST_FILE_BYTES: Final = 50_000_000
"""What one file of the catalogue may have."""
