"""What every wire shape shares: strict inputs, clean text, instants with a zone, outputs without defaults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from models.domain.errors import Invalid
from models.domain.geo import Datum
from models.domain.words.text import clean


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


Moment = Annotated[AwareDatetime, AfterValidator(_milliseconds)]
"""An instant with a zone; kept UTC to the millisecond."""


Words = Annotated[str, AfterValidator(_clean)]
"""Text, trimmed, without control characters; lengths are given where it is used."""

DivisionCode = Annotated[str, Field(pattern=r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$")]


class In(BaseModel):
    """An input: nothing unknown, nothing infinite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_max_length=20_000)


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
