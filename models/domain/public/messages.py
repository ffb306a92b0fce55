"""Messages 留言 between a reporter who holds the query code and the bureau."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Direction(StrEnum):
    """Who wrote it."""

    IN = "in"  # the reporter
    OUT = "out"  # the bureau


class MessageKind(StrEnum):
    """What it is about."""

    MESSAGE = "message"  # 留言
    SUPPLEMENT = "supplement"  # 补充材料
    AGAIN = "again"  # 又发生了
    NOT_FIXED = "not_fixed"  # 反映未解决
    SATISFACTION = "satisfaction"  # 评价
    WITHDRAW = "withdraw"  # 撤回


MESSAGE_TITLES: Final[dict[MessageKind, str]] = {
    MessageKind.MESSAGE: "留言",
    MessageKind.SUPPLEMENT: "补充材料",
    MessageKind.AGAIN: "又发生了",
    MessageKind.NOT_FIXED: "反映未解决",
    MessageKind.SATISFACTION: "满意度评价",
    MessageKind.WITHDRAW: "撤回",
}
