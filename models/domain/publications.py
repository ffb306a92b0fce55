"""States of a publication 公示 and of an objection 异议 to it."""

from __future__ import annotations

from enum import StrEnum


class PublicationState(StrEnum):
    """Where a publication stands."""

    DRAFT = "draft"  # 拟稿
    APPROVED = "approved"  # 已批准，按日期公开
    RETRACTED = "retracted"  # 已撤回
    DROPPED = "dropped"  # 不予公开


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"  # 待答复
    UPHELD = "upheld"  # 成立
    REJECTED = "rejected"  # 不成立
