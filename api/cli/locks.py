"""One at a time: a lock on a file that the operating system lets go when its holder ends, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.refusals import Stop

if sys.platform == "win32":
    import msvcrt

    def _seize(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _seize(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(file: Path, *, otherwise: str) -> Iterator[None]:
    """
    Hold the lock; children do not inherit it.

    Raises:
        Stop: another process holds it; ``otherwise`` is what is said then.
    """
    with file.open("a") as opened:
        try:
            _seize(opened.fileno())
        except OSError:
            raise Stop(otherwise) from None
        yield
