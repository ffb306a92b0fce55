"""
Sleeping until there is something to do: a signal, a notification of the database, or the end of the interval.

All three end one ``select``, so that an idle worker takes no time at all and a signal is answered at once.
"""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from models.db.listening import Listener

IDLE_FACTOR: Final = 5
"""Where the database notifies, the interval is this much longer: it only has to catch what comes with time."""


class Sleeper:
    """Waits; knows whether the end was asked for."""

    def __init__(self, listener: Listener | None, *, poll_seconds: float) -> None:
        self._listener = listener
        self.sleep_seconds = poll_seconds * (IDLE_FACTOR if listener else 1)
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._stop = False

    @property
    def stopping(self) -> bool:
        return self._stop

    def stop(self) -> None:
        """End after the item in hand."""
        self._stop = True
        self._write.send(b"x")

    def sleep(self) -> None:
        """Until a signal, a notification, or the end of the interval."""
        if self._stop:
            return
        listening = self._listener.fileno() if self._listener else None
        wanted: list[int] = [self._read.fileno(), *([] if listening is None else [listening])]
        ready, _, _ = select.select(wanted, [], [], self.sleep_seconds)
        if listening in ready and self._listener:
            self._listener.drain()

    def close(self) -> None:
        if self._listener:
            self._listener.close()
        self._read.close()
        self._write.close()


@contextmanager
def stopped_by_signals(sleeper: Sleeper) -> Iterator[None]:
    """SIGTERM and SIGINT ask for the end; a second one changes nothing."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        sleeper.stop()

    wanted = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, ask) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
