"""An HTTP receiver that reads a whole request, keeps it, and then behaves as it is told to."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.receivers.listening import patiently, reset, wait_for_end

GIGABYTE: Final = 1_000_000_000
CHUNK: Final = b"x" * 65_536


@dataclass(frozen=True)
class Request:
    """What came."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Http:
    """``good`` is the body that this channel's receiver answers when it has taken a message."""

    behave: Callable[[Http, socket.socket], None]
    good: bytes = b"{}"
    private_url: str = "http://127.0.0.1:1/"
    got: list[Request] = field(default_factory=list)
    written: int = 0  # bytes of answer that the other side let us write

    def __call__(self, connection: socket.socket) -> None:
        if self.behave is not deaf:
            self.got.append(_read(connection))
        self.behave(self, connection)

    def answer(
        self,
        connection: socket.socket,
        status: str,
        body: bytes = b"",
        *headers: str,
        length: int | None = None,
    ) -> None:
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
        self.write(connection, "\r\n".join((*lines, "", "")).encode() + body)

    def write(self, connection: socket.socket, data: bytes) -> None:
        connection.sendall(data)
        self.written += len(data)


def _read(connection: socket.socket) -> Request:
    with connection.makefile("rb") as file:
        line = file.readline().decode("latin-1").strip()
        headers: dict[str, str] = {}
        while text := file.readline().decode("latin-1").strip():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        return Request(line, headers, file.read(int(headers.get("content-length", "0"))))


def take(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", self.good)


def late(self: Http, connection: socket.socket) -> None:
    time.sleep(0.1)
    take(self, connection)


def silent(self: Http, connection: socket.socket) -> None:
    wait_for_end(connection)


def broken(self: Http, connection: socket.socket) -> None:
    reset(connection)


def error_500(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "500 Internal Server Error", b"oops")


def busy_503(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "503 Service Unavailable", b"", "Retry-After: 9")


def too_many_429(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "429 Too Many Requests", b"", "Retry-After: 7")


def gone_410(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "410 Gone")


def elsewhere_302(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "302 Found", b"", f"Location: {self.private_url}")


def elsewhere_307(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "307 Temporary Redirect", b"", f"Location: {self.private_url}")


def garbage(self: Http, connection: socket.socket) -> None:
    self.write(connection, b"\x00\xff\xfe SSH-2.0-nobody\r\n\r\n")


def odd_answer(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", "<html>系统维护中</html>".encode())


def deep_json(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", b"[" * 60_000)


def gigabyte(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", b"", length=GIGABYTE)
    while self.written < GIGABYTE:
        self.write(connection, CHUNK)


def half(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", self.good[:1], length=1000)


def endless_head(self: Http, connection: socket.socket) -> None:
    self.write(connection, b"HTTP/1.1 200 OK\r\n")
    while self.written < GIGABYTE:
        self.write(connection, b"X-Filler: " + b"y" * 60_000 + b"\r\n")


def endless_100(self: Http, connection: socket.socket) -> None:
    for _ in patiently():
        self.write(connection, b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.002)


def dripping_head(self: Http, connection: socket.socket) -> None:
    for byte, _ in zip(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"z" * 10_000, patiently(), strict=False):
        self.write(connection, bytes((byte,)))
        time.sleep(0.02)


def dripping_body(self: Http, connection: socket.socket) -> None:
    self.answer(connection, "200 OK", b"", length=10_000)
    for _ in patiently():
        self.write(connection, b" ")
        time.sleep(0.02)


def deaf(self: Http, connection: socket.socket) -> None:
    """Resets at once, having read nothing."""
    reset(connection)


BEHAVIOURS: Final[dict[str, Callable[[Http, socket.socket], None]]] = {
    "takes it": take,
    "takes it, late": late,
    "says nothing": silent,
    "resets after reading": broken,
    "resets before reading": deaf,
    "500": error_500,
    "503, Retry-After 9": busy_503,
    "429, Retry-After 7": too_many_429,
    "410": gone_410,
    "302 to a private place": elsewhere_302,
    "307 to a private place": elsewhere_307,
    "garbage": garbage,
    "200 and HTML": odd_answer,
    "200 and 60,000 brackets": deep_json,
    "200 and 1 GB": gigabyte,
    "200 and half an answer": half,
    "endless header": endless_head,
    "endless 100 Continue": endless_100,
    "drips its header": dripping_head,
    "drips its answer": dripping_body,
}
