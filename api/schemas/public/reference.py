"""What the forms of the public face need to know, and the challenge, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.schemas.base import Out
from models.domain.public.limits import MOST_BYTES, MOST_FILES, TICKET_LIFE, PublicLimits


class ChallengeParametersOut(Out):
    """The parameters of an ALTCHA challenge (v2), under the names its clients know."""

    model_config = ConfigDict(alias_generator=to_camel)

    algorithm: str
    cost: int = Field(description="每步的迭代次数")
    key_length: int
    key_prefix: str
    nonce: str
    salt: str
    key_signature: str
    data: dict[str, int] = Field(description="until：最迟何时（Unix 秒）可用来提交")


class ChallengeOut(Out):
    """A challenge to solve; changing anything in it makes it worthless."""

    parameters: ChallengeParametersOut
    signature: str


class CategoryOut(Out):
    """An element with its categories as they are sent."""

    name: str
    kinds: list[str]


class StrengthOut(Out):
    """One strength of a smell or noise."""

    level: int
    title: str


class StreetOut(Out):
    """A street or town."""

    code: str
    name: str


class AreaOut(Out):
    """A county with its streets and towns."""

    code: str
    name: str
    streets: list[StreetOut]


class PrivacyOut(Out):
    """The privacy notice; its version is sent with the consent."""

    version: str
    title: str
    points: list[str]
    ask: str


class ContactOut(Out):
    """Whom to ask instead; ``bureau_phone`` may be empty."""

    hotline: str
    office_hours: str
    bureau_phone: str


class LimitsOut(Out):
    """What one submission may bring."""

    files: int
    bytes: int = Field(description="全部文件合计（字节）")
    ticket_minutes: int = Field(description="一次验证可用多久（分钟）")


class ChoicesOut(Out):
    """Everything a form offers."""

    sample: bool = Field(description="true：这是演示系统，提交的内容不会办理")
    categories: list[CategoryOut]
    nuisances: list[str]
    strengths: list[StrengthOut]
    days: list[str]
    weather: list[str]
    confidentiality: list[str]
    areas: list[AreaOut]
    privacy: PrivacyOut
    contact: ContactOut
    limits: LimitsOut

    @classmethod
    def of(cls, offered: Mapping[str, Any], limits: PublicLimits) -> Self:
        """With what the settings of this process add."""
        minutes = int(TICKET_LIFE.total_seconds()) // 60
        admitted = {"files": MOST_FILES, "bytes": MOST_BYTES, "ticket_minutes": minutes}
        return cls.model_validate({**offered, "contact": limits, "limits": admitted})
