"""Fixtures: an empty database, and the whole sample once for all that only look at it; on each server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from models.db.engines import open_engine
from models.operations.sample.building import Built
from tests import postgres
from tests.conftest import BOTH
from tests.operations.sample.made import AFTER, built


@contextmanager
def database(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """An empty database of the kind the fixture asks for."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{folder / 'sample.db'}")
        yield engine
        engine.dispose()
        return
    server, name = request.getfixturevalue("postgres_server"), f"s_{uuid4().hex[:16]}"
    postgres.create(server, name)
    engine = open_engine(postgres.with_database(server, name))
    yield engine
    engine.dispose()
    postgres.drop(server, name)


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database on each server."""
    with database(request, tmp_path) as engine:
        yield engine


@pytest.fixture(params=BOTH, scope="package")
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The whole sample, once for all that only look at it."""
    with database(request, tmp_path_factory.mktemp("sample")) as engine:
        assert built(engine, AFTER) == Built(40, ())
        yield engine
