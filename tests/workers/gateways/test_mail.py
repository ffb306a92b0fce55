"""Mail as a server takes it: the message, the encryption, and nothing that was not meant."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as parsed
from pathlib import Path
from typing import Any

import pytest

from models.domain.outgoing.channels import PLAIN, STARTTLS, TLS, ChannelKind
from tests.receivers.certificates import Authority
from tests.receivers.driving import MAILBOX, QUICK, destination, now, parcel, wired
from tests.receivers.listening import Receiver
from tests.receivers.mail_receiver import Mail, silent
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.registry import gateways

KIND = ChannelKind.SMTP


def received(mail: Mail, one: Parcel, address: str | None = MAILBOX, **config: Any) -> EmailMessage:
    with Receiver(mail) as receiver:
        to = destination(KIND, receiver.port, **config)
        wired(KIND, receiver.port).send(one, Destination(to.config, address))
    found = message_from_bytes(mail.got[0], policy=parsed)
    assert isinstance(found, EmailMessage)
    return found


def test_message_is_whole() -> None:
    """Subject, text and link arrive in Chinese; the id is the attempt's; nobody's absence note is asked for."""
    one = parcel(text="第一行\n.一点开头\n\n" + "长" * 2000)
    mail = Mail()
    message = received(mail, one)
    assert message["Subject"] == one.subject
    assert message["To"] == MAILBOX
    assert message["From"] == "huanxun@example.test"
    assert message["Message-ID"] == f"<{one.attempt_id}@example.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.timestamp() == pytest.approx(now().timestamp(), abs=5)
    assert message.get_content().replace("\r\n", "\n").strip() == f"{one.text}\n\n{one.link}"
    assert mail.heard[:3] == ["ehlo example.test", "MAIL FROM:<huanxun@example.test>", f"RCPT TO:<{MAILBOX}>"]
    assert max(map(len, mail.got[0].split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "subject",
    ["待办\r\nBcc: evil@example.test", "待办\nX-Evil: 1", "待办\r\n\r\n正文", "a\u2028b\x85c\x0bd\x0ce"],
)
def test_subject_stays_one_line(subject: str) -> None:
    """A subject with line ends adds no header and no text."""
    message = received(Mail(), parcel(subject=subject))
    assert set(message.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert message["To"] == MAILBOX
    assert len(message["Subject"].splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "zhang",
        "zhang@localhost",
        "a@example.test,b@example.test",
        "a@example.test\r\nRCPT TO:<b@example.test>",
        "a@example.test\n",
        "<a@example.test>",
        "a b@example.test",
        '"a b"@example.test',
        "a@example.test> SIZE=1",
        "张@example.test",
        "a@[127.0.0.1]",
        "a@-example.test",
    ],
)
def test_odd_addresses_get_nothing(address: str | None) -> None:
    """What is not one plain mailbox is refused before the server is even called."""
    with Receiver(Mail()) as receiver:
        to = Destination(destination(KIND, receiver.port).config, address)
        with pytest.raises(NotSent) as caught:
            wired(KIND, receiver.port).send(parcel(), to)
    assert caught.value.permanent
    assert receiver.connections == 0


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def over_tls(
    authority: Authority, mail: Mail, host: str, security: str, server: ssl.SSLContext, **config: Any
) -> None:
    """One mail to ``localhost``, to a server that shows a certificate for whichever name it has."""
    with Receiver(mail, context=server if security == TLS else None) as receiver:
        made = gateways({f"smtp://{host}:{receiver.port}"}, clock=now, limits=QUICK, context=authority.trust)
        values: Mapping[str, Any] = {"host": host, "security": security, **config}
        made[KIND].send(parcel(), destination(KIND, receiver.port, **values))


@pytest.mark.parametrize("security", [TLS, STARTTLS])
def test_certificate_of_the_name_is_believed(authority: Authority, tmp_path: Path, security: str) -> None:
    """Over TLS, from the first byte or after STARTTLS, name and password go to the server the certificate names."""
    server = authority.server("localhost", tmp_path)
    mail = Mail(context=server if security == STARTTLS else None)
    over_tls(authority, mail, "localhost", security, server, username="huanxun", password="demo")
    assert len(mail.got) == 1
    login = next(number for number, line in enumerate(mail.heard) if line.startswith("AUTH"))
    assert security == TLS or mail.heard.index("STARTTLS") < login


@pytest.mark.parametrize("security", [TLS, STARTTLS])
def test_certificate_of_another_name_is_not(authority: Authority, tmp_path: Path, security: str) -> None:
    """A server with a certificate for another name, or of an authority nobody knows, gets nothing."""
    for server in (
        authority.server("mail.example.test", tmp_path),
        Authority().server("localhost", tmp_path),
    ):
        mail = Mail(context=server if security == STARTTLS else None)
        with pytest.raises(NotSent, match="证书"):
            over_tls(authority, mail, "localhost", security, server, username="huanxun", password="demo")
        assert not mail.got
        assert not any(line.startswith(("AUTH", "MAIL")) for line in mail.heard)


def test_server_without_starttls_gets_nothing() -> None:
    """Where STARTTLS is configured and not offered, nothing is said in plain text."""
    mail = Mail()
    with pytest.raises(NotSent, match="加密"):
        received(mail, parcel(), security=STARTTLS, username="huanxun", password="demo")
    assert not any(line.startswith(("AUTH", "MAIL")) for line in mail.heard)


def test_plain_server_must_be_listed() -> None:
    """A server that is not on the allow-list is not spoken to in plain text, wherever it is."""
    with Receiver(Mail()) as receiver, pytest.raises(NotSent, match="加密"):
        gateways((), clock=now, limits=QUICK)[KIND].send(parcel(), destination(KIND, receiver.port))
    assert receiver.connections == 0
    assert destination(KIND, 1).config["security"] == PLAIN


def test_silence_after_the_dot_is_unknown() -> None:
    """A server that has the message and says nothing may have delivered it."""
    mail = Mail({"dot": silent})
    with pytest.raises(OutcomeUnknown):
        received(mail, parcel())
    assert len(mail.got) == 1
