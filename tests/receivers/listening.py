"""A real receiver on loopback: a thread that listens, one thread per connection, all gone at the end."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Final

LONGEST_SECONDS: Final = 20.0
PATIENCE_SECONDS: Final = 6.0
"""How long a receiver goes on with an endless misbehaviour that nobody stops."""

RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST instead of FIN."""


class Receiver:
    """Calls ``serve`` with every connection; ``context`` makes it speak TLS from the first byte."""

    def __init__(
        self, serve: Callable[[socket.socket], None], *, context: ssl.SSLContext | None = None
    ) -> None:
        self._serve = serve
        self._context = context
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self.connections = 0

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in tuple(self._open):
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
        self.settle()

    def settle(self) -> None:
        """Wait until every conversation so far is over."""
        for thread in self._threads:
            thread.join(LONGEST_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(LONGEST_SECONDS)
        with suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._open.add(connection)
            self._serve(connection)
        self._open.discard(connection)
        with suppress(OSError):
            connection.close()


def patiently() -> Iterator[None]:
    """Turns of an endless misbehaviour, until patience is over."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        yield


def reset(connection: socket.socket) -> None:
    """Break the connection off with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def wait_for_end(connection: socket.socket) -> None:
    """Say nothing until the other side goes."""
    while connection.recv(65_536):
        pass


def refused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as once:
        port: int = once.getsockname()[1]
        return port
