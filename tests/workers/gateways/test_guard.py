"""The guard when a message leaves: which addresses are dialled, in whose name, and what the log hears of it."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from models.domain.outgoing.channels import TLS, ChannelKind
from models.domain.outgoing.targets import Target
from tests.receivers.certificates import Authority
from tests.receivers.driving import HTTP_KINDS, KEY, QUICK, TRUST, destination, now, parcel, wired
from tests.receivers.http_receiver import Http, take, too_many_429
from tests.receivers.listening import Receiver, wait_for_end
from workers.gateways.dialling import Limits, Watch, judge, judged, resolved
from workers.gateways.gateway import Destination, NotSent
from workers.gateways.posting import LONGEST_RETRY_AFTER, Poster
from workers.gateways.registry import gateways

WEBHOOK = ChannelKind.WEBHOOK


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://localhost:8443/",
        "https://LOCALHOST/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://①②⑦.⓪.⓪.①/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "http://localhost/",
    ],
)
def test_inside_is_refused_when_it_leaves(url: str) -> None:
    """What was saved before, or resolves to the inside today, is refused at the door, name or number."""
    gateway = gateways((), clock=now, limits=QUICK, context=TRUST)[WEBHOOK]
    with pytest.raises(NotSent) as caught:
        gateway.send(parcel(), Destination({"url": url, "secret": "whsec_" + "QUJD" * 8}))
    assert caught.value.permanent
    assert "127" not in caught.value.reason


def test_mail_server_inside_is_refused_when_it_leaves() -> None:
    """A mail server whose name resolves to this machine is not called unless it is listed."""
    mail = gateways((), clock=now, limits=QUICK, context=TRUST)[ChannelKind.SMTP]
    to = destination(ChannelKind.SMTP, 465, host="localhost", security=TLS)
    with pytest.raises(NotSent, match="本机"):
        mail.send(parcel(), to)


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_listed_origin_is_one_origin(kind: ChannelKind) -> None:
    """Another port of a listed host is not listed; neither is a robot's vendor bound to this machine."""
    with Receiver(Http(take)) as listed, Receiver(Http(take)) as other:
        with pytest.raises(NotSent) as caught:
            wired(kind, listed.port).send(parcel(), destination(kind, other.port))
        assert caught.value.permanent
    assert other.connections == 0


def test_names_without_an_address_may_get_one() -> None:
    """A name that does not resolve, or not in time, is tried again later."""
    unknown = Target("https", "nobody.invalid", 443, "/", listed=False)
    with pytest.raises(NotSent, match=r"无法解析|超时") as caught:
        judged(unknown, QUICK)
    assert not caught.value.permanent

    def slow() -> tuple[str, ...]:
        time.sleep(0.2)
        return ("8.8.8.8",)

    with pytest.raises(NotSent, match="超时"):
        resolved(slow, 0.02)
    assert resolved(slow, 5.0) == ("8.8.8.8",)


def test_listed_name_is_judged_too() -> None:
    """A listed origin may be this machine; what it resolves to is dialled as it was judged."""
    found = judged(Target("http", "localhost", 80, "/", listed=True), QUICK)
    assert set(found) <= {"127.0.0.1", "::1"}
    with pytest.raises(NotSent, match="元数据"):
        judged(Target("http", "169.254.169.254", 80, "/", listed=True), QUICK)


def test_every_address_of_a_name_is_judged() -> None:
    """A name that also points inside is refused, wherever among its addresses that one stands."""
    public = ["8.8.8.8", "2400:3200::1"]
    judge(public, listed=False)
    for inside in ("127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0", "64:ff9b::a00:1"):
        for place in range(3):
            with pytest.raises(NotSent, match="不允许"):
                judge([*public[:place], inside, *public[place:]], listed=False)


def test_checked_address_is_dialled_in_the_name_of_the_target(tmp_path: Path) -> None:
    """The connection goes to the judged address; Host, SNI and certificate are those of the name."""
    authority = Authority()
    http = Http(take)
    asked: list[str | None] = []
    server = authority.server("localhost", tmp_path)
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    with Receiver(http, context=server) as receiver:
        _over_https(authority.trust, receiver.port)
    assert http.got[0].headers["host"] == f"localhost:{receiver.port}"
    assert asked == ["localhost"]


