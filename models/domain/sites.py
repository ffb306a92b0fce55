"""Sites 生产经营场所 as a person hands them in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models.domain.drafts import Place


class SiteStatus(StrEnum):
    """Whether work goes on at a site; in the words of the registers these rows come from and go to."""

    OPERATING = "在产"
    BUILDING = "在建"
    SUSPENDED = "停产"
    CLOSED = "关闭"
    BANNED = "取缔"


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """A place of work of an enterprise; ``place.text`` is the address, ``industry_code`` GB/T 4754 as text."""

    enterprise_id: UUID
    name: str
    place: Place
    status: SiteStatus = SiteStatus.OPERATING
    industry_code: str | None = None
    permit_number: str | None = None
