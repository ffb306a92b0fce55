"""Entry point of the worker: settings → database, keys, clock, outlets → ``Schedule``. ``python -m workers.run``."""

from __future__ import annotations

import gc
import os
import platform
from contextlib import closing
from typing import Final

import structlog

from models.clock import clock_for, real
from models.db.engines import open_engine, open_reader
from models.db.listening import open_listener
from models.keyring import load_keys
from models.logs import configure
from models.operations import founding
from models.operations.chains import anchors
from models.settings import Settings
from models.vault import Vault
from workers.delivery import Outlets
from workers.gateways.console import Console
from workers.gateways.registry import gateways
from workers.handling import handlers_in
from workers.schedule import Schedule
from workers.station import Station
from workers.waking import Sleeper, stopped_by_signals

LONGEST_HOST: Final = 40
POOL: Final = 2

log = structlog.get_logger("worker")


def run(settings: Settings, outlets: Outlets) -> None:
    """Work until told to stop; what has begun is finished."""
    configure(settings.log_level)
    with closing(open_station(settings)) as station:
        listener = open_listener(settings.url)
        with closing(Sleeper(listener, poll_seconds=settings.worker_poll_seconds)) as sleeper:
            schedule = Schedule(
                station,
                outlets,
                sleeper,
                heads_log=anchors.path_in(settings.data_dir),
                handlers=handlers_in(settings.data_dir),
            )
            with stopped_by_signals(sleeper):
                gc.collect()
                gc.freeze()
                log.info("working", worker=station.name)
                schedule.run()
    log.info("stopped", worker=station.name)


def open_station(settings: Settings) -> Station:
    """The station of this process in an instance."""
    keys = load_keys(settings.keys, identities_sealed=True)  # no identity is ever opened here
    reader = open_reader(settings.url)
    with reader.connect() as db:
        kind = founding.kind_of(db)
    return Station(
        engine=open_engine(settings.url, pool_size=POOL),
        reader=reader,
        vault=Vault(keys, suite=settings.cipher_suite),
        clock=clock_for(sample=kind == "sample", offset_file=settings.clock_offset_file),
        name=f"worker:{platform.node()[:LONGEST_HOST]}:{os.getpid()}",
    )


def outlets_of(settings: Settings) -> Outlets:
    """Every gateway for those who have contacts; the console, besides the inbox, for everybody else."""
    return Outlets((Console(),), gateways(settings.origins, clock=real), settings.link_base.rstrip("/"))


def main() -> None:
    """The worker as people start it."""
    settings = Settings()
    run(settings, outlets_of(settings))


if __name__ == "__main__":
    main()
