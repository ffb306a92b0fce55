"""The file of an item 一事一档 on the wire: what is declared of each kind of paper."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, FiniteFloat, model_validator

from api.schemas.base import In, Moment, Words
from models.domain.acceptance.materials import MaterialKind as K
from models.domain.acceptance.materials import Phase
from models.domain.errors import Invalid
from models.domain.geo import Datum
from models.domain.rectification.places import station_m
from models.operations.materials.adding import MaterialDraft
from models.operations.materials.stations import StationDraft

_FOLDERS: Final = re.compile(r".*[/\\]")


def _bare(name: str) -> str:
    """A name without the folders some browsers send along."""
    bare = _FOLDERS.sub("", name).strip()
    if not bare:
        raise ValueError("文件名不能为空")
    return bare


FileName = Annotated[Words, Field(min_length=1, max_length=200), AfterValidator(_bare)]
Line = Annotated[Words, Field(min_length=1, max_length=80)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="文件的 SHA-256，64 位十六进制小写")]
Heading = Annotated[int, Field(ge=0, le=359, description="朝向：从正北顺时针的度数")]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class Positioned(In):
    """Where something stands, in the datum it was measured in."""

    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum | None = None
    heading: Heading | None = None

    @model_validator(mode="after")
    def _whole_or_none(self) -> Self:
        given = [value is not None for value in (self.lon, self.lat, self.datum)]
        if any(given) and not all(given):
            raise ValueError("经度、纬度、坐标系须同时填写，或都不填")
        return self


class PhotoFacts(Positioned):
    """When, from which station, and how it came: a photo sent on by WeChat carries no EXIF."""

    phase: Phase
    station_id: UUID | None = None
    taken_on: date | None = None
    captured_at: Moment | None = None
    source: Line | None = Field(default=None, description="来源，如 微信转来，无EXIF")

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.taken_on is None and self.captured_at is None:
            raise ValueError("请填写拍摄日期或拍摄时间")
        return self


class SampleIn(In):
    """One place on one day."""

    point: Line
    on: date
    values: Annotated[dict[Line, FiniteFloat], Field(min_length=1, max_length=40)]


class ReportFacts(In):
    """A monitoring report."""

    cma_no: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{6,20}$", description="资质认定（CMA）证书编号")]
    reported_on: date
    valid_until: date | None = None
    samples: Annotated[list[SampleIn], Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one.on > self.reported_on for one in self.samples):
            raise ValueError("采样日期不能晚于报告日期")
        if self.valid_until is not None and self.valid_until < self.reported_on:
            raise ValueError("有效期不能早于报告日期")
        return self


class SurveyFacts(In):
    """What the people said."""

    given_out: Annotated[int, Field(ge=1, le=100_000)]
    returned: Annotated[int, Field(ge=0, le=100_000)]
    satisfied: Annotated[int, Field(ge=0, le=100_000)]
    on: date

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if not self.satisfied <= self.returned <= self.given_out:
            raise ValueError("满意份数不能多于收回份数，收回份数不能多于发出份数")
        return self


class PaperFacts(In):
    """Any other paper: which of several, by whom, under what number."""

    name: Line | None = Field(default=None, description="过程材料的名称，如 清运处置凭证")
    agency: Line | None = None
    number: Line | None = None
    dated_on: date | None = None


class _MaterialIn(In):
    title: Annotated[Words, Field(min_length=2, max_length=120)]
    file_name: FileName
    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=2**31 - 1, description="文件的字节数")]


class PhotoIn(_MaterialIn):
    """照片"""

    kind: Literal[K.PHOTO]
    facts: PhotoFacts


class ReportIn(_MaterialIn):
    """监测报告"""

    kind: Literal[K.MONITORING]
    facts: ReportFacts


class SurveyIn(_MaterialIn):
    """群众意见"""

    kind: Literal[K.SURVEY]
    facts: SurveyFacts


class PaperIn(_MaterialIn):
    """其他材料"""

    kind: Literal[
        K.ASSIGNMENT,
        K.PLAN,
        K.DUTIES,
        K.PROCESS,
        K.UPKEEP,
        K.SELF_CHECK,
        K.APPLICATION,
        K.ACCEPTANCE,
        K.PUBLICITY,
        K.OBJECTION,
        K.APPROVAL,
        K.RETURN_VISIT,
        K.LOOK_BACK,
    ]
    facts: PaperFacts = PaperFacts()


MaterialIn = Annotated[PhotoIn | ReportIn | SurveyIn | PaperIn, Field(discriminator="kind")]


def draft_of(material_id: UUID, body: PhotoIn | ReportIn | SurveyIn | PaperIn) -> MaterialDraft:
    """The plain values an operation takes."""
    return MaterialDraft(
        id=material_id,
        kind=body.kind,
        title=body.title,
        file_name=body.file_name,
        sha256=bytes.fromhex(body.sha256),
        size=body.size,
        facts=body.facts.model_dump(mode="json", exclude_none=True),
    )


class VoidIn(In):
    """Why a material is void."""

    reason: Annotated[Words, Field(min_length=2, max_length=200)]


def _station(text: str) -> str:
    try:
        station_m(text)
    except Invalid as error:
        raise ValueError(error.message) from None
    return text


KStation = Annotated[str, Field(max_length=12, description="桩号，如 K0+200"), AfterValidator(_station)]


class StationIn(Positioned):
    """A photo station."""

    no: Annotated[int, Field(ge=1, le=999)]
    text: Annotated[Words, Field(min_length=2, max_length=200)]
    k_station: KStation | None = None

    def draft(self) -> StationDraft:
        metres = None if self.k_station is None else station_m(self.k_station)
        return StationDraft(**self.model_dump(exclude={"k_station"}), k_station_m=metres)


class StationChange(In):
    """What may change before the first photo; what is left out stays."""

    text: Annotated[Words, Field(min_length=2, max_length=200)] | None = None
    heading: Heading | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.fields():
            raise ValueError("没有要修改的内容")
        return self

    def fields(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class StandardIn(In):
    """One acceptance standard of the bureau's own."""

    toml: Annotated[str, Field(min_length=10, max_length=20_000)] = Field(
        description="一个 [[standard]]，写法与随软件提供的 standards.toml 相同"
    )
