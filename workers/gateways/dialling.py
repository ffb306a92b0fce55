"""
Dialling 拨号 under guard: resolve → judge every address → connect to one that was judged, all within a time.

What a name resolves to between the judgement and the connection cannot matter: nobody resolves it again.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final

from models.domain.outgoing.targets import Target, refuse_address
from workers.gateways.gateway import NotSent

MOST_ADDRESSES: Final = 3
"""How many addresses of one name are tried; more only take time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one sending may take. Seconds: ``resolve`` for the name, then ``total`` for the rest, of which ``connect`` for
    each address; 64 KiB of an answer. Resolve and total are less than 20 s, so less than a lease of 30 s.
    """

    resolve: float = 3.0
    connect: float = 5.0
    total: float = 10.0
    reply_bytes: int = 64 * 1024


def judged(target: Target, limits: Limits) -> Sequence[str]:
    """
    The addresses of a target, all of which may be dialled.

    Raises:
        NotSent: the name does not resolve in time, or one of its addresses is refused.
    """
    addresses = resolved(lambda: _addresses(target.host, target.port), limits.resolve)
    judge(addresses, listed=target.listed)
    return addresses[:MOST_ADDRESSES]


def judge(addresses: Sequence[str], *, listed: bool) -> None:
    """
    Every address of a name, not only the one that would be dialled: a name with one foot inside is somebody's trick.

    Raises:
        NotSent
    """
    for address in addresses:
        if why := refuse_address(address, listed=listed):
            raise NotSent(f"目标主机的地址不允许发送：{why}", permanent=True)


def resolved(lookup: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """
    What a look-up of a name says, asked in a thread of its own: a resolver takes no time limit.

    Raises:
        NotSent: nothing, or not in time.
    """
    answers: SimpleQueue[Sequence[str]] = SimpleQueue()
    threading.Thread(target=lambda: answers.put(lookup()), name="resolve", daemon=True).start()
    try:
        addresses = answers.get(timeout=seconds)
    except Empty:
        raise NotSent("解析目标主机名超时") from None
    if not addresses:
        raise NotSent("目标主机名无法解析")
    return addresses


def _addresses(host: str, port: int) -> Sequence[str]:
    """What the system's resolver knows; it never fails, so that whoever waits is answered."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


class Watch:
    """
    Ends a conversation when its time is over: a time-out per read does not end one that drips a byte a second.

    A socket handed to ``hold`` is shut down at the end of the time, from another thread; whoever reads or writes it
    sees the connection closed.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.over = False

    @property
    def left(self) -> float:
        """Seconds; never quite none, which a socket would read as "do not block"."""
        return max(self._until - time.monotonic(), 0.001)

    def hold(self, held: socket.socket) -> None:
        with self._lock:
            self._held = held
            if self.over:
                _shut(held)

    def _end(self) -> None:
        with self._lock:
            self.over = True
            if self._held is not None:
                _shut(self._held)

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._held = None


def _shut(held: socket.socket) -> None:
    """Of the plain socket: a TLS socket would first forget its keys, under the feet of its reader."""
    with suppress(OSError):
        socket.socket.shutdown(held, socket.SHUT_RDWR)
