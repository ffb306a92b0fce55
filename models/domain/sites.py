"""Sites 生产经营场所 as a person hands them in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from models.domain.drafts import Place


class SiteStatus(StrEnum):
    """Whether work goes on at a site."""

    OPERATING = "operating"  # 在产
    BUILDING = "building"  # 在建
    SUSPENDED = "suspended"  # 停产
    CLOSED = "closed"  # 关闭
    BANNED = "banned"  # 取缔


SITE_TITLES: Final[dict[SiteStatus, str]] = {
    SiteStatus.OPERATING: "在产",
    SiteStatus.BUILDING: "在建",
    SiteStatus.SUSPENDED: "停产",
    SiteStatus.CLOSED: "关闭",
    SiteStatus.BANNED: "取缔",
}


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """A place of work of an enterprise; ``place.text`` is the address, ``industry_code`` GB/T 4754 as text."""

    enterprise_id: UUID
    name: str
    place: Place
    status: SiteStatus = SiteStatus.OPERATING
    industry_code: str | None = None
    permit_number: str | None = None
