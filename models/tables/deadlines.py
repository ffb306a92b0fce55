"""Law and calendar as data 规则、日历, and the clocks 期限 that run by them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.tables.base import DIVISION, JSON_ANY, Instant, metadata, uuid_column

rules = Table(
    "rule",
    metadata,
    uuid_column("id", primary_key=True),
    Column("rule_id", String(40), nullable=False),
    Column("scope", String(12), nullable=False),  # national | hunan | shaoyang | beita
    Column("origin", String(8), nullable=False),  # shipped | local
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # last day, still valid; null: open
    Column("data", JSON_ANY, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    UniqueConstraint("rule_id", "scope", "origin", "valid_from"),
)

calendar_years = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("notice", String(300), nullable=False),  # title and number of the State Council notice
    Column("origin", String(8), nullable=False),
    Column("loaded_at", Instant, nullable=False),
)

calendar_days = Table(
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("year", Integer, ForeignKey("calendar_year.year"), nullable=False),
    Column("is_workday", Boolean, nullable=False),
    Column("name", String(40), nullable=False),
)

deadlines = Table(
    "deadline",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    # The case itself, or what the clock is about within it: an objection, a publication, a task.
    uuid_column("subject_id", nullable=False),
    Column("county", DIVISION, nullable=False),
    Column("division_code", DIVISION, nullable=False),
    Column("rule_id", String(40), nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # running | suspended | met | cancelled
    Column(
        "source", String(12), nullable=False
    ),  # national | local | work_order: which limit is the shortest
    Column("rule", JSON_ANY, nullable=False),  # the version it keeps
    Column("candidates", JSON_ANY, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("start_event", String(60), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("legal_due_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("earlier_due_on", Date, nullable=False),
    Column("calendar_unconfirmed", Boolean, nullable=False, server_default=text("false")),
    Column("explanation", JSON_ANY, nullable=False),
    Column("stopped_at", Instant),
    Column("met_late", Boolean, nullable=False, server_default=text("false")),
    Column("remind_at", Instant),  # null: nothing more to say
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("case_id", "subject_id", "rule_id", "round", "started_at"),
    Index("ix_deadline_case_id_state", "case_id", "state"),
    Index("ix_deadline_county_state_due_at", "county", "state", "due_at"),
    Index(
        "ix_deadline_subject_id",
        "subject_id",
        sqlite_where=text("subject_id <> case_id"),
        postgresql_where=text("subject_id <> case_id"),
    ),
    Index(
        "ix_deadline_remind_at",
        "remind_at",
        sqlite_where=text("remind_at is not null"),
        postgresql_where=text("remind_at is not null"),
    ),
    Index(
        "ix_deadline_unconfirmed",
        "due_at",
        sqlite_where=text("calendar_unconfirmed"),
        postgresql_where=text("calendar_unconfirmed"),
    ),
)

suspensions = Table(
    "suspension",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("deadline_id", ForeignKey("deadline.id"), nullable=False),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant),
    Column("reason", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("document", String(120)),
    uuid_column("by", ForeignKey("account.id")),
    Index("ix_suspension_deadline_id", "deadline_id"),
)

extensions = Table(
    "extension",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("deadline_id", ForeignKey("deadline.id"), nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("length", Integer, nullable=False),
    Column("unit", String(4), nullable=False),
    Column("reason", Text, nullable=False),
    Column("told_at", Instant),
    Column("told_way", String(20)),
    Column("due_before", Date, nullable=False),
    Column("due_after", Date, nullable=False),
    uuid_column("by", ForeignKey("account.id")),
    Index("ix_extension_deadline_id", "deadline_id"),
)
