"""
Mail 电子邮件: one message to one address, over TLS, to a server whose address was judged.

A server has taken a message when it says so after the closing dot; before, nothing is delivered (RFC 5321 §4.1.1.4).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Any, ClassVar, Final

from models.domain.outgoing.addresses import mailbox
from models.domain.outgoing.channels import PLAIN, STARTTLS, TLS, ChannelKind
from models.domain.outgoing.targets import Target
from workers.gateways.configured import http_target, text_of
from workers.gateways.dialling import Limits, Watch, judged
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.wording import subject_of

_DOTS: Final = re.compile(rb"(?m)^\.")
START_DATA: Final = 354


class MailGateway:
    """A mail server of the bureau or its provider."""

    channel: ClassVar[str] = ChannelKind.SMTP.value
    deduplicates: ClassVar[bool] = False

    def __init__(
        self,
        clock: Callable[[], datetime],
        origins: Collection[str],
        *,
        limits: Limits | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._origins = origins
        self._limits = limits or Limits()
        self._context = context or ssl.create_default_context()

    def send(self, parcel: Parcel, to: Destination) -> None:
        target = http_target(ChannelKind.SMTP, to.config, self._origins)
        sender = _mailbox(text_of(to.config, "sender"), "发件邮箱")
        address = _mailbox(to.address or "", "收件邮箱")
        message = self._message(parcel, sender, address)
        security = str(to.config.get("security") or TLS)
        addresses = judged(target, self._limits)
        with Watch(self._limits.total) as watch:
            line = _Line(target, addresses, sender.rpartition("@")[2], self._limits, self._context, watch)
            progress = _Progress()
            try:
                line.open(security, to.config.get("username"), to.config.get("password"))
                line.deliver(sender, address, message, progress)
            except (OSError, smtplib.SMTPException) as error:
                raise _read(error, progress, watch) from None
            finally:
                line.close()

    def _message(self, parcel: Parcel, sender: str, address: str) -> bytes:
        mail = EmailMessage(policy=SMTP_POLICY)
        try:
            mail["Subject"] = subject_of(parcel)
            mail["From"] = sender
            mail["To"] = address
            mail["Date"] = format_datetime(self._clock())
            mail["Message-ID"] = f"<{parcel.attempt_id}@{sender.rpartition('@')[2]}>"
            mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
            text = parcel.text + (f"\n\n{parcel.link}" if parcel.link else "")
            mail.set_content(text, charset="utf-8", cte="base64")
            return mail.as_bytes()
        except (ValueError, MessageError):
            raise NotSent("邮件内容无法写成信件", permanent=True) from None


class _Progress:
    """Whether the closing dot has left."""

    def __init__(self) -> None:
        self.left = False


class _Line(smtplib.SMTP):
    """A conversation with one server: dials only judged addresses, reads only so much."""

    def __init__(
        self,
        target: Target,
        addresses: Sequence[str],
        helo: str,
        limits: Limits,
        context: ssl.SSLContext,
        watch: Watch,
    ) -> None:
        super().__init__(local_hostname=helo, timeout=limits.connect)
        self._host = target.host  # what STARTTLS compares the certificate with
        self._target = target
        self._addresses = addresses
        self._limits = limits
        self._context = context
        self._watch = watch
        self._tls_first = False

    def open(self, security: str, username: Any, password: Any) -> None:
        """Connect, encrypt, log in."""
        self._tls_first = security == TLS
        code, _ = self.connect(self._target.host, self._target.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, b"")
        if security == STARTTLS:
            if self.sock is not None:
                self.sock.settimeout(min(self._limits.connect, self._watch.left))
            # Refuses to go on in plain text if the server does not offer it.
            self.starttls(context=self._context)
            self._keep(self.sock)
        elif security not in (TLS, PLAIN):
            raise NotSent("渠道的配置有误（security），请管理员改正", permanent=True)
        if username:
            self.login(str(username), str(password or ""))

    def deliver(self, sender: str, address: str, message: bytes, progress: _Progress) -> None:
        """One message; returns when the server took it."""
        self.ehlo_or_helo_if_needed()
        for command in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{address}>"):
            code, _ = self.docmd(command)
            if not 200 <= code < 300:
                raise smtplib.SMTPResponseException(code, b"")
        code, _ = self.docmd("DATA")
        if code != START_DATA:
            raise smtplib.SMTPResponseException(code, b"")
        body = _DOTS.sub(b"..", message)
        self.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        progress.left = True
        self.send(b".\r\n")
        code, _ = self.getreply()
        if not 200 <= code < 300:
            raise smtplib.SMTPResponseException(code, b"")
        with suppress(OSError):
            self.send(b"QUIT\r\n")  # whether it is heard or not: the message is taken

    def getreply(self) -> tuple[int, bytes]:
        """One reply; of all replies together no more than the limit is read."""
        if self.file is None and self.sock is not None:
            self.file = _Capped(self.sock.makefile("rb"), self._limits.reply_bytes)
        return super().getreply()

    def _get_socket(self, _host: str, port: int, _timeout: float) -> socket.socket | None:
        """The first judged address that answers; the name is used for the certificate only."""
        failure: OSError = ConnectionError()
        for address in self._addresses:
            if self._watch.over:
                break
            seconds = min(self._limits.connect, self._watch.left)
            try:
                plain = socket.create_connection((address, port), timeout=seconds)
            except OSError as error:
                failure = error
                continue
            # The closing dot must not wait for the other side to acknowledge what came before it.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._keep(self._encrypted(plain) if self._tls_first else plain)
        raise failure

    def _encrypted(self, plain: socket.socket) -> socket.socket:
        self._watch.hold(plain)
        try:
            return self._context.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise

    def _keep(self, connected: socket.socket | None) -> socket.socket | None:
        """The watch ends it from here on; a slow server may use up all that is left."""
        if connected is not None:
            connected.settimeout(self._limits.total)
            self._watch.hold(connected)
        return connected


class _Capped:
    """
    What a server says, in whole lines, up to so many bytes in all.

    smtplib takes "25" of a connection cut off in the middle of "250" for a code, and answers a line that is too long
    with a refusal (500) of its own making: neither was said by the server.
    """

    def __init__(self, file: Any, most: int) -> None:
        self._file = file
        self._left = most

    def readline(self, size: int) -> bytes:
        line: bytes = self._file.readline(min(size, self._left))
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise ConnectionError("no whole line")
        return line

    def close(self) -> None:
        self._file.close()


def _mailbox(text: str, what: str) -> str:
    """An address that can be nothing but an address: no line end, no second recipient, no parameters."""
    if mailbox(text) is None:
        raise NotSent(f"{what}写法不对，请改正后再发", permanent=True)
    return text


def _read(error: Exception, progress: _Progress, watch: Watch) -> NotSent | OutcomeUnknown:
    """What a broken conversation means; what the server said is not repeated, it may quote the address."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 400:
        code = error.smtp_code
        return NotSent(f"邮件服务器拒绝（{code}）", permanent=code >= 500)
    if progress.left:
        kind = "超时" if watch.over or isinstance(error, TimeoutError) else "连接中断或应答无法识别"
        return OutcomeUnknown(f"邮件发出后{kind}，是否送达不明")
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent("邮件服务器的证书核对不通过")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotSent("邮件服务器不支持所需的加密或登录方式", permanent=True)
    if watch.over or isinstance(error, TimeoutError):
        return NotSent("邮件发出前超时")
    return NotSent("连接不上邮件服务器，或对话中断")
