"""The SQLite writer thread: shared commits, a savepoint each, an answer only after the commit."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, select, text

from models.db.engines import open_reader
from models.db.loops import SqlitePort
from models.domain.access import SYSTEM
from models.domain.errors import Duplicate, Invalid, NotFound, Unavailable
from models.operations import journal
from models.operations.act import Act
from models.operations.chains.verifying import verify
from models.operations.law import reference
from models.operations.once import Key, once
from models.tables.people import accounts
from models.vault import Vault
from tests.factories import COUNTY, KEYS, NOW, OTHER_COUNTY

VAULT = Vault(KEYS)


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "huanxun.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


def played(url: str, story: Callable[[SqlitePort], Awaitable[Any]]) -> Any:
    """A story on a port of its own."""

    async def play() -> Any:
        port = SqlitePort(url)
        try:
            return await asyncio.wait_for(story(port), 30)
        finally:
            await port.close()

    return asyncio.run(play())


def person(login: str, *, number: int = 0, fail: Exception | None = None) -> Callable[[Connection], UUID]:
    """A job that makes an account and two journal rows; then perhaps fails."""

    def job(db: Connection) -> UUID:
        act = Act(db, SYSTEM, NOW, reference.load(db), VAULT)
        made = act.new_id()
        db.execute(
            accounts.insert().values(
                id=made, login=login, name="样例", password_hash="-", created_at=NOW, active=True
            )
        )
        for chain in (OTHER_COUNTY, COUNTY) if number % 2 else (COUNTY, "00"):
            act.note("account.create", "account", made, chain=chain, content={"login": login})
        journal.seal(act)
        if fail is not None:
            raise fail
        return made

    return job


def rows(url: str, statement: str) -> list[Any]:
    engine = open_reader(url)
    with engine.connect() as db:
        found = list(db.execute(text(statement)).scalars())
    engine.dispose()
    return found


def is_green(url: str, folder: Path) -> bool:
    """Whether the chains are whole (nothing was signed here)."""
    engine = open_reader(url)
    with engine.connect() as db:
        report = verify(db, public_keys={}, heads_log=folder / "heads.log")
    engine.dispose()
    return [one.kind.value for one in report.findings] == ["log"]


def test_mixed_jobs_leave_exactly_the_right_rows(url: str, tmp_path: Path) -> None:
    """Thirty jobs at once, some refusing, some doubling a key: each gets its own answer, and the chains are whole."""
    before = len(rows(url, "select seq from journal"))

    async def story(port: SqlitePort) -> list[Any]:
        jobs = []
        for number in range(30):
            if number % 5 == 3:
                jobs.append(port.do(person(f"p{number}", number=number, fail=Invalid())))
            elif number % 5 == 4:
                jobs.append(port.do(person(f"p{number - 4}", number=number)))
            else:
                jobs.append(port.do(person(f"p{number}", number=number)))
        return await asyncio.gather(*jobs, return_exceptions=True)

    answers = played(url, story)
    kinds = [type(answer) for answer in answers]
    assert kinds == [UUID, UUID, UUID, Invalid, Duplicate] * 6
    made = {f"p{number}" for number in range(30) if number % 5 < 3}
    assert {login for login in rows(url, "select login from account") if login[1:].isdigit()} == made
    assert len(rows(url, "select seq from journal")) == before + 2 * len(made)
    assert is_green(url, tmp_path)


def test_parallel_equal_creates_make_one_row(url: str) -> None:
    """Twenty jobs with one idempotency key and one content give twenty equal ids and one row."""
    key = Key("same-key-1")

    def create(db: Connection) -> UUID:
        act = Act(db, SYSTEM, NOW, reference.load(db), VAULT)
        return once(act, key, "test", {"a": 1}, lambda: person("only")(db))

    async def story(port: SqlitePort) -> list[UUID]:
        return await asyncio.gather(*(port.do(create) for _ in range(20)))

    answers = played(url, story)
    assert len(set(answers)) == 1
    assert rows(url, "select count(*) from account where login = 'only'") == [1]


def test_jobs_share_a_commit(url: str, tmp_path: Path) -> None:
    """Jobs that wait together are written with one commit, and each still has its own answer."""
    commits: list[object] = []

    async def story(port: SqlitePort) -> list[Any]:
        event.listen(port._writing, "commit", commits.append)
        loop, begun, gate = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def slow(db: Connection) -> None:
            loop.call_soon_threadsafe(begun.set)
            assert gate.wait(10)

        jobs: list[asyncio.Future[Any]] = [asyncio.ensure_future(port.do(slow))]
        await begun.wait()
        jobs += [
            asyncio.ensure_future(port.do(person(f"p{n}", fail=Invalid() if n == 4 else None)))
            for n in range(10)
        ]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*jobs, return_exceptions=True)

    answers = played(url, story)
    assert [type(answer) for answer in answers] == [type(None), *[UUID] * 4, Invalid, *[UUID] * 5]
    assert len(commits) == 2
    assert is_green(url, tmp_path)


def test_a_failed_commit_answers_nobody(url: str, tmp_path: Path) -> None:
    """When the shared commit fails every job of it fails and none has left a row; the thread goes on."""

    def poison(db: Connection) -> None:
        db.execute(text("pragma defer_foreign_keys = on"))
        db.execute(
            text(
                "insert into notice (id, deadline_id, case_id, rule_id, round, stage, due_on, account_id, content,"
                " planned_at, read_at, state, next_at, lease_until, lease_by, tries, sent_at, error)"
                " select hex(randomblob(16)), hex(randomblob(16)), hex(randomblob(16)), 'R', 1,"
                " 's', '2026-01-01', hex(randomblob(16)), '{}', '2026-01-01', null, 'waiting', '2026-01-01',"
                " '2026-01-01', null, 0, null, null"
            )
        )

    async def story(port: SqlitePort) -> list[Any]:
        jobs: list[Awaitable[Any]] = [port.do(person("before")), port.do(poison), port.do(person("after"))]
        failed = await asyncio.gather(*jobs, return_exceptions=True)
        assert all(isinstance(one, Exception) for one in failed), failed
        return [await port.do(person("later"))]

    before = len(rows(url, "select seq from journal"))
    played(url, story)
    assert rows(url, "select login from account where login in ('before', 'after', 'later')") == ["later"]
    assert len(rows(url, "select seq from journal")) == before + 2
    assert is_green(url, tmp_path)


def test_a_busy_database_is_unavailable(url: str) -> None:
    """While another process holds the write lock too long, writers are told to come again; then it goes on."""
    holder = open_reader(url)

    async def story(port: SqlitePort) -> UUID:
        await port.do(lambda db: db.exec_driver_sql("pragma busy_timeout = 50"))
        with holder.connect() as db:
            db.exec_driver_sql("begin immediate")
            with pytest.raises(Unavailable):
                await port.do(person("early"))
            db.exec_driver_sql("rollback")
        return await port.do(person("later"))

    assert isinstance(played(url, story), UUID)
    holder.dispose()
    assert rows(url, "select login from account where login in ('early', 'later')") == ["later"]


def test_a_closed_loop_stops_nobody(url: str) -> None:
    """When the loop of a waiting caller is gone, its job is done all the same and the thread serves the next."""
    port = SqlitePort(url)
    gate = threading.Event()

    async def leave() -> None:
        asyncio.ensure_future(port.do(lambda db: gate.wait(10)))  # noqa: RUF006
        asyncio.ensure_future(port.do(person("left")))  # noqa: RUF006
        await asyncio.sleep(0.05)

    async def come() -> UUID:
        made = await asyncio.wait_for(port.do(person("came")), 10)
        await port.close()
        return made

    asyncio.run(leave())
    gate.set()
    assert isinstance(asyncio.run(come()), UUID)
    assert sorted(rows(url, "select login from account where login in ('left', 'came')")) == ["came", "left"]


def test_a_refusal_is_the_callers_own(url: str) -> None:
    """A job that refuses gives its refusal, and reads see what was committed before."""

    def refuse(db: Connection) -> None:
        raise NotFound()

    async def story(port: SqlitePort) -> Any:
        made = await port.do(person("seen"))
        with pytest.raises(NotFound):
            await port.do(refuse)
        found = await port.read(
            lambda db: db.execute(select(accounts.c.id).where(accounts.c.login == "seen")).scalar()
        )
        assert found == made
        return found

    assert played(url, story) is not None
