"""The cipher of sealed values is a setting: new seals use it, old ones open whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.hashing import Hashing
from api.work import House
from models import migrate
from models.db.loops import open_port
from models.files.store import FOLDER, FolderStore
from models.tables.complaints import complaints
from models.tables.identities import identity_views
from models.vault import Suite, Vault
from tests.api.identity.people import NAME, REASON, WORDS, As, Told
from tests.conftest import Clock
from tests.factories import KEYS, QUICK, World

BYTES = {Suite.AES_256_GCM: 1, Suite.SM4_GCM: 2}


@contextmanager
def serving(world: World, clock: Clock, folder: Path, suite: Suite) -> Iterator[TestClient]:
    """An application that seals with a suite."""
    port = open_port(world.url, pool_size=4)
    house = House(port, Vault(KEYS, suite=suite), clock, FolderStore(folder / FOLDER))  # type: ignore[arg-type]
    app = create_app(house, hashing=Hashing(QUICK))
    app.state.data_dir = folder
    app.state.schema_head = migrate.head()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
        assert client.portal is not None
        client.portal.call(port.close)


@pytest.mark.parametrize("written", list(Suite))
@pytest.mark.parametrize("now", list(Suite))
def test_either_suite_opens_what_either_sealed(
    world: World, clock: Clock, as_: As, tmp_path: Path, written: Suite, now: Suite
) -> None:
    """Registered under one suite, looked at under the other: the same words; the reason is sealed under the newer."""
    with serving(world, clock, tmp_path, written) as client:
        told = Told(client, as_, clock)
    with serving(world, clock, tmp_path, now) as client:
        told.client = client
        seen = told.look("clerk").json()
        assert (seen["reporter"]["name"], seen["words"]) == (NAME, WORDS)
        assert [row["reason"] for row in told.views().json()["items"]] == [REASON]
    with world.engine.connect() as db:
        row = db.execute(select(complaints.c.sealed_identity, complaints.c.sealed_words)).one()
        reason = db.execute(select(identity_views.c.sealed_reason)).scalar_one()
    assert [bytes(sealed)[1] for sealed in row] == [BYTES[written]] * 2
    assert bytes(reason)[1] == BYTES[now]
