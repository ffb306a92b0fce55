"""
The words of rectification 整改: where a problem comes from, who may approve its end, how it stands.

Each value is the official Chinese term. Source: the county's published tables and practice of the 督察整改 work;
days and catalogues are data (``rules.toml``, ``standards.toml``), because the provincial text could not be had.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.domain.complaints import Channel


class Origin(StrEnum):
    """Where a ledger comes from (问题来源)."""

    CENTRAL = "中央生态环境保护督察"
    PROVINCIAL = "省级生态环境保护督察"
    MUNICIPAL = "市级督察交办"
    GREEN_SHIELD = "绿盾行动"
    CAMPAIGN = "专项行动"
    SELF_CHECK = "自查发现"
    COMPLAINT = "举报转入"


class Level(StrEnum):
    """Who approves the end of an item (审批层级): the level it came from."""

    STATE = "国家"
    PROVINCE = "省"
    CITY = "市"
    COUNTY = "区县"


LEVEL_OF: Final[dict[Origin, Level]] = {
    Origin.CENTRAL: Level.STATE,
    Origin.PROVINCIAL: Level.PROVINCE,
    Origin.MUNICIPAL: Level.CITY,
    Origin.GREEN_SHIELD: Level.CITY,
    Origin.CAMPAIGN: Level.COUNTY,
    Origin.SELF_CHECK: Level.COUNTY,
    Origin.COMPLAINT: Level.COUNTY,
}
"""
The level of a published ledger, and what is proposed for a new one: that of its origin (``domain.md`` §2.3). The
office decides: in practice the province organises the write-off of 中央督察 items [M].
"""

CHANNEL_OF: Final[dict[Origin, Channel]] = {
    Origin.CENTRAL: Channel.UPPER_LEVEL,
    Origin.PROVINCIAL: Channel.UPPER_LEVEL,
    Origin.MUNICIPAL: Channel.UPPER_LEVEL,
    Origin.GREEN_SHIELD: Channel.UPPER_LEVEL,
    Origin.CAMPAIGN: Channel.UPPER_LEVEL,
    Origin.SELF_CHECK: Channel.SELF_CHECK,
    Origin.COMPLAINT: Channel.UPPER_LEVEL,
}
"""The channel shown in lists that also hold complaints."""


class Stage(StrEnum):
    """How long an item may take (整改时限类型)."""

    AT_ONCE = "立行立改"
    SHORT = "短期"
    MEDIUM = "中期"
    LONG = "长期"


class Progress(StrEnum):
    """Status words of exports and monthly reports (完成状态)."""

    WRITTEN_OFF = "已完成(已销号)"
    DONE = "已完成(待销号)"
    ON_SCHEDULE = "达到序时进度"
    BEHIND = "滞后"
    NOT_STARTED = "未启动"
    KEPT_UP = "长期坚持"


class Part(StrEnum):
    """The part a unit has in an item."""

    RESPONSIBLE = "responsible"  # 责任单位
    LEAD = "lead"  # 牵头单位
    JOINT = "joint"  # 会同单位
    VERIFIER = "verifier"  # 验收单位, designated by the office


PART_TITLES: Final[dict[Part, str]] = {
    Part.RESPONSIBLE: "责任单位",
    Part.LEAD: "牵头单位",
    Part.JOINT: "会同单位",
    Part.VERIFIER: "验收单位",
}


class RejectReason(StrEnum):
    """Why materials or a site check are sent back (退回原因)."""

    MEASURES_OPEN = "措施未全部落实"
    MATERIALS_MISSING = "材料不全"
    PHOTOS_PROVE_NOTHING = "照片不能证明/非同一点位"
    TEST_FAILED = "监测不达标或超有效期"
    OFFENCE_UNPUNISHED = "违法行为未处理"
    PEOPLE_STILL_COMPLAIN = "群众反映仍存在"
    SURFACE_ONLY = "表面整改/虚假整改/“一刀切”"
    OBJECTION_UPHELD = "公示异议成立"
    OVERDUE = "超期未申请延期"
    WRONG_VERIFIERS = "验收人员不合规(回避)"


class RelapseGround(StrEnum):
    """What shows that a problem is back (反弹情形)."""

    COMPLAINT = "同一点位同类问题再次举报属实"
    LOOK_BACK = "回头看不合格"
    MONITORING = "监测超标"
    UPPER_LEVEL = "上级检查发现"


class PlaceKind(StrEnum):
    """What an item's place is: a point, a line (a ditch with its K-stations 桩号), an area."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


LOOK_BACKS: Final = 2
"""Look-backs an item must pass before it is filed: at 3 and at 12 months. Source: domain.md §2.3."""

LEAST_VERIFIERS: Final = 2
"""Persons of the verifier unit who sign a site acceptance. Source: domain.md §2.3 (牵头单位不少于2人)."""

DATED_TITLES: Final = {"RECT_DUE": "整改期限", "RECT_TASK": "整改任务期限"}
"""Clocks without a rule, by rule id: a plan sets their ends outright."""
