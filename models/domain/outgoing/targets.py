"""
Targets 目标地址 of messages that leave the house: which URLs, mail servers and addresses may be spoken to.

The guard against server-side request forgery, as pure rules. What a URL names is taken apart here, strictly, and the
gateways build what they dial from the parts: no second parser reads the text differently. A name is judged by the
addresses it has when the message leaves (``refuse_address``), and the address that was judged is dialled.

Only an origin on the allow-list of the instance (``HUANXUN_WEBHOOK_ORIGINS``) may be plain text or private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from models.domain.errors import Flaw, Invalid
from models.domain.outgoing.channels import STARTTLS, TLS, ChannelKind

VENDOR_HOSTS: Final[dict[ChannelKind, str]] = {
    ChannelKind.WECOM: "qyapi.weixin.qq.com",
    ChannelKind.DINGTALK: "oapi.dingtalk.com",
}
DEFAULT_PORTS: Final = {"https": 443, "http": 80, "smtp": 465}
OPEN_PORTS: Final[dict[str, frozenset[int]]] = {
    "https": frozenset({443, 8443}),
    "smtp": frozenset({465, 587}),  # submission with TLS, RFC 8314 §3.3
}
LONGEST_URL: Final = 1000

_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)", re.I)
_REST: Final = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")  # RFC 3986 §3.3, §3.4
_AUTHORITY: Final = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.I)
_ODD: Final = re.compile(r"[^\x21-\x7e]|[\\\"<>^`{|}]")


@dataclass(frozen=True, slots=True)
class Target:
    """
    Where to send; ``path`` begins with a slash and carries the query, so it may be a secret: it is never shown.

    ``host`` is lower case; an IPv6 address stands without brackets. ``listed``: on the allow-list.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    listed: bool

    @property
    def authority(self) -> str:
        """``host[:port]`` as it stands in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


def origins_of(setting: str) -> frozenset[str]:
    """
    The allow-list: origins separated by commas, e.g. ``http://10.1.2.3:9000, smtp://mail.example.cn:25``.

    Raises:
        Invalid: one of them is more or less than an origin.
    """
    listed = set()
    for text in filter(None, map(str.strip, setting.split(","))):
        target = _taken_apart(text, "/webhook_origins", frozenset())
        if target.path != "/" or text.count("?"):
            raise _flaw("/webhook_origins", "not_an_origin", "白名单只写“协议://主机:端口”，不写路径")
        listed.add(target.origin)
    return frozenset(listed)


def read_url(
    url: str, origins: Iterable[str], *, kind: ChannelKind | None = None, pointer: str = "/url"
) -> Target:
    """
    Take a URL for messages apart; ``kind`` binds a robot to its vendor's host.

    Raises:
        Invalid: not https, another port, a user name, a fragment, an oddly spelt host, not the vendor's …;
            the message never repeats the URL, which may hold a key.
    """
    target = _taken_apart(url, pointer, frozenset(origins))
    if target.scheme not in ("http", "https"):
        raise _flaw(pointer, "not_https", "地址应以 https:// 开头")
    if target.listed:
        return target
    if target.scheme != "https":
        raise _flaw(pointer, "not_https", f"地址应以 https:// 开头；{_WAY_OUT}")
    vendor = VENDOR_HOSTS.get(kind) if kind else None
    if vendor and target.host != vendor:
        raise _flaw(pointer, "not_the_vendor", f"机器人地址的主机应是 {vendor}；{_WAY_OUT}")
    _refuse_port(target, pointer)
    _refuse_literal(target, pointer)
    return target


def read_mail_server(host: str, port: int, security: str, origins: Iterable[str]) -> Target:
    """
    A mail server: TLS from the first byte (465) or STARTTLS (587) unless ``smtp://host:port`` is listed.

    Raises:
        Invalid: plain text, another port, an oddly spelt host.
    """
    if not 1 <= port <= 65_535:
        raise _flaw("/port", "bad_port", "端口应在 1 到 65535 之间")
    name = _host(f"[{host}]" if ":" in host else host, "/host")
    target = _listed(Target("smtp", name, port, "/", listed=False), frozenset(origins))
    if target.listed:
        return target
    if security not in (TLS, STARTTLS):
        raise _flaw("/security", "not_tls", f"发邮件必须加密（tls 或 starttls）；{_WAY_OUT}")
    _refuse_port(target, "/port")
    _refuse_literal(target, "/host")
    return target


def target_of(kind: ChannelKind, config: Mapping[str, Any], origins: Iterable[str]) -> Target | None:
    """
    Where a channel of this kind and configuration sends to; None: nowhere out of this machine.

    Raises:
        Invalid: see ``read_url`` and ``read_mail_server``.
    """
    if kind is ChannelKind.CONSOLE:
        return None
    if kind is ChannelKind.SMTP:
        port = config.get("port") or DEFAULT_PORTS["smtp"]
        return read_mail_server(
            str(config.get("host", "")), int(port), config.get("security") or TLS, origins
        )
    return read_url(str(config.get("url", "")), origins, kind=kind)


def refuse_address(text: str, *, listed: bool) -> str | None:
    """
    Why an address may not be dialled, in Chinese, or None; ``listed``: its origin is on the allow-list.

    A listed origin may be private or this machine; nothing makes link-local, multicast, unspecified, translated
    or cloud-metadata addresses good.

    Source: IANA special-purpose address registries (RFC 6890), written out because
    ``ipaddress.is_global`` of Python 3.11.7 calls 64:ff9b::7f00:1, 2002:7f00:1:: and 224.0.0.1 global.
    """
    if "%" in text:
        return "带网卡标识的本地地址"
    try:
        address = ip_address(text)
    except ValueError:
        return "不是网络地址"
    if isinstance(address, IPv6Address) and (inner := address.ipv4_mapped) is not None:
        address = inner
    never = _NEVER_4 if isinstance(address, IPv4Address) else _NEVER_6
    if why := _within(address, never):
        return why
    if listed:
        return None
    if isinstance(address, IPv6Address) and address not in _GLOBAL_6:
        return "内部网络或本机的地址"
    inside = _PRIVATE_4 if isinstance(address, IPv4Address) else _SPECIAL_6
    return _within(address, inside) or (None if address.is_global else "不是公网地址")


_WAY_OUT: Final = "确需使用时，请系统管理员把它加入 HUANXUN_WEBHOOK_ORIGINS"

_Nets = tuple[tuple[IPv4Network | IPv6Network, str], ...]


def _nets(*rows: tuple[str, str]) -> _Nets:
    return tuple(
        (IPv6Network(net) if ":" in net else IPv4Network(net), why)
        for nets, why in rows
        for net in nets.split()
    )


_METADATA: Final = "云平台的元数据服务"
_TRANSLATED: Final = "转换或隧道地址"
_NEVER_4: Final = _nets(
    ("169.254.169.254/32 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32", _METADATA),
    ("0.0.0.0/8", "未指定的地址"),
    ("169.254.0.0/16", "链路本地地址"),
    ("224.0.0.0/4", "组播地址"),
    ("240.0.0.0/4", "保留或广播地址"),
)
_PRIVATE_4: Final = _nets(
    ("127.0.0.0/8", "本机地址"),
    ("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10", "内部网络的地址"),
    ("192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24", "专用地址"),
)
_NEVER_6: Final = _nets(
    ("fd00:ec2::254/128 fd20:ce::254/128 fd00:42::42/128", _METADATA),
    ("::/128", "未指定的地址"),
    ("fe80::/10", "链路本地地址"),
    ("fec0::/10", "站点本地地址"),
    ("ff00::/8", "组播地址"),
    ("64:ff9b::/96 64:ff9b:1::/48 2002::/16 2001::/32 ::ffff:0:0:0/96", _TRANSLATED),
)
_SPECIAL_6: Final = _nets(("2001::/23 2001:db8::/32 3fff::/20 2620:4f:8000::/48", "专用地址"))
_GLOBAL_6: Final = IPv6Network("2000::/3")


def _within(address: IPv4Address | IPv6Address, nets: _Nets) -> str | None:
    return next((why for net, why in nets if address in net), None)


def _taken_apart(url: str, pointer: str, origins: frozenset[str]) -> Target:
    """The parts of a URL of any scheme we know, each in its one spelling."""
    if len(url) > LONGEST_URL or _ODD.search(url):
        raise _flaw(
            pointer,
            "odd_url",
            f"地址最长 {LONGEST_URL} 个字符，只能用英文半角字符；中文域名请写成 xn-- 开头的形式，其他请用百分号编码",
        )
    parts = _URL.fullmatch(url)
    if parts is None or not _REST.fullmatch(parts["rest"]):
        raise _flaw(pointer, "bad_url", "地址应是“https://主机/路径”的形式，不带 # 片段")
    scheme = parts["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise _flaw(pointer, "not_https", "地址应以 https:// 开头")
    if "@" in parts["authority"]:
        raise _flaw(pointer, "user_in_url", "地址中不能带用户名和密码")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise _flaw(pointer, "bad_host", "地址中的主机或端口写法不对")
    port = int(authority["port"] or DEFAULT_PORTS[scheme])
    if not 1 <= port <= 65_535:
        raise _flaw(pointer, "bad_port", "端口应在 1 到 65535 之间")
    path = parts["rest"] if parts["rest"].startswith("/") else f"/{parts['rest']}"
    return _listed(Target(scheme, _host(authority["host"], pointer), port, path, listed=False), origins)


def _listed(target: Target, origins: frozenset[str]) -> Target:
    if target.origin not in origins:
        return target
    return Target(target.scheme, target.host, target.port, target.path, listed=True)


def _host(text: str, pointer: str) -> str:
    """A host in its one spelling: a name of letters, digits and hyphens, or an address as it is usually written."""
    bad = _flaw(pointer, "bad_host", "主机名写法不对：请写完整的域名，或普通写法的 IP 地址")
    if text.startswith("["):
        try:
            return IPv6Address(text[1:-1]).compressed if "%" not in text else _never(bad)
        except AddressValueError:
            raise bad from None
    name = text.lower()
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise bad
    # A name whose last label is a number is an IPv4 address to every resolver, in whichever spelling.
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(name))
        except AddressValueError:
            raise bad from None
    return name


def _never(error: Invalid) -> str:
    raise error


def _refuse_port(target: Target, pointer: str) -> None:
    ports = OPEN_PORTS[target.scheme]
    if target.port not in ports:
        named = "、".join(map(str, sorted(ports)))
        raise _flaw(pointer, "port_not_open", f"端口只能是 {named}；{_WAY_OUT}")


def _refuse_literal(target: Target, pointer: str) -> None:
    """An address in the URL itself is judged at once; a name is judged by whoever resolves it."""
    if ":" not in target.host and not target.host.rpartition(".")[2].isdigit():
        return
    if why := refuse_address(target.host, listed=target.listed):
        raise _flaw(pointer, "address_refused", f"不能发往{why}；{_WAY_OUT}")


def _flaw(pointer: str, code: str, message: str) -> Invalid:
    return Invalid(message, flaws=(Flaw(pointer, code, message),))
