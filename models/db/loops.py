"""
How the API's event loop reaches the database: ``do`` writes in a transaction, ``read`` runs one statement.

PostgreSQL: a greenlet over asyncpg. SQLite: reads run on the loop itself; writes go to one thread whose
waiting jobs share one commit, a savepoint each, because an ``fsync`` on the loop would stop every reader.
This file and ``engines.transaction`` hold the only commits.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from pydantic_core import from_json
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.db.engines import (
    API_BUSY_SECONDS,
    PG_SETTINGS,
    is_sqlite,
    normal_url,
    open_engine,
    open_reader,
    refusal,
)

T = TypeVar("T")
Job = Callable[[Connection], T]

SHARED_COMMIT_LIMIT: Final = 32
"""Jobs that may share one commit."""


class Port(Protocol):
    """What ``api.work`` needs of a database."""

    async def do(self, job: Job[T]) -> T:
        """Run in one transaction; the answer comes after the commit."""

    async def read(self, job: Job[T]) -> T:
        """Run without a transaction."""

    async def close(self) -> None:
        """Finish what waits, then let go."""


def open_port(url: str, *, pool_size: int = 16) -> Port:
    """The port for a database URL."""
    if is_sqlite(url):
        return SqlitePort(url)
    return PostgresPort(url, pool_size=pool_size)


class PostgresPort:
    """A greenlet over asyncpg; any number of processes."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._engine: AsyncEngine = create_async_engine(
            normal_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,
            json_deserializer=from_json,
            connect_args={
                "server_settings": {**PG_SETTINGS, "application_name": "huanxun-api", "jit": "off"}
            },
        )
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def do(self, job: Job[T]) -> T:
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(_committed, job)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _told(error) from error

    async def read(self, job: Job[T]) -> T:
        try:
            async with self._reader.connect() as connection:
                return await connection.run_sync(job)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _told(error) from error

    async def close(self) -> None:
        await self._engine.dispose()


def _committed(connection: Connection, job: Job[T]) -> T:
    answer = job(connection)
    connection.commit()
    return answer


def _told(error: Exception) -> Exception:
    if isinstance(error, DBAPIError):
        return refusal(error) or error
    return refusal(DBAPIError("", None, error, connection_invalidated=True)) or error


@dataclass(slots=True)
class _Waiting:
    job: Job[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class SqlitePort:
    """Reads on the loop, writes on one thread with shared commits; one API process."""

    def __init__(self, url: str) -> None:
        self._writing = open_engine(url, busy_seconds=API_BUSY_SECONDS)
        self._reading = open_reader(url, busy_seconds=API_BUSY_SECONDS)
        self._reader: Connection | None = None
        self._jobs: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def do(self, job: Job[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Waiting(job, future, loop))
        return await future

    async def read(self, job: Job[T]) -> T:
        if self._reader is None:
            self._reader = self._reading.connect()
        try:
            return job(self._reader)
        except DBAPIError as error:
            raise refusal(error) or error from error
        finally:
            self._reader.rollback()

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._reader is not None:
            self._reader.close()
        self._reading.dispose()
        self._writing.dispose()

    def _run(self) -> None:
        with self._writing.connect() as connection:
            while (first := self._jobs.get()) is not None:
                batch, stop = self._drain(first)
                _settle(self._attempt_all(connection, batch))
                if stop:
                    return

    def _drain(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """What waits now, up to the limit; and whether the end was asked for."""
        batch = [first]
        while len(batch) < SHARED_COMMIT_LIMIT:
            try:
                waiting = self._jobs.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False

    def _attempt_all(self, connection: Connection, batch: list[_Waiting]) -> list[_Outcome]:
        """One commit for all; when it fails nobody was answered and everybody fails."""
        try:
            outcomes = [_attempt(connection, waiting) for waiting in batch]
            connection.commit()
        except BaseException as error:
            # A COMMIT that failed leaves SQLite inside the transaction, which ``rollback`` here no longer
            # knows of: every later write would fail. A fresh connection is inside none.
            connection.invalidate()
            connection.rollback()
            told = (refusal(error) or error) if isinstance(error, DBAPIError) else error
            return [_Outcome(waiting, None, told) for waiting in batch]
        return outcomes


@dataclass(slots=True)
class _Outcome:
    waiting: _Waiting
    answer: Any
    error: BaseException | None


def _attempt(connection: Connection, waiting: _Waiting) -> _Outcome:
    """One job in its savepoint: a failure hurts nobody else."""
    if not connection.in_transaction():
        connection.begin()
    savepoint = connection.begin_nested()
    try:
        answer = waiting.job(connection)
        savepoint.commit()
    except Exception as error:
        if savepoint.is_active:
            savepoint.rollback()
        if isinstance(error, DBAPIError):
            return _Outcome(waiting, None, refusal(error) or error)
        return _Outcome(waiting, None, error)
    return _Outcome(waiting, answer, None)


def _settle(outcomes: list[_Outcome]) -> None:
    """Answer on the loop, in one hop per loop, only now that the commit stands."""
    for loop in {outcome.waiting.loop for outcome in outcomes}:
        mine = [outcome for outcome in outcomes if outcome.waiting.loop is loop]
        with suppress(
            RuntimeError
        ):  # a loop that was closed has nobody waiting; the thread serves the others
            loop.call_soon_threadsafe(_answer, mine)


def _answer(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.waiting.future
        if future.cancelled():
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.answer)
