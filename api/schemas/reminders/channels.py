"""Channels 通知渠道 and contacts 提醒方式 on the wire; a configuration goes in and never comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from api.schemas.base import DivisionCode, In, Out, Patch, Words
from models.domain.outgoing.channels import AddressKind, ChannelKind, FieldKind
from models.operations.channels.channels import ChannelDraft
from models.operations.channels.contacts import MOST, Wanted

Title = Annotated[Words, Field(min_length=2, max_length=80)]
Config = Annotated[
    dict[Annotated[str, Field(max_length=40)], str | int | dict[str, str] | None],
    Field(max_length=20, description="渠道设置：各种渠道的字段见 GET /v1/channels/kinds；加密保存，不再显示"),
]


class ChannelIn(In):
    """新渠道"""

    kind: ChannelKind
    title: Title
    division: DivisionCode = Field(description="供哪个区划（含下级）的人员使用")
    config: Config

    def draft(self) -> ChannelDraft:
        """The plain values an operation takes."""
        return ChannelDraft(**self.model_dump())


class ChannelPatch(Patch):
    """要改的项；不填的不变；config 要么不填，要么写全"""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset({"title", "config", "active"})
    title: Title | None = None
    config: Config | None = None
    active: Annotated[bool | None, Field(description="false 停用，true 恢复")] = None


class ChannelOut(Out):
    """一个渠道：只显示协议和主机"""

    id: UUID
    kind: ChannelKind
    title: str
    division: str
    shown: str
    active: bool
    created_at: datetime
    version: int


class TrialOut(Out):
    """最近一次测试：waiting 等待发送或重试，sent 已发出，dead 发不出去，outcome_unknown 不能确定"""

    state: str
    error: str | None
    created_at: datetime
    sent_at: datetime | None


class ConfigFieldOut(Out):
    """渠道设置的一项"""

    name: str
    title: str
    kind: FieldKind
    required: bool
    hidden: Annotated[bool, Field(validation_alias="secret", description="保密，输入时不显示")]
    choices: list[str]
    default: str | int | None
    longest: int


class ChannelKindOut(Out):
    """一种渠道要填哪些设置、每个人要填什么地址"""

    kind: ChannelKind
    title: str
    address: AddressKind
    fields: list[ConfigFieldOut]


class ChannelKindsOut(Out):
    """全部渠道种类"""

    items: list[ChannelKindOut]


class ContactIn(In):
    """一种提醒方式"""

    channel_id: UUID
    address: Annotated[
        str | None,
        Field(max_length=254, description="手机号或邮箱；已有的渠道不填则保持原来的；群机器人可不填"),
    ] = None


class ContactsIn(In):
    """全部提醒方式，先后即顺序：前一个发不出去才用后一个"""

    items: Annotated[list[ContactIn], Field(max_length=MOST)]

    def wanted(self) -> list[Wanted]:
        """The plain values an operation takes."""
        return [Wanted(one.channel_id, one.address) for one in self.items]


class ContactOut(Out):
    """一种提醒方式；地址部分隐去"""

    channel_id: UUID
    kind: ChannelKind
    title: str
    active: bool
    address: str


class OfferedOut(Out):
    """一个可选的渠道，和要填的地址种类"""

    channel_id: UUID
    kind: ChannelKind
    title: str
    address: AddressKind


class ContactsOut(Out):
    """现有的提醒方式，和可以选的渠道；没有提醒方式的，只在收件箱里收到"""

    items: list[ContactOut]
    channels: list[OfferedOut]

    @classmethod
    def of(cls, found: dict[str, Any]) -> ContactsOut:
        """From what an operation gives."""
        return cls.model_validate(found)
