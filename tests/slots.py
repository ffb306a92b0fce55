"""
One PostgreSQL database per test process, put back to the template's content before each test.

A copy of the template costs a quarter of a second (measured), the rows alone a tenth of that. A database whose
schema a test has changed (an attacker drops triggers), or that somebody still holds, is left for a fresh copy.
"""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import psycopg

from tests import postgres

COPY: Final = "hx_copy"
_TABLES: Final = "select tablename from pg_tables where schemaname = 'public' order by 1"
_SHAPE: Final = (
    "select (select count(*) from pg_trigger), (select count(*) from pg_proc), (select count(*) from pg_constraint),"
    " (select count(*) from pg_class), (select count(*) from pg_attribute where attnum > 0),"
    " (select count(*) from pg_trigger where tgenabled <> 'O')"
)


class Slot:
    """A database that is used again and again."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._name: str | None = None
        self._shape: tuple[object, ...] | None = None
        self._reset = b""

    @staticmethod
    def remember(url: str) -> None:
        """Keep the rows of every table beside it, in a schema of their own."""
        with psycopg.connect(url) as db:
            db.execute(f"create schema {COPY}".encode())
            for (table,) in db.execute(_TABLES).fetchall():
                db.execute(f"create table {COPY}.{table} as table public.{table}".encode())

    def fresh(self) -> str:
        """The URL of a database with the template's content."""
        if self._name is not None:
            url = postgres.with_database(self._server, self._name)
            if self._put_back(url):
                return url
            self.drop()
        self._name = f"t_{uuid4().hex[:16]}"
        url = postgres.clone(self._server, self._template, self._name)
        with psycopg.connect(url) as db:
            self._shape = db.execute(_SHAPE).fetchone()
            tables = [table for (table,) in db.execute(_TABLES).fetchall()]
            filled = [table for table in tables if _has_rows(db, table)]
        emptied = "; ".join(
            f"delete from {table}" for table in tables
        )  # a third of what truncating them costs
        copies = "; ".join(f"insert into {table} table {COPY}.{table}" for table in filled)
        self._reset = f"{emptied}; {copies}".encode()
        return url

    def drop(self) -> None:
        if self._name is not None:
            postgres.drop(self._server, self._name)
            self._name = None

    def _put_back(self, url: str) -> bool:
        """False: the schema is no longer the template's, somebody holds a lock, or we may not."""
        try:
            with psycopg.connect(url) as db:
                if db.execute(_SHAPE).fetchone() != self._shape:
                    return False
                db.execute("set local lock_timeout = '2s'")
                db.execute("set local session_replication_role = replica")  # no triggers, no order of tables
                db.execute(self._reset)
        except psycopg.Error:
            return False
        return True


def _has_rows(db: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    found = db.execute(f"select exists (select from {COPY}.{table})".encode()).fetchone()
    return found is not None and bool(found[0])
