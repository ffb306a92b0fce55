"""The real application in a process of its own: ``python -m tests.fuzz.serving PORT URL``, keys on standard input."""

from __future__ import annotations

import pickle
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from api.app import create_app
from api.hashing import Hashing
from api.work import House
from models import migrate
from models.db.loops import open_port
from models.files.store import FOLDER, FolderStore
from models.logs import configure
from models.vault import Vault
from tests.factories import NOW, QUICK

_BEGAN = time.monotonic()


def clock() -> datetime:
    """The tests' morning, moving on at real speed."""
    elapsed = int((time.monotonic() - _BEGAN) * 1000)
    return NOW + timedelta(milliseconds=elapsed)


def main() -> None:
    configure("ERROR")
    keys = pickle.loads(sys.stdin.buffer.read())
    app = create_app(
        House(open_port(sys.argv[2]), Vault(keys), clock, FolderStore(Path(FOLDER))),
        face="all",
        hashing=Hashing(QUICK),
    )
    app.state.data_dir = Path(".")
    app.state.schema_head = migrate.head()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_level="error",
        lifespan="off",
        server_header=False,
    )


if __name__ == "__main__":
    main()
