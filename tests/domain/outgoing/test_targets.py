"""Which targets messages may leave for."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.outgoing.channels import PLAIN, STARTTLS, TLS, ChannelKind
from models.domain.outgoing.targets import origins_of, read_mail_server, read_url, refuse_address, target_of

NONE: Final = frozenset[str]()

ODD_URLS: Final = {
    "http://hooks.example.cn/a": "not_https",
    "ftp://hooks.example.cn/a": "not_https",
    "file:///etc/passwd": "not_https",
    "smtp://mail.example.cn/": "not_https",
    "hooks.example.cn/a": "bad_url",
    "//hooks.example.cn/a": "bad_url",
    "https:/hooks.example.cn": "bad_url",
    "https://hooks.example.cn/a#b": "bad_url",
    "https://hooks.example.cn/%zz": "bad_url",
    "https://user:pass@hooks.example.cn/": "user_in_url",
    "https://hooks.example.cn@127.0.0.1/": "user_in_url",
    "https://:@hooks.example.cn/": "user_in_url",
    "https://hooks.example.cn:22/": "port_not_open",
    "https://hooks.example.cn:80/": "port_not_open",
    "https://hooks.example.cn:0/": "bad_port",
    "https://hooks.example.cn:65536/": "bad_port",
    "https://hooks.example.cn:/": "bad_host",
    "https://hooks.example.cn:+443/": "bad_host",
    "https://hooks.example.cn:443:443/": "bad_host",
    "https:///a": "bad_host",
    "https://hooks.example.cn./": "bad_host",
    "https://.example.cn/": "bad_host",
    "https://hooks..example.cn/": "bad_host",
    "https://-hooks.example.cn/": "bad_host",
    f"https://{'a' * 64}.example.cn/": "bad_host",
    f"https://{'a.' * 127}example.cn/": "bad_host",
    "https://hooks%2eexample.cn/": "bad_host",
    "https://2130706433/": "bad_host",
    "https://0x7f000001/": "bad_host",
    "https://0x7f.1/": "bad_host",
    "https://0x/": "bad_host",
    "https://127.1/": "bad_host",
    "https://127.0.1/": "bad_host",
    "https://0177.0.0.1/": "bad_host",
    "https://017700000001/": "bad_host",
    "https://127.0.0.01/": "bad_host",
    "https://127.0.0.256/": "bad_host",
    "https://127.0.0.1./": "bad_host",
    "https://hooks.example.1/": "bad_host",
    "https://127.0.0.1/": "address_refused",
    "https://10.0.0.5/": "address_refused",
    "https://169.254.169.254/latest/meta-data": "address_refused",
    "https://[::1]/": "address_refused",
    "https://[::ffff:127.0.0.1]/": "address_refused",
    "https://[::ffff:7f00:1]/": "address_refused",
    "https://[64:ff9b::7f00:1]/": "address_refused",
    "https://[fe80::1%25eth0]/": "bad_host",
    "https://[fe80::1%eth0]/": "bad_host",
    "https://[::1/": "bad_host",
    "https://::1/": "bad_host",
    "https://[127.0.0.1]/": "bad_host",
    "https://[hooks.example.cn]/": "bad_host",
    "https://①②⑦.⓪.⓪.①/": "odd_url",
    "https://１２７.0.0.1/": "odd_url",
    "https://127。0。0。1/": "odd_url",
    "https://环巡.cn/": "odd_url",
    "https://hooks.example.cn/消息": "odd_url",
    "https://hooks.example.cn\\@127.0.0.1/": "odd_url",
    "https://hooks.example.cn/a b": "odd_url",
    "https://hooks.example.cn/\r\nX-Evil: 1": "odd_url",
    "https://hooks.example\t.cn/": "odd_url",
    " https://hooks.example.cn/": "odd_url",
    "https://hooks.example.cn/\u202e": "odd_url",
    f"https://hooks.example.cn/{'a' * 1000}": "odd_url",
    "": "bad_url",
}


def code_of(caught: pytest.ExceptionInfo[Invalid]) -> str:
    return caught.value.flaws[0].code


@pytest.mark.parametrize("url", ODD_URLS)
def test_odd_urls_are_refused(url: str) -> None:
    """Every odd spelling is refused, with its own reason, and the reason never repeats the URL."""
    with pytest.raises(Invalid) as caught:
        read_url(url, NONE)
    assert code_of(caught) == ODD_URLS[url]
    assert caught.value.flaws[0].pointer == "/url"
    assert "127" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://hooks.example.cn", "https://hooks.example.cn", "/"),
        ("HTTPS://Hooks.Example.CN:443/A?key=B", "https://hooks.example.cn", "/A?key=B"),
        ("https://hooks.example.cn:8443/a/../b", "https://hooks.example.cn:8443", "/a/../b"),
        ("https://hooks.example.cn?key=a%20b", "https://hooks.example.cn", "/?key=a%20b"),
        ("https://xn--fiqs8s.cn/", "https://xn--fiqs8s.cn", "/"),
        ("https://8.8.8.8/", "https://8.8.8.8", "/"),
        ("https://[2400:3200:0::1]:8443/x", "https://[2400:3200::1]:8443", "/x"),
        ("https://a_b.example.cn/", "https://a_b.example.cn", "/"),
    ],
)
def test_good_urls_are_taken_apart(url: str, origin: str, path: str) -> None:
    """A good URL gives one spelling of its parts; its path, which may hold a key, is not shown."""
    target = read_url(url, NONE)
    assert (target.origin, target.path, target.listed) == (origin, path, False)
    assert "key" not in repr(target)


def test_listed_origin_may_be_plain_and_private() -> None:
    """Only the listed origin itself, not its host on another port or scheme, may be plain text and private."""
    origins = origins_of(" http://10.1.2.3:9000 ,https://localhost:9443,, smtp://10.1.2.4:25")
    assert origins == {"http://10.1.2.3:9000", "https://localhost:9443", "smtp://10.1.2.4:25"}
    target = read_url("http://10.1.2.3:9000/in", origins)
    assert target.listed
    assert target.authority == "10.1.2.3:9000"
    assert read_url("https://localhost:9443/", origins).listed
    for other in ("http://10.1.2.3/in", "https://10.1.2.3:9000/in", "http://localhost:9443/"):
        with pytest.raises(Invalid):
            read_url(other, origins)


@pytest.mark.parametrize(
    "setting", ["10.1.2.3", "http://10.1.2.3/a", "http://a.cn?b", "http://*.cn", "gopher://a.cn"]
)
def test_setting_lists_origins_only(setting: str) -> None:
    """What is more or less than an origin is refused when the settings are read."""
    with pytest.raises(Invalid):
        origins_of(setting)


def test_default_port_is_no_other_origin() -> None:
    """An origin with its default port written out is the same origin."""
    assert origins_of("https://a.cn:443/") == origins_of("https://A.cn") == {"https://a.cn"}


def test_robots_belong_to_their_vendors() -> None:
    """A robot's URL is the vendor's, unless its origin is listed."""
    wecom = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"
    assert read_url(wecom, NONE, kind=ChannelKind.WECOM).host == "qyapi.weixin.qq.com"
    for url in (
        "https://qyapi.weixin.qq.com.evil.cn/a",
        "https://oapi.dingtalk.com/robot/send",
        "https://evil.cn/qyapi.weixin.qq.com",
    ):
        with pytest.raises(Invalid) as caught:
            read_url(url, NONE, kind=ChannelKind.WECOM)
        assert code_of(caught) == "not_the_vendor"
    relay = "https://relay.example.cn"
    assert read_url(f"{relay}/a", {relay}, kind=ChannelKind.DINGTALK).listed


def test_mail_goes_encrypted() -> None:
    """A mail server is spoken to over TLS on a submission port at a public address, unless it is listed."""
    assert read_mail_server("smtp.example.cn", 465, TLS, NONE).port == 465
    assert read_mail_server("smtp.example.cn", 587, STARTTLS, NONE).port == 587
    for host, port, security, code in (
        ("smtp.example.cn", 465, PLAIN, "not_tls"),
        ("smtp.example.cn", 25, STARTTLS, "port_not_open"),
        ("smtp.example.cn", 0, TLS, "bad_port"),
        ("127.0.0.1", 465, TLS, "address_refused"),
        ("::1", 465, TLS, "address_refused"),
        ("0x7f.1", 465, TLS, "bad_host"),
        ("smtp.example.cn:25", 465, TLS, "bad_host"),
        ("a@b", 465, TLS, "bad_host"),
        ("", 465, TLS, "bad_host"),
    ):
        with pytest.raises(Invalid) as caught:
            read_mail_server(host, port, security, NONE)
        assert code_of(caught) == code, host
    assert read_mail_server("10.1.2.4", 25, PLAIN, {"smtp://10.1.2.4:25"}).listed


def test_target_of_a_channel() -> None:
    """Every kind of channel has its target in its own fields; the console has none."""
    assert target_of(ChannelKind.CONSOLE, {}, NONE) is None
    mail = target_of(ChannelKind.SMTP, {"host": "smtp.example.cn"}, NONE)
    assert mail is not None
    assert mail.origin == "smtp://smtp.example.cn"
    hook = target_of(ChannelKind.WEBHOOK, {"url": "https://hooks.example.cn/"}, NONE)
    assert hook is not None
    assert hook.origin == "https://hooks.example.cn"


INSIDE: Final = (
    "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 "
    "172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 "
    "203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 "
    ":: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 "
    "100::1 2001::1 2001:2::1 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 4000::1 fc00::1 "
    "fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1"
)
NEVER: Final = (
    "0.0.0.0 169.254.169.254 100.100.100.200 168.63.129.16 224.0.0.1 255.255.255.255 :: fe80::1 ff02::1 "
    "64:ff9b::7f00:1 2002:7f00:1:: 2001::1 ::ffff:169.254.169.254 fd00:ec2::254"
)


@pytest.mark.parametrize("address", [*INSIDE.split(), "localhost", "", "1.2.3", "2130706433"])
def test_addresses_inside_are_refused(address: str) -> None:
    """No address that is not plainly public may be dialled for an origin that is not listed."""
    assert refuse_address(address, listed=False)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "223.5.5.5", "101.226.141.58", "2400:3200::1", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_dialled(address: str) -> None:
    """A public address may be dialled, also as IPv4 in IPv6 clothes."""
    assert refuse_address(address, listed=False) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1"])
def test_listed_origins_may_be_private(address: str) -> None:
    """A listed origin may be private or this machine."""
    assert refuse_address(address, listed=True) is None


@pytest.mark.parametrize("address", NEVER.split())
def test_some_addresses_are_never_dialled(address: str) -> None:
    """Metadata services, link-local, multicast and translated addresses stay refused for a listed origin."""
    assert refuse_address(address, listed=True)


@given(st.ip_addresses(v=4))
def test_no_private_ipv4_passes(address: IPv4Address) -> None:
    """Whatever Python calls private, reserved, loopback, link-local or multicast is refused; so is it when mapped."""
    inside = not address.is_global or address.is_multicast
    why = refuse_address(str(address), listed=False)
    assert why or not inside
    assert refuse_address(f"::ffff:{address}", listed=False) == why


@given(st.ip_addresses(v=6))
def test_no_private_ipv6_passes(address: IPv6Address) -> None:
    """Of IPv6 only global unicast passes."""
    why = refuse_address(str(address), listed=False)
    good = address.is_global and not address.is_multicast and (int(address) >> 125) == 1
    assert why or good or address.ipv4_mapped is not None


@given(st.text(max_size=60))
def test_hosts_have_one_spelling(text: str) -> None:
    """Whatever stands for a host is refused, or gives a name or an address that reads back as itself."""
    try:
        target = read_url(f"https://{text}/", {f"https://{text}"})
    except Invalid:
        return
    again = read_url(f"{target.origin}{target.path}", NONE if not target.listed else {target.origin})
    assert (again.host, again.port) == (target.host, target.port)
    assert target.host.isascii()
    assert target.host == target.host.lower()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "{:#x}", "0{:o}", "0x{:08x}", "00{}"]))
def test_numbers_are_no_hosts(number: int, spelling: str) -> None:
    """No single number, in whatever base, names a host, although every resolver takes it for an address."""
    with pytest.raises(Invalid):
        read_url(f"https://{spelling.format(number)}/", NONE)


@given(st.ip_addresses(v=6).filter(lambda one: refuse_address(str(one), listed=False) is not None))
def test_exploded_addresses_are_the_same(address: IPv6Address) -> None:
    """An address written at full length is refused like its short form."""
    assert refuse_address(address.exploded, listed=False)
    assert ip_address(address.exploded) == address
    with pytest.raises(Invalid):
        read_url(f"https://[{address.exploded}]/", NONE)
