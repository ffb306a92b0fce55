"""What every wire shape shares: strict inputs, clean text, instants with a zone, outputs without defaults."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from models.domain.errors import Invalid
from models.domain.geo import Datum
from models.domain.words.text import clean

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")


def _clean(text: str) -> str:
    try:
        return clean(text)
    except Invalid as error:
        raise ValueError(error.message) from None


def _milliseconds(at: datetime) -> datetime:
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise ValueError("时间超出范围") from None
    if not 1949 <= at.year <= 9998:
        raise ValueError("时间超出范围")
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _iso(value: object) -> object:
    """Only ISO text is a time here: a bare number would be read as seconds since 1970."""
    if isinstance(value, str) and not _ISO.match(value):
        raise PydanticCustomError("datetime_parsing", "not ISO 8601")
    if isinstance(value, int | float):
        raise PydanticCustomError("datetime_type", "not ISO 8601")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_iso), AfterValidator(_milliseconds)]
"""An instant with a zone; kept UTC to the millisecond."""


Words = Annotated[str, AfterValidator(_clean)]
"""Text, trimmed, without control characters; lengths are given where it is used."""

Note = Annotated[Words, Field(max_length=2000)]
Reason = Annotated[Words, Field(min_length=2, max_length=2000)]

DivisionCode = Annotated[str, Field(pattern=r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$")]


class In(BaseModel):
    """An input: nothing unknown, nothing infinite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_max_length=20_000)


class Patch(In):
    """A change: what is left out stays, ``null`` takes away what may be missing; ``NEVER_NULL`` may not."""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("没有要修改的内容")
        emptied = [name for name in self.NEVER_NULL & self.model_fields_set if getattr(self, name) is None]
        if emptied:
            raise ValueError(f"{'、'.join(sorted(emptied))}不能为空")
        return self

    def fields(self) -> dict[str, Any]:
        """What was said, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Out(BaseModel):
    """An output: built from rows by name, no defaults."""

    model_config = ConfigDict(from_attributes=True)


class PlaceIn(In):
    """A place: division, words, and coordinates in the datum they were measured in."""

    division: DivisionCode = Field(description="区划代码，如 430511101")
    text: Annotated[Words, Field(min_length=1, max_length=300)]
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    datum: Datum | None = None

    @model_validator(mode="after")
    def _whole_or_none(self) -> Self:
        given = [value is not None for value in (self.lon, self.lat, self.datum)]
        if any(given) and not all(given):
            raise ValueError("经度、纬度、坐标系须同时填写，或都不填")
        return self


class PlaceOut(Out):
    """A place: WGS-84, with the datum and values as they were given."""

    division: str
    text: str
    lon: float | None
    lat: float | None
    datum: str | None
    given_lon: float | None
    given_lat: float | None


class FlawOut(Out):
    """One wrong field."""

    pointer: str
    code: str
    message: str


class UnmetOut(Out):
    """One condition that does not hold yet."""

    guard: str
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457 problem+json)."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FlawOut] | None = None
    unmet: list[UnmetOut] | None = None


class Count(Out):
    """A capped count."""

    count: int
    capped: bool
