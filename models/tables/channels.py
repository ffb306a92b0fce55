"""Ways out of the house for reminders: channels 通知渠道, who is reached by which, and what was sent 外发."""

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
    UniqueConstraint,
    text,
)

from models.domain.outgoing.channels import ChannelKind
from models.tables.base import DIVISION, Instant, TextEnum, metadata, uuid_column

channels = Table(
    "channel",
    metadata,
    uuid_column("id", primary_key=True),
    Column("kind", TextEnum(ChannelKind), nullable=False),
    Column("title", String(80), nullable=False),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("sealed_config", LargeBinary, nullable=False),  # JSON under the channel key: it holds secrets
    Column("shown", String(120), nullable=False),  # scheme and host, without path, query, user
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    uuid_column("created_by", ForeignKey("account.id")),
    Column("version", Integer, nullable=False, server_default="1"),
)

contacts = Table(
    "reminder_contact",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    uuid_column("channel_id", ForeignKey("channel.id"), nullable=False),
    Column("position", Integer, nullable=False),  # 1 is tried first, the next when it fails
    Column("sealed_address", LargeBinary),  # phone, e-mail …; null where the channel itself is the address
    Column("shown", String(80), nullable=False),  # masked
    Column("since", Instant, nullable=False),
    UniqueConstraint("account_id", "channel_id"),
    UniqueConstraint("account_id", "position"),
)

dispatches = Table(
    "dispatch",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    Column("key", String(60), nullable=False),  # digest/2026-11-24 | notice/<id>
    Column("day", Date, nullable=False),  # the Shanghai day it speaks on
    Column("created_at", Instant, nullable=False),
    # the job
    Column("state", String(16), nullable=False),  # waiting | sent | cancelled | dead | outcome_unknown
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("lease_by", String(60)),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("error", String(200)),
    UniqueConstraint("account_id", "key"),
    Index(
        "ix_dispatch_next_at",
        "next_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

attempts = Table(
    "attempt",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("dispatch_id", ForeignKey("dispatch.id"), nullable=False),
    Column("channel", String(20), nullable=False),  # its kind
    uuid_column("contact_id", ForeignKey("reminder_contact.id", ondelete="SET NULL")),  # null: the console
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(16), nullable=False),  # begun | sent | failed | outcome_unknown
    Column("detail", String(200)),
    Index("ix_attempt_dispatch_id", "dispatch_id"),
    Index(
        "ix_attempt_contact_id",
        "contact_id",
        sqlite_where=text("contact_id is not null"),
        postgresql_where=text("contact_id is not null"),
    ),
)
