"""Divisions 区划, units 单位 and officers 执法人员 on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Out, Patch, Words
from models.operations.people.officers import OfficerDraft

UnitName = Annotated[Words, Field(min_length=2, max_length=120)]
Prefix = Annotated[Words, Field(min_length=1, max_length=20, description="发文代字，如 北环；全系统唯一")]
CertificateNo = Annotated[Words, Field(min_length=4, max_length=40, description="行政执法证号")]
Agency = Annotated[Words, Field(min_length=2, max_length=120, description="发证机关")]
PersonName = Annotated[Words, Field(min_length=1, max_length=80)]
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(9998, 12, 31))]


class UnitIn(In):
    """新单位"""

    name: UnitName
    division: DivisionCode
    parent_id: UUID | None = None
    number_prefix: Prefix | None = None
    valid_from: Day


class UnitPatch(Patch):
    """要改的项；不填的不变"""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset({"name"})
    name: UnitName | None = None
    parent_id: UUID | None = None
    number_prefix: Prefix | None = None
    valid_to: Day | None = Field(None, description="撤销前的最后一日")


class UnitOut(Out):
    """一个单位"""

    id: UUID
    name: str
    division: str
    parent_id: UUID | None
    number_prefix: str | None
    valid_from: date
    valid_to: date | None
    version: int


class UnitInTree(UnitOut):
    """单位在树中的位置：父级在前，depth 从 0 起"""

    depth: int


class UnitsOut(Out):
    """单位树"""

    items: list[UnitInTree]


class DivisionIn(In):
    """新区划；上级和级别由代码得出"""

    code: DivisionCode
    name: Annotated[Words, Field(min_length=2, max_length=80)]
    valid_from: Day


class SuccessorIn(In):
    """撤并：由哪个区划自哪天起接续"""

    successor: DivisionCode
    on: Day


class DivisionOut(Out):
    """一个区划；display 为补零后的代码"""

    code: str
    display: str
    name: str
    level: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    successor: str | None


class DivisionsOut(Out):
    """区划树，上级在前"""

    items: list[DivisionOut]


class OfficersQuery(PageQuery):
    """What narrows the list."""

    unit: UUID | None = Field(None, description="单位及其下级")


class OfficerIn(In):
    """一张行政执法证"""

    name: PersonName
    unit_id: UUID
    certificate_no: CertificateNo
    agency: Agency
    area: DivisionCode = Field(description="执法区域")
    valid_from: Day
    valid_to: Day
    account_id: UUID | None = None

    def draft(self) -> OfficerDraft:
        """The plain values an operation takes."""
        return OfficerDraft(**self.model_dump())


class OfficerPatch(Patch):
    """要改的项；不填的不变"""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset(
        {"name", "unit_id", "certificate_no", "agency", "area", "valid_from", "valid_to"}
    )
    name: PersonName | None = None
    unit_id: UUID | None = None
    certificate_no: CertificateNo | None = None
    agency: Agency | None = None
    area: DivisionCode | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    account_id: UUID | None = None


class OfficerOut(Out):
    """一名执法人员及证件今天的状态"""

    id: UUID
    account_id: UUID | None
    name: str
    unit_id: UUID
    unit: str | None
    certificate_no: str
    agency: str
    area: str
    valid_from: date
    valid_to: date
    validity: Literal["valid", "expired", "not_yet"]
    expires_soon: bool
    version: int
