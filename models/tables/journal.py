"""The signed journal 审计链 and the small tables every write touches: idempotency, numbers, instance."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from models.tables.base import Instant, metadata, uuid_column

journal_heads = Table(
    "journal_head",
    metadata,
    Column("chain", String(6), primary_key=True),  # county code, or 00
    Column("seq", BigInteger, nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("chain", String(6), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("payload", Text, nullable=False),  # canonical bytes exactly as hashed
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("scope", LargeBinary(32), primary_key=True),  # account or ticket + route, hashed
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("status", Integer, nullable=False),
    uuid_column("resource_id"),
    Column("created_at", Instant, nullable=False),
    Column("keep", String(8), nullable=False),  # id: for ever | key: 30 days
    Index("ix_idempotency_keep_created_at", "keep", "created_at"),
)

number_counters = Table(
    "number_counter",
    metadata,
    Column("issuer", String(20), primary_key=True),
    Column("mark", String(8), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

instance = Table(
    "instance",
    metadata,
    Column("only", Integer, primary_key=True),  # always 1
    Column("kind", String(8), nullable=False),  # sample | real
    Column("made_at", Instant, nullable=False),
    Column(
        "reference_version", Integer, nullable=False
    ),  # rises with every change of law, calendar, divisions
    Column("epoch", Integer, nullable=False, server_default="1"),  # rises with every restore from a backup
)
