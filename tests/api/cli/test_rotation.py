"""Rotation of the master key on a real database: killed half-way, run again, the old key destroyed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from api.app import create_app
from api.hashing import Hashing
from api.work import House
from models.db.loops import open_port
from models.domain.public.messages import Direction, MessageKind
from models.files.store import FOLDER, FolderStore
from models.keyring import create_keys, load_keys
from models.operations.identity import opening, wraps
from models.operations.law import reference
from models.tables.complaints import complaints
from models.tables.public import evidence, messages
from models.vault import Vault, kid_of_wrap, new_data_key
from tests.api.cli.conftest import Command
from tests.api.identity.people import As, Told
from tests.conftest import Clock
from tests.factories import NOW, QUICK, World
from tests.operations.law.story import Story

MANY = 700
REASON = "回访前核对联系方式"


@pytest.fixture
def home(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with keys of its own in a data folder, for commands to work on."""
    monkeypatch.setenv("HUANXUN_DATABASE_URL", world.url)
    return World(world.url, world.engine, Vault(create_keys(folder / "keys")))


def filled(home: World) -> UUID:
    """A complaint with hundreds of messages and a photo, each under a key of its own."""
    complaint_id: UUID = Story(home).register().made["id"]
    with home.act() as act:
        rows = []
        for n in range(MANY):
            made, data_key = act.new_id(), new_data_key()
            wrapped = act.vault.wrap(data_key, aad=wraps.aad(messages, made))
            text = act.vault.seal(data_key, f"留言{n}", place=f"message:{made}:text")
            rows.append({"id": made, "sealed_key": wrapped, "sealed_text": text})
        same = {
            "complaint_id": complaint_id,
            "direction": Direction.IN,
            "kind": MessageKind.MESSAGE,
            "at": NOW,
        }
        act.db.execute(insert(messages), [row | same for row in rows])
        photo = act.new_id()
        sizes = {"size": 1, "copy_size": 1, "width": 1, "height": 1, "media_type": "image/jpeg"}
        digests = {name: bytes(32) for name in ("sha256", "sm3", "copy_sha256")}
        wrapped = act.vault.wrap(new_data_key(), aad=wraps.aad(evidence, photo))
        of = {"id": photo, "complaint_id": complaint_id, "received_at": act.now, "sealed_key": wrapped}
        act.db.execute(insert(evidence).values(**of, **sizes, **digests))
    return complaint_id


def under(home: World, kid: str) -> int:
    with home.engine.connect() as db:
        return sum(wraps.count_under(db, kid).values())


def seen(home: World, folder: Path, complaint_id: UUID) -> list[str]:
    """Everything opened with the keys as they are on the disk now."""
    now = World(home.url, home.engine, Vault(load_keys(folder / "keys")))
    with now.act("clerk") as act:
        whole = opening.view_identity(act, complaint_id, reason=REASON)
    assert whole["reporter"]["name"] == "孙样丙"
    return [one["text"] for one in whole["messages"]]


def killed_half_way() -> None:
    """``keys rewrap`` as a process of its own, killed with -9 when it has told of its first batch."""
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "keys", "rewrap"],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("换封 ")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def test_a_killed_rotation_is_finished(command: Command, home: World, folder: Path) -> None:
    """Killed half-way everything still opens; run again, all is under the new master, and the old one may go."""
    complaint_id = filled(home)
    old = home.vault.kid
    assert command("keys", "rotate")[0] == 0
    whole = under(home, old)
    assert whole == MANY + 2
    killed_half_way()
    assert 0 < under(home, old) < whole
    assert len(seen(home, folder, complaint_id)) == MANY
    code, _, err = command("keys", "retire", old)
    assert (code, "还有" in err and "rewrap" in err) == (1, True)
    code, out, _ = command("keys", "rewrap")
    assert (code, under(home, old)) == (0, 0)
    assert f"huanxun keys retire {old}" in out
    assert command("keys", "rewrap")[1].splitlines()[0].startswith("已换封 0 件")
    code, out, _ = command("keys", "retire", old)
    assert (code, old in out) == (0, True)
    assert list(load_keys(folder / "keys").masters) == [load_keys(folder / "keys").current]
    assert old not in (folder / "keys" / "masters.json").read_text()
    assert sorted(seen(home, folder, complaint_id)) == sorted(f"留言{n}" for n in range(MANY))


