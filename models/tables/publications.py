"""Publications 公示/公开 of concluded cases, their history, and objections 异议 from the public."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from models.domain.publications import ObjectionState, PublicationState
from models.tables.base import DIVISION, Instant, TextEnum, metadata, uuid_column

publications = Table(
    "publication",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("state", TextEnum(PublicationState), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),  # masked, as a person decided
    uuid_column("prepared_by", ForeignKey("account.id"), nullable=False),
    Column("prepared_at", Instant, nullable=False),
    uuid_column("approved_by", ForeignKey("account.id")),
    Column("published_at", Instant),
    Column("first_day", Date),  # both days are shown and count
    Column("last_day", Date),
    Column("retract_by", Date),  # 3 working days from the decision that it must go
    Column("retracted_at", Instant),
    Column("retract_reason", String(200)),
    Index("ix_publication_state_published_at_id", "state", "published_at", "id"),
    Index("ix_publication_case_id", "case_id"),
)

publication_steps = Table(
    "publication_step",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("publication_id", ForeignKey("publication.id"), nullable=False),
    Column("action", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    uuid_column("by", ForeignKey("account.id")),
    Column("note", Text),
    Index("ix_publication_step_publication_id_at", "publication_id", "at"),
)

objections = Table(
    "objection",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("publication_id", ForeignKey("publication.id"), nullable=False),
    Column("number", String(11), nullable=False, unique=True),
    Column("received_at", Instant, nullable=False),
    Column("state", TextEnum(ObjectionState), nullable=False),
    Column("sealed_key", LargeBinary),
    Column("sealed_contact", LargeBinary),
    Column("sealed_text", LargeBinary),
    Column("due_on", Date, nullable=False),
    Column("answer", Text),
    Column("answered_at", Instant),
    uuid_column("answered_by", ForeignKey("account.id")),
    Index("ix_objection_publication_id", "publication_id"),
)
