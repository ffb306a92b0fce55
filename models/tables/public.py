"""The public face: tickets 提交凭证, messages both ways 留言, photos under seal, signing keys with validity."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from models.domain.public.messages import Direction, MessageKind
from models.tables.base import Instant, TextEnum, metadata, uuid_column

tickets = Table(
    "ticket",
    metadata,
    Column("mark", LargeBinary(16), primary_key=True),  # keyed digest of the solved challenge
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("files", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    uuid_column("complaint_id", ForeignKey("complaint.id")),  # what it was spent on
    Index("ix_ticket_expires_at", "expires_at"),
)

messages = Table(
    "message",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("complaint_id", ForeignKey("complaint.id"), nullable=False),
    Column("direction", TextEnum(Direction), nullable=False),
    Column("kind", TextEnum(MessageKind), nullable=False),
    Column("at", Instant, nullable=False),
    Column(
        "sealed_key", LargeBinary
    ),  # a data key of its own: whoever receives cannot open; null once erased
    Column("sealed_text", LargeBinary),
    uuid_column("by", ForeignKey("account.id")),  # null: the reporter
    Index("ix_message_complaint_id_at", "complaint_id", "at"),
)

evidence = Table(
    "evidence",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("complaint_id", ForeignKey("complaint.id")),  # null until its ticket is spent
    Column("ticket_mark", LargeBinary(16)),
    Column("received_at", Instant, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),  # of the original as sent
    Column("sm3", LargeBinary(32), nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes of the original
    Column("media_type", String(40), nullable=False),  # sniffed, never as claimed
    Column("sealed", Boolean, nullable=False, server_default=text("true")),
    Column("sealed_key", LargeBinary),  # a data key of its own; null once erased
    Column("copy_sha256", LargeBinary(32), nullable=False),  # re-encoded, without metadata
    Column("copy_size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),  # pixels of the copy
    Column("height", Integer, nullable=False),
    Index("ix_evidence_complaint_id", "complaint_id"),
    Index("ix_evidence_ticket_mark", "ticket_mark"),
)

signing_keys = Table(
    "signing_key",
    metadata,
    Column("kid", String(16), primary_key=True),
    Column("public", LargeBinary(32), nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
)
