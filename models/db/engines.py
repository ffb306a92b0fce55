"""
Engines for SQLite and PostgreSQL, the one transaction, and the seams where the two differ.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for every write. PostgreSQL: psycopg for
worker, command line and tests (here), asyncpg for the API (``loops.py``). Nothing else asks which it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.domain.errors import Duplicate, HuanxunError, InProgress, OtherContent, RuleOverlap, Unavailable

API_BUSY_SECONDS: Final = 5
WORKER_BUSY_SECONDS: Final = 30
STATEMENT_TIMEOUT_SECONDS: Final = 30
LOCK_TIMEOUT_SECONDS: Final = 3
IDLE_IN_TRANSACTION_SECONDS: Final = 15
WAKE_CHANNEL: Final = "huanxun_work"

PG_SETTINGS: Final = {
    "statement_timeout": f"{STATEMENT_TIMEOUT_SECONDS}s",
    "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
    "timezone": "UTC",
}

_DUPLICATES: Final = {
    # what the database says -> what a person should do
    "complaint.channel, complaint.external_number": "该渠道的这个外部编号已经登记过，请打开原来件核对，不要重复登记",
    "uq_complaint_channel": "该渠道的这个外部编号已经登记过，请打开原来件核对，不要重复登记",
    "account.login": "这个登录名已被使用，请换一个",
    "uq_account_login": "这个登录名已被使用，请换一个",
    "officer.certificate_no": "这个执法证号已经登记",
    "uq_officer_certificate_no": "这个执法证号已经登记",
    "officer.account_id": "这个账号已经登记为执法人员",
    "uq_officer_account_id": "这个账号已经登记为执法人员",
    "enterprise.uscc": "这个统一社会信用代码已经建档",
    "uq_enterprise_uscc": "这个统一社会信用代码已经建档",
    "unit.number_prefix": "这个发文代字已有单位使用，请换一个",
    "uq_unit_number_prefix": "这个发文代字已有单位使用，请换一个",
    "division.code": "这个区划代码已经登记",
    "pk_division": "这个区划代码已经登记",
    "period.division_code, period.month": "这个月的调度已经开启，请直接打开",
    "uq_period_division_code": "这个月的调度已经开启，请直接打开",
}

_RULE_WINDOWS: Final = ("ex_rule_window", "uq_rule_rule_id")
"""The exclusion constraint (on SQLite a trigger) and the unique key of one rule's windows."""


def normal_url(url: str) -> URL:
    """
    The database URL as given by a person, with our drivers.

    Raises:
        ValueError: neither ``sqlite:///…`` nor ``postgresql://…``.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("HUANXUN_DATABASE_URL 只支持 sqlite:///文件 或 postgresql://…")


def is_sqlite(url: str) -> bool:
    return normal_url(url).get_backend_name() == "sqlite"


def open_engine(url: str, *, busy_seconds: int = WORKER_BUSY_SECONDS, pool_size: int = 5) -> Engine:
    """A synchronous engine whose transactions may write."""
    normal = normal_url(url)
    if normal.get_backend_name() == "sqlite":
        return _sqlite_engine(normal, busy_seconds=busy_seconds, writes=True)
    settings = " ".join(f"-c {name}={value}" for name, value in PG_SETTINGS.items())
    return create_engine(
        normal,
        pool_size=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        json_deserializer=from_json,
        connect_args={"options": settings, "application_name": "huanxun"},
    )


def open_reader(url: str, *, busy_seconds: int = API_BUSY_SECONDS) -> Engine:
    """An engine for single statements without a transaction."""
    if not is_sqlite(url):
        return open_engine(url, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    return _sqlite_engine(normal_url(url), busy_seconds=busy_seconds, writes=False)


def _sqlite_engine(url: URL, *, busy_seconds: int, writes: bool) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, hide_parameters=True, json_deserializer=from_json, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={busy_seconds * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"pragma {pragma}")
        connection.create_function("chain_hash", 4, chain_hash, deterministic=True)

    if writes:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def chain_hash(prev: bytes, chain: str, seq: int, payload: str) -> bytes:
    """SHA-256 over the hash before, the chain's name, the number in it and the payload as stored (UTF-8)."""
    return sha256(prev + f"{chain}:{seq}:".encode() + payload.encode()).digest()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed when the block ends well, rolled back otherwise."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise refusal(error) or error from None


@lru_cache(maxsize=64)
def insert_unless_there(dialect: str, table: Table) -> Any:
    """``INSERT … ON CONFLICT DO NOTHING`` for either database; the row count says whether it was new."""
    build = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # psycopg forgets the row count of an INSERT (-1) with its cursor unless it is kept.
    return build(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@lru_cache(maxsize=64)
def insert_or_update(dialect: str, table: Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    """``INSERT … ON CONFLICT (keys) DO UPDATE`` of the named columns."""
    build = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = build(table)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: getattr(statement.excluded, name) for name in changed}
    )


@contextmanager
def overwriting(db: Connection) -> Iterator[None]:
    """
    What is changed or deleted in this block is overwritten in SQLite's file, not merely freed. PostgreSQL keeps dead
    rows until VACUUM: against those helps only a new master key and the end of the old one.
    """
    if db.dialect.name != "sqlite":
        yield
        return
    before = db.exec_driver_sql("pragma secure_delete").scalar_one()
    db.exec_driver_sql("pragma secure_delete=1")
    try:
        yield
    finally:
        db.exec_driver_sql(f"pragma secure_delete={before}")


def announce(db: Connection) -> None:
    """Wake idle workers when this transaction commits: there is work due now (SQLite: they look by themselves)."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(f"select pg_notify('{WAKE_CHANNEL}', '')")


def refusal(error: DBAPIError) -> HuanxunError | None:
    """What a database error means for a person, where it means anything."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, IntegrityError):
        if any(sign in said for sign in _RULE_WINDOWS):
            return RuleOverlap()
        known = next((Duplicate(words) for sign, words in _DUPLICATES.items() if sign in said), None)
        unique = state == "23505" or "UNIQUE constraint failed" in said
        return known or (OtherContent() if unique else None)
    if state == "55P03":  # waited too long for a row: for the same key's first run, or for anybody else
        return InProgress() if "INTO idempotency" in (error.statement or "") else Unavailable()
    if state in {"40P01", "40001", "57014", "53300", "57P01"} or error.connection_invalidated:
        return Unavailable()
    if "database is locked" in said or "database is busy" in said:
        return Unavailable()
    return None
