"""Listening for the ``NOTIFY`` of ``engines.announce`` (PostgreSQL), so that an idle worker can sleep long."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql

from models.db.engines import WAKE_CHANNEL, is_sqlite, normal_url

CONNECT_SECONDS: Final = 5


class Listener:
    """One connection of its own; a lost one is opened again with the next look."""

    def __init__(self, url: str) -> None:
        self._conninfo = normal_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection | None = None

    def fileno(self) -> int | None:
        """The socket to wait on; ``None`` while the database cannot be reached."""
        try:
            return self._open().fileno()
        except psycopg.Error:
            self.close()
            return None

    def drain(self) -> None:
        """Take what has arrived, so that the socket is quiet again."""
        try:
            for _ in self._open().notifies(timeout=0):
                pass
        except psycopg.Error:
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                application_name="huanxun-worker",
            )
            self._connection.execute(sql.SQL("listen {}").format(sql.Identifier(WAKE_CHANNEL)))
        return self._connection


def open_listener(url: str) -> Listener | None:
    """A listener where the database can notify; ``None`` on SQLite, which is asked again and again."""
    return None if is_sqlite(url) else Listener(url)