def test_what_cannot_be_opened_stays_and_is_told(command: Command, home: World) -> None:
    """A damaged wrap is left as it is and counted; while it is there its master is not destroyed."""
    complaint_id: UUID = Story(home).register().made["id"]
    old = home.vault.kid
    with home.engine.begin() as db:
        wrapped = bytes(db.execute(select(complaints.c.sealed_key)).scalar_one())
        damaged = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
        db.execute(update(complaints).where(complaints.c.id == complaint_id).values(sealed_key=damaged))
    command("keys", "rotate")
    code, _, err = command("keys", "rewrap")
    assert (code, "有 1 件无法打开" in err) == (1, True)
    assert under(home, old) == 1
    assert command("keys", "retire", old)[0] == 1


@pytest.mark.parametrize(("kid", "said"), [("current", "现用主密钥"), ("00000000", "没有编号为")])
def test_only_an_old_key_is_retired(command: Command, home: World, folder: Path, kid: str, said: str) -> None:
    """The key in use and a key that is not there are refused, and nothing changes."""
    before = (folder / "keys" / "masters.json").read_bytes()
    code, _, err = command("keys", "retire", home.vault.kid if kid == "current" else kid)
    assert (code, said in err) == (1, True)
    assert (folder / "keys" / "masters.json").read_bytes() == before


@pytest.fixture
def client(home: World, clock: Clock, folder: Path) -> Iterator[TestClient]:
    """A server that has the keys of the folder, and reads them again when it is told of a change."""

    def unlocked() -> Vault:
        return Vault(load_keys(folder / "keys"))

    port = open_port(home.url, pool_size=4)
    house = House(port, unlocked(), clock, FolderStore(folder / FOLDER), renew=unlocked)  # type: ignore[arg-type]
    app = create_app(house, hashing=Hashing(QUICK))
    app.state.data_dir = folder
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
        assert client.portal is not None
        client.portal.call(port.close)


def test_a_server_outlives_a_damaged_key_file(
    client: TestClient, home: World, folder: Path, as_: As, clock: Clock
) -> None:
    """A key file that cannot be read is no reason to stop: what is in memory serves on until the next start."""
    told = Told(client, as_, clock)
    (folder / "keys" / "keys.json").write_text("{")
    with home.act() as act:
        reference.changed(act)
    assert told.look("clerk").status_code == 200
    assert Told(client, as_, clock).look("clerk").status_code == 200


def test_running_servers_keep_working(
    client: TestClient, command: Command, home: World, as_: As, clock: Clock
) -> None:
    """From the first request after the rotation a server seals for the new master and opens what was wrapped anew."""
    told = Told(client, as_, clock)
    assert told.look("clerk").status_code == 200
    old = home.vault.kid
    assert command("keys", "rotate")[0] == 0
    fresh = Told(client, as_, clock)
    with home.engine.connect() as db:
        kids = {
            str(row.id): kid_of_wrap(bytes(row.sealed_key))
            for row in db.execute(select(complaints.c.id, complaints.c.sealed_key))
        }
    assert kids[told.id] == old
    assert kids[fresh.id] != old
    assert command("keys", "rewrap")[0] == 0
    for one in (told, fresh):
        assert one.look("clerk").status_code == 200
    assert command("keys", "retire", old)[0] == 0
    for one in (told, fresh, Told(client, as_, clock)):
        assert one.look("supervisor").status_code == 200
