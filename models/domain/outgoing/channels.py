"""
Channels 通知渠道 out of the house: which kinds there are, what an administrator configures for one, and what
address a person has on it. Plain values; where a message may go is ``models/domain/outgoing/targets.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ChannelKind(StrEnum):
    """The kinds of channel; the value is the gateway's name in the attempt rows."""

    WEBHOOK = "webhook"
    WECOM = "wecom"  # 企业微信群机器人
    DINGTALK = "dingtalk"  # 钉钉群机器人
    SMTP = "smtp"  # 电子邮件
    SMS = "sms"  # 短信（HTTP 接口）
    CONSOLE = "console"


class AddressKind(StrEnum):
    """What a person gives to be reached by a channel."""

    NONE = "none"  # the channel is the address
    MENTION = "mention"  # a mobile number to be mentioned 提醒到人, or none
    PHONE = "phone"
    EMAIL = "email"


class FieldKind(StrEnum):
    """The shape of one configured value."""

    TEXT = "text"
    URL = "url"
    HOST = "host"
    PORT = "port"
    CHOICE = "choice"
    EMAIL = "email"
    TABLE = "table"  # a flat object of texts


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One value of a channel's configuration; ``longest`` in characters (of a table: of each value)."""

    name: str
    title: str
    kind: FieldKind
    required: bool = True
    secret: bool = False
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    longest: int = 200


CHANNEL_TITLES: Final[dict[ChannelKind, str]] = {
    ChannelKind.WEBHOOK: "网络回调（Webhook）",
    ChannelKind.WECOM: "企业微信群机器人",
    ChannelKind.DINGTALK: "钉钉群机器人",
    ChannelKind.SMTP: "电子邮件",
    ChannelKind.SMS: "短信",
    ChannelKind.CONSOLE: "控制台",
}

ADDRESSES: Final[dict[ChannelKind, AddressKind]] = {
    ChannelKind.WEBHOOK: AddressKind.NONE,
    ChannelKind.WECOM: AddressKind.MENTION,
    ChannelKind.DINGTALK: AddressKind.MENTION,
    ChannelKind.SMTP: AddressKind.EMAIL,
    ChannelKind.SMS: AddressKind.PHONE,
    ChannelKind.CONSOLE: AddressKind.NONE,
}

DEDUPLICATES: Final = frozenset({ChannelKind.WEBHOOK})
"""Kinds whose receiver recognises an id it has seen (Standard Webhooks: ``webhook-id``), so a repeat is harmless."""

TLS: Final = "tls"
STARTTLS: Final = "starttls"
PLAIN: Final = "plain"

# The key of a robot is in its URL: the whole URL is a secret.
CONFIG_FIELDS: Final[dict[ChannelKind, tuple[ConfigField, ...]]] = {
    ChannelKind.WEBHOOK: (
        ConfigField("url", "接收地址", FieldKind.URL, secret=True, longest=1000),
        ConfigField("secret", "签名密钥（whsec_ 开头）", FieldKind.TEXT, secret=True),
    ),
    ChannelKind.WECOM: (ConfigField("url", "机器人地址", FieldKind.URL, secret=True, longest=1000),),
    ChannelKind.DINGTALK: (
        ConfigField("url", "机器人地址", FieldKind.URL, secret=True, longest=1000),
        ConfigField("secret", "加签密钥（SEC 开头）", FieldKind.TEXT, secret=True, required=False),
    ),
    ChannelKind.SMTP: (
        ConfigField("host", "邮件服务器", FieldKind.HOST, longest=253),
        ConfigField("port", "端口", FieldKind.PORT, required=False, default=465),
        ConfigField(
            "security",
            "加密方式",
            FieldKind.CHOICE,
            required=False,
            choices=(TLS, STARTTLS, PLAIN),
            default=TLS,
        ),
        ConfigField("username", "登录名", FieldKind.TEXT, required=False),
        ConfigField("password", "密码或授权码", FieldKind.TEXT, secret=True, required=False),
        ConfigField("sender", "发件邮箱", FieldKind.EMAIL),
    ),
    ChannelKind.SMS: (
        ConfigField("url", "短信接口地址", FieldKind.URL, secret=True, longest=1000),
        ConfigField(
            "body", "请求格式", FieldKind.CHOICE, required=False, choices=("json", "form"), default="json"
        ),
        ConfigField("phone_field", "手机号的参数名", FieldKind.TEXT),
        ConfigField("text_field", "内容的参数名", FieldKind.TEXT),
        ConfigField("id_field", "流水号的参数名", FieldKind.TEXT, required=False),
        ConfigField("fields", "固定参数", FieldKind.TABLE, required=False, secret=True, longest=500),
        ConfigField("headers", "固定请求头", FieldKind.TABLE, required=False, secret=True, longest=1000),
        ConfigField("ok_path", "成功标志在回复 JSON 中的路径", FieldKind.TEXT),
        ConfigField("ok_value", "成功标志的值", FieldKind.TEXT),
    ),
    ChannelKind.CONSOLE: (),
}
