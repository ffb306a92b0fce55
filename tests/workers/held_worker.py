"""
A real worker that stands still at a chosen point, so that a test can kill it there.

``python -m tests.workers.held_worker POINT PIPE SAID``: at POINT (``claimed``: before the attempt is committed,
``begun``: before the message leaves, ``said``: after it left) the worker opens the named pipe PIPE and waits for
ever; what left is in the file SAID.
"""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event
from typing import NoReturn

from sqlalchemy import select

from models.db.engines import open_reader
from models.operations.outgoing.ways import Exits
from models.settings import Settings
from models.tables.channels import dispatches
from workers.delivery import Outlets
from workers.gateways.gateway import Destination, Parcel
from workers.run import run


class Held:
    """The console, as far as the database can tell."""

    channel = "console"
    deduplicates = False

    def __init__(self, point: str, pipe: Path, said: Path) -> None:
        self._point = point
        self._pipe = pipe
        self._said = said

    def send(self, parcel: Parcel, to: Destination) -> None:
        if self._point == "begun":
            self.stand()
        with self._said.open("a") as file:
            file.write(f"{parcel.attempt_id}\n")
        self.stand()

    def stand(self) -> NoReturn:
        with self._pipe.open("w") as pipe:  # opens when the test reads
            pipe.write("here\n")
        Event().wait()
        raise AssertionError("a killed process does not come here")


class HeldOutlets(Outlets):
    """Stands as soon as a dispatch is claimed, before an attempt is begun."""

    @property
    def exits(self) -> Exits:
        claimed = select(dispatches.c.id).where(dispatches.c.lease_by.is_not(None))
        with open_reader(Settings().url).connect() as db:
            if db.execute(claimed).first() is not None:
                held.stand()
        return super().exits


if __name__ == "__main__":
    held = Held(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    outlets = HeldOutlets if sys.argv[1] == "claimed" else Outlets
    run(Settings(), outlets((held,)))
