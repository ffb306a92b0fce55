"""Enterprises 企业 and sites 生产经营场所 on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Out, PlaceIn, PlaceOut, Words
from models.domain.drafts import Place
from models.domain.sites import SiteDraft, SiteStatus
from models.tables.base import AnyRow


class EnterprisesQuery(PageQuery):
    """What narrows the list."""

    name: Annotated[Words, Field(min_length=1, max_length=60, description="名称中的字")] | None = None
    uscc: Annotated[str, Field(max_length=60, description="完整的统一社会信用代码")] | None = None


class SitesQuery(PageQuery):
    """What narrows the list."""

    division: DivisionCode | None = Field(None, description="区划及其下级")
    enterprise: UUID | None = None


class EnterpriseIn(In):
    """一家企业；代码有误时照存并标明未核实"""

    name: Annotated[Words, Field(min_length=2, max_length=200)]
    uscc: Annotated[str, Field(max_length=60, description="统一社会信用代码；没有则不填")] | None = None


class SiteIn(In):
    """一处生产经营场所"""

    enterprise_id: UUID
    name: Annotated[Words, Field(min_length=1, max_length=200)]
    place: PlaceIn
    status: SiteStatus = SiteStatus.OPERATING
    industry_code: Annotated[str, Field(pattern=r"^[0-9]{2,4}$", description="GB/T 4754，如 3031")] | None = (
        None
    )
    permit_number: Annotated[str, Field(pattern=r"^[0-9A-Z]{8,40}$")] | None = Field(
        None, description="排污许可证或登记编号，如 22 位的 HJ 608 编号；旧编号照填"
    )

    @model_validator(mode="after")
    def _position_is_whole(self) -> Self:
        given = (self.place.lon, self.place.lat, self.place.datum)
        if any(one is not None for one in given) and None in given:
            raise ValueError("经度、纬度和坐标系须同时填写")
        return self

    def draft(self) -> SiteDraft:
        """The plain values an operation takes."""
        at = self.place
        return SiteDraft(
            enterprise_id=self.enterprise_id,
            name=self.name,
            place=Place(at.division, at.text, at.lon, at.lat, at.datum),
            status=self.status,
            industry_code=self.industry_code,
            permit_number=self.permit_number,
        )


class SiteOut(Out):
    """一处生产经营场所"""

    id: UUID
    enterprise_id: UUID
    name: str
    place: PlaceOut
    status: SiteStatus
    industry_code: str | None
    permit_number: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        cells = row._mapping
        place = {**cells, "division": row.division_code, "text": row.address}
        return cls.model_validate({**cells, "place": place})


class EnterpriseRow(Out):
    """企业列表的一行"""

    id: UUID
    name: str
    uscc: str | None
    uscc_verified: bool
    created_at: datetime
    version: int


class EnterpriseOut(EnterpriseRow):
    """一家企业及您看得到的场所"""

    sites: list[SiteOut]

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        return cls.model_validate({**found, "sites": [SiteOut.of(row) for row in found["sites"]]})


class Registered(Out):
    """新档案的编号"""

    id: UUID
