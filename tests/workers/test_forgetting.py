"""The worker finishes what an erasure began, however often it is killed over it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from models.db.listening import open_listener
from models.domain.states import Action
from models.domain.timing.retention import Ground
from models.files import erasures_log
from models.files.store import FOLDER, FolderStore, sealed_key
from models.operations.chains import anchors
from models.operations.identity import erasing
from models.operations.leases import LEASE
from models.tables.journal import journal
from models.tables.notices import work_items as items
from tests.api.identity.test_erasure import photo
from tests.conftest import Clock
from tests.factories import NOW, World
from tests.operations.law.story import Story
from tests.workers.channels import Keeping
from workers.delivery import Outlets
from workers.handling import handlers_in
from workers.schedule import Schedule
from workers.station import Station
from workers.waking import Sleeper


def erased(world: World, folder: Path) -> UUID:
    """A complaint of somebody who was forgotten half a year after its end; the worker has not come by yet."""
    story = Story(world).register()
    story.step("clerk", Action.REFUSE, reason="不属职责", note="不属于本局职责")
    story.step("supervisor", Action.CONFIRM_REFUSAL, note="")
    complaint_id: UUID = story.made["id"]
    version = story.case().version
    with world.act("supervisor", now=NOW + timedelta(days=200)) as act:
        erasing.erase(
            act,
            complaint_id,
            ground=Ground.ON_REQUEST,
            note="本人书面申请",
            version=version,
            log=erasures_log.path_in(folder),
        )
    return complaint_id


def states(world: World) -> list[str]:
    with world.engine.connect() as db:
        return list(db.execute(select(items.c.state).where(items.c.kind == erasing.KIND)).scalars())


def turned(world: World, station: Station, folder: Path) -> None:
    """One worker, until it has nothing to do."""
    sleeper = Sleeper(open_listener(world.url), poll_seconds=20)
    log = anchors.path_in(folder)
    schedule = Schedule(station, Outlets((Keeping(),)), sleeper, heads_log=log, handlers=handlers_in(folder))
    turns = 0
    while schedule.turn():
        turns += 1
        assert turns < 200
    sleeper.close()


class Killed(BaseException):
    """Ends a worker where it stands, past every handler of errors."""


def test_the_photos_go_though_the_worker_dies_over_them(
    world: World, station: Station, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between deleting and finishing: the item waits, another worker finishes it, and the list has one line."""
    store, log = FolderStore(tmp_path / FOLDER), erasures_log.path_in(tmp_path)
    complaint_id = erased(world, tmp_path)
    made = photo(world, store, str(complaint_id), b"original", b"copy")
    clock.now = NOW + timedelta(days=200, seconds=1)
    log.unlink()  # as on another machine, or after a crash that lost the folder

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("models.files.erasures_log.append", killed)
        with pytest.raises(Killed):
            turned(world, station, tmp_path)
    assert not store.exists(sealed_key(made))
    assert states(world) == ["waiting"]
    clock.now += LEASE + timedelta(seconds=1)
    turned(world, station, tmp_path)
    assert states(world) == ["done"]
    assert [one for one, _ in erasures_log.entries(log)] == [complaint_id]
    with world.engine.connect() as db:
        rows = [one for one in db.execute(select(journal.c.payload)).scalars() if "identity.forget" in one]
    assert len(rows) == 1
