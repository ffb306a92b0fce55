"""The real application on a benchmark database: ``python -m tests.benchmarks.served PORT URL [profile file]``."""

from __future__ import annotations

import cProfile
import gc
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from api.app import create_app
from api.edge import Edge
from api.work import House
from models import migrate
from models.db.loops import open_port
from models.files.store import FOLDER, FolderStore
from models.logs import configure
from models.vault import Vault
from tests.factories import KEYS, NOW

_BEGAN = time.monotonic()


def clock() -> datetime:
    """The tests' morning, moving on at real speed."""
    elapsed = int((time.monotonic() - _BEGAN) * 1000)
    return NOW + timedelta(milliseconds=elapsed)


def application(url: str) -> Edge:
    app = create_app(House(open_port(url), Vault(KEYS), clock, FolderStore(Path(FOLDER))))
    app.state.data_dir = Path(".")
    app.state.schema_head = migrate.head()
    return app


def main() -> None:
    configure("WARNING")
    app = application(sys.argv[2])
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=int(sys.argv[1]),
            access_log=False,
            log_level="error",
            lifespan="off",
            server_header=False,
        )
    )
    if len(sys.argv) > 3:
        with cProfile.Profile() as profile:
            server.run()
        profile.dump_stats(sys.argv[3])
    else:
        server.run()


if __name__ == "__main__":
    main()
