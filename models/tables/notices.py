"""Notices 提醒 and other durable work: the row is the job, with a lease."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.tables.base import JSON_ANY, Instant, metadata, uuid_column

notices = Table(
    "notice",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("deadline_id", ForeignKey("deadline.id"), nullable=False),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("rule_id", String(40), nullable=False),
    Column("round", Integer, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("due_on", Date, nullable=False),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    Column("content", JSON_ANY, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("read_at", Instant),
    # the job
    Column("state", String(16), nullable=False),  # waiting | sent | cancelled | dead | outcome_unknown
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("lease_by", String(60)),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("error", String(200)),
    # once it is bound to what goes out to its person, its state follows that of the dispatch
    uuid_column("dispatch_id", ForeignKey("dispatch.id")),
    Column("ack_due_at", Instant),  # until when somebody has to say that he has it; null: nobody has to
    Column("ack_at", Instant),
    UniqueConstraint("deadline_id", "rule_id", "round", "stage", "due_on", "account_id"),
    Index("ix_notice_account_id_planned_at", "account_id", "planned_at"),
    Index(
        "ix_notice_next_at",
        "next_at",
        sqlite_where=text("state = 'waiting' and dispatch_id is null"),
        postgresql_where=text("state = 'waiting' and dispatch_id is null"),
    ),
    # What did not arrive, newest first. An index over every state would be SQLite's choice for what waits as well.
    Index(
        "ix_notice_undelivered",
        "planned_at",
        sqlite_where=text("state in ('dead', 'outcome_unknown')"),
        postgresql_where=text("state in ('dead', 'outcome_unknown')"),
    ),
    Index(
        "ix_notice_dispatch_id",
        "dispatch_id",
        sqlite_where=text("dispatch_id is not null"),
        postgresql_where=text("dispatch_id is not null"),
    ),
    Index(
        "ix_notice_ack_due_at",
        "ack_due_at",
        sqlite_where=text("ack_due_at is not null"),
        postgresql_where=text("ack_due_at is not null"),
    ),
)

work_items = Table(
    "work_item",
    metadata,
    uuid_column("id", primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(120), nullable=False, unique=True),
    Column("payload", JSON_ANY, nullable=False),
    Column("state", String(16), nullable=False),  # waiting | done | dead
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("lease_by", String(60)),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("done_at", Instant),
    Column("error", Text),
    Index(
        "ix_work_item_next_at",
        "next_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

heartbeats = Table(
    "heartbeat",
    metadata,
    Column("process", String(60), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("stopping", Boolean, nullable=False, server_default=text("false")),
)
