"""
A real worker whose console stands still at a chosen point, so that a test can kill it there.

``python -m tests.workers.held_worker POINT PIPE SAID``: at POINT (``claimed``: before the attempt is committed,
``begun``: before the message leaves, ``said``: after it left) the worker opens the named pipe PIPE and waits for
ever; what left is in the file SAID.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any, NoReturn
from uuid import UUID

from models.settings import Settings
from workers.run import run


class Held:
    """The console, as far as the database can tell."""

    deduplicates = False

    def __init__(self, point: str, pipe: Path, said: Path) -> None:
        self._point = point
        self._pipe = pipe
        self._said = said

    @property
    def channel(self) -> str:
        if self._point == "claimed":
            self._stand()
        return "console"

    def send(self, attempt_id: UUID, _content: Mapping[str, Any]) -> None:
        if self._point == "begun":
            self._stand()
        with self._said.open("a") as file:
            file.write(f"{attempt_id}\n")
        self._stand()

    def _stand(self) -> NoReturn:
        with self._pipe.open("w") as pipe:  # opens when the test reads
            pipe.write("here\n")
        Event().wait()
        raise AssertionError("a killed process does not come here")


if __name__ == "__main__":
    run(Settings(), (Held(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])),))
