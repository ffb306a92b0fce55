"""Fixtures: a fresh copy of the peopled world per test, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import Face, create_app
from api.hashing import Hashing
from api.work import House
from models import migrate
from models.db.engines import open_engine
from models.db.loops import open_port
from models.files.store import FOLDER, FolderStore
from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from models.vault import Vault
from tests import factories, postgres
from tests.factories import KEYS, NOW, QUICK, World
from tests.slots import Slot

BOTH = ("sqlite", "postgresql")
TEMPLATE = "hx_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A peopled SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    engine = open_engine(f"sqlite:///{file}")
    factories.people_it(engine)
    engine.dispose()  # the last connection to close folds the WAL into the file
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server with the peopled template; fails, never skips."""
    with postgres.server_url() as url:
        with postgres.locked(url) as connection:
            if not postgres.exists(connection, TEMPLATE):
                postgres.create(url, TEMPLATE)
                engine = open_engine(postgres.with_database(url, TEMPLATE))
                factories.people_it(engine)
                engine.dispose()
                Slot.remember(postgres.with_database(url, TEMPLATE))
        yield url


@pytest.fixture(scope="session")
def slot(postgres_server: str) -> Iterator[Slot]:
    """The database of this test process, laid anew for each test."""
    mine = Slot(postgres_server, TEMPLATE)
    yield mine
    mine.drop()


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A fresh world on each database."""
    if request.param == "sqlite":
        file = tmp_path / "huanxun.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("slot").fresh()
    engine = open_engine(url)
    yield World(url, engine, Vault(factories.KEYS))
    engine.dispose()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> object:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def serving(world: World, clock: Clock, folder: Path, face: Face = "staff") -> Iterator[TestClient]:
    """An application of its own on the database of a world, over HTTP, in process."""
    port = open_port(world.url, pool_size=4)
    house = House(port, Vault(KEYS), clock, FolderStore(folder / FOLDER))  # type: ignore[arg-type]
    app = create_app(house, face=face, hashing=Hashing(QUICK))
    app.state.data_dir = folder
    app.state.schema_head = migrate.head()
    with TestClient(app, raise_server_exceptions=False) as test_client:
        yield test_client
        assert test_client.portal is not None
        test_client.portal.call(port.close)


@pytest.fixture
def client(world: World, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    """The staff face over HTTP, in process."""
    with serving(world, clock, tmp_path) as test_client:
        yield test_client


@pytest.fixture
def as_(world: World) -> Callable[[str], dict[str, str]]:
    """Headers of a signed-in person."""
    made: dict[str, dict[str, str]] = {}

    def headers(name: str) -> dict[str, str]:
        if name not in made:
            candidate = Candidate(world.account(name), None)
            with world.act(now=NOW) as act:
                pair = sessions.begin(act, candidate, login=name, network="test", device="测试机", good=True)
            made[name] = {"Authorization": f"Bearer {pair.access_token}"}
        return made[name]

    return headers
