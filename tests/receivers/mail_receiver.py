"""A small mail server that keeps what it takes, and misbehaves where it is told to."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from tests.receivers.listening import patiently, reset, wait_for_end

GIGABYTE: Final = 1_000_000_000
Twist = Callable[["Mail", socket.socket], bool]
"""Does something instead of the usual answer; True: the conversation is over."""


@dataclass
class Mail:
    """``twists`` by the word they stand at: ``greeting``, EHLO, MAIL, RCPT, DATA, ``dot``."""

    twists: dict[str, Twist] = field(default_factory=dict)
    context: ssl.SSLContext | None = None  # offers STARTTLS
    got: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    written: int = 0
    encrypted: bool = False

    def __call__(self, connection: socket.socket) -> None:
        if self._at("greeting", connection, "220 mail.example.test ESMTP"):
            return
        file = connection.makefile("rb")
        while line := file.readline():
            text = line.decode().strip()
            self.heard.append(text)
            word = text.partition(" ")[0].upper()
            if word == "STARTTLS" and self.context:
                self.say(connection, "220 go ahead")
                connection = self.context.wrap_socket(connection, server_side=True)
                file, self.encrypted = connection.makefile("rb"), True
            elif word == "DATA":
                if self._at("DATA", connection, "354 end with a dot"):
                    return
                self.got += _until_dot(file)
                if self._at("dot", connection, "250 taken"):
                    return
            elif word == "QUIT" or self._at(word, connection, self._usual(word)):
                return

    def say(self, connection: socket.socket, line: str) -> None:
        self.write(connection, f"{line}\r\n".encode())

    def write(self, connection: socket.socket, data: bytes) -> None:
        connection.sendall(data)
        self.written += len(data)

    def _usual(self, word: str) -> str:
        if word != "EHLO":
            return "235 welcome" if word == "AUTH" else "250 ok"
        tls = "250-STARTTLS\r\n" if self.context and not self.encrypted else ""
        return f"250-mail.example.test\r\n{tls}250 AUTH PLAIN"

    def _at(self, word: str, connection: socket.socket, usual: str) -> bool:
        if word in self.twists:
            return self.twists[word](self, connection)
        self.say(connection, usual)
        return False


def _until_dot(file: BinaryIO) -> list[bytes]:
    """One message, or none if the dot never came."""
    lines = []
    while (line := file.readline()) != b".\r\n":
        if not line:
            return []
        lines.append(line[1:] if line.startswith(b".") else line)
    return [b"".join(lines)]


def says(line: str) -> Twist:
    def twist(self: Mail, connection: socket.socket) -> bool:
        self.say(connection, line)
        return False

    return twist


def late(self: Mail, connection: socket.socket) -> bool:
    time.sleep(0.1)
    self.say(connection, "250 taken")
    return False


def silent(self: Mail, connection: socket.socket) -> bool:
    wait_for_end(connection)
    return True


def broken(self: Mail, connection: socket.socket) -> bool:
    reset(connection)
    return True


def garbage(self: Mail, connection: socket.socket) -> bool:
    self.write(connection, b"\x00\xff\xfe HTTP/1.1 200 OK\r\n\r\n")
    return True


def gigabyte(self: Mail, connection: socket.socket) -> bool:
    line = b"250-" + b"x" * 500 + b"\r\n"
    while self.written < GIGABYTE:
        self.write(connection, line * 100)
    return True


def one_line_gigabyte(self: Mail, connection: socket.socket) -> bool:
    while self.written < GIGABYTE:
        self.write(connection, b"x" * 65_536)
    return True


def dripping(self: Mail, connection: socket.socket) -> bool:
    for _ in patiently():
        self.write(connection, b"2")
        time.sleep(0.02)
    return True


def half(self: Mail, connection: socket.socket) -> bool:
    self.write(connection, b"250 ta")
    return True


BEHAVIOURS: Final[dict[str, dict[str, Twist]]] = {
    "takes it": {},
    "takes it, late": {"dot": late},
    "says nothing": {"dot": silent},
    "never greets": {"greeting": silent},
    "resets after reading": {"dot": broken},
    "resets before reading": {"greeting": broken},
    "resets at RCPT": {"RCPT": broken},
    "resets at DATA": {"DATA": broken},
    "421 at once": {"greeting": says("421 busy")},
    "450 at RCPT (greylisting)": {"RCPT": says("450 later")},
    "550 at RCPT": {"RCPT": says("550 no such user")},
    "551 at RCPT, elsewhere": {"RCPT": says("551 try <a@127.0.0.1>")},
    "552 at DATA": {"DATA": says("552 full")},
    "451 after the dot": {"dot": says("451 try again")},
    "554 after the dot": {"dot": says("554 refused")},
    "garbage": {"dot": garbage},
    "garbage for a greeting": {"greeting": garbage},
    "1 GB in reply": {"dot": gigabyte},
    "1 GB in one line": {"dot": one_line_gigabyte},
    "1 GB for a greeting": {"greeting": one_line_gigabyte},
    "drips its reply": {"dot": dripping},
    "half a reply": {"dot": half},
}
