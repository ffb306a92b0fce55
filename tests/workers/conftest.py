"""A worker's station in a test world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.db.engines import open_reader
from models.vault import Vault
from tests.conftest import Clock
from tests.factories import KEYS, World
from workers.station import Station


@pytest.fixture
def station(world: World, clock: Clock) -> Iterator[Station]:
    """The station of ``worker:test:1``, whose clock the test moves."""
    reader = open_reader(world.url)
    yield Station(world.engine, reader, Vault(KEYS), clock, "worker:test:1")  # type: ignore[arg-type]
    reader.dispose()