def test_other_certificates_are_not_believed(tmp_path: Path) -> None:
    """A certificate for another name, or of an authority nobody knows, ends the sending before anything is said."""
    authority = Authority()
    for server in (
        authority.server("other.example.test", tmp_path),
        Authority().server("localhost", tmp_path),
    ):
        http = Http(take)
        with Receiver(http, context=server) as receiver, pytest.raises(NotSent, match="证书") as caught:
            _over_https(authority.trust, receiver.port)
        assert not caught.value.permanent
        assert not http.got


def test_plain_receiver_on_a_tls_port() -> None:
    """A receiver that does not speak TLS gets nothing to read."""

    def plain(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")

    with Receiver(plain) as receiver, pytest.raises(NotSent, match="加密连接"):
        _over_https(TRUST, receiver.port)


def test_silent_handshake_ends_in_time() -> None:
    """A receiver that never answers the handshake costs no more than the limits."""
    begun = time.monotonic()
    with Receiver(wait_for_end) as receiver, pytest.raises(NotSent, match="超时"):
        _over_https(TRUST, receiver.port)
    assert time.monotonic() - begun < QUICK.connect + QUICK.total + 0.5


def _over_https(trust: ssl.SSLContext, port: int) -> None:
    origin = f"https://localhost:{port}"
    gateway = gateways({origin}, clock=now, limits=QUICK, context=trust)[WEBHOOK]
    gateway.send(parcel(), Destination({"url": f"{origin}/in", "secret": "whsec_" + "QUJD" * 8}))


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment would resolve the name again, out of our sight: it is not used."""
    with Receiver(Http(take)) as proxy, Receiver(Http(take)) as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        wired(WEBHOOK, receiver.port).send(parcel(), destination(WEBHOOK, receiver.port))
        assert (proxy.connections, receiver.connections) == (0, 1)


def test_log_never_hears_a_key(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key in a URL nor a word of a message is logged, even at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    http = Http(take, b'{"errcode":0}')
    with Receiver(http) as receiver:
        wired(ChannelKind.WECOM, receiver.port).send(parcel(), destination(ChannelKind.WECOM, receiver.port))
    assert KEY not in caplog.text
    assert "举报" not in caplog.text
    assert KEY not in repr(destination(WEBHOOK, 1))
    assert "举报" not in repr(parcel())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (lambda: "120", 120.0),
        (lambda: "0", 0.0),
        (lambda: "999999999", LONGEST_RETRY_AFTER),
        (lambda: format_datetime(now() + timedelta(seconds=90), usegmt=True), pytest.approx(90, abs=3)),
        (lambda: format_datetime(now() - timedelta(days=1), usegmt=True), 0.0),
        (lambda: "soon", None),
        (lambda: "-5", None),
        (lambda: "٣٠", None),
        (lambda: "1" * 5000, None),
    ],
)
def test_wished_rest(text: Callable[[], str], seconds: float | None) -> None:
    """Retry-After is read in both of its forms, within a day; nonsense is no wish."""

    def busy(self: Http, connection: socket.socket) -> None:
        self.write(connection, f"HTTP/1.1 429 No\r\nRetry-After: {text()}\r\n\r\n".encode())

    with Receiver(Http(busy)) as receiver, pytest.raises(NotSent) as caught:
        wired(WEBHOOK, receiver.port).send(parcel(), destination(WEBHOOK, receiver.port))
    assert caught.value.retry_after == seconds


def test_watch_ends_what_it_is_handed_late() -> None:
    """A socket that is handed over after the time is shut at once."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Watch(0.01) as watch:
        time.sleep(0.05)
        assert watch.over
        watch.hold(ours)
        assert theirs.recv(1) == b""


def test_limits_are_less_than_a_lease() -> None:
    """At its worst a sending takes the name, the whole conversation and one handshake: less than 20 seconds."""
    limits = Limits()
    assert limits.resolve + limits.total + limits.connect < 20


def test_receiver_that_is_busy_is_not_asked_for_its_body() -> None:
    """A poster whose status is enough reads no body."""
    with Receiver(Http(too_many_429)) as receiver:
        target = Target("http", "127.0.0.1", receiver.port, "/", listed=True)
        reply = Poster(now, limits=QUICK, context=TRUST).post(target, b"", {}, read=False)
    assert (reply.status, reply.body, reply.retry_after) == (429, b"", 7.0)
