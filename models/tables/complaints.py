"""Complaints 来件 with sealed words and identity, the contact log, replies and phrase texts."""

from sqlalchemy import (
    Boolean,
    Column,
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

from models.domain.complaints import Channel, Confidentiality, ContactOutcome, ContactWay, Satisfaction
from models.tables.base import DIVISION, JSON_ANY, Instant, TextEnum, metadata, uuid_column

complaints = Table(
    "complaint",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("public_number", String(11), nullable=False, unique=True),
    Column("channel", TextEnum(Channel), nullable=False),
    Column("external_number", String(60)),
    Column("received_at", Instant, nullable=False),  # the legal start, not the entry time
    Column("dispatched_at", Instant),
    Column("sign_by", Instant),
    Column("return_by", Instant),
    Column("external_due_at", Instant),
    Column("confidentiality", TextEnum(Confidentiality), nullable=False),
    Column("contactable", Boolean, nullable=False),
    Column("occurrences", JSON_ANY, nullable=False),
    Column("sealed_key", LargeBinary),  # data key wrapped by the master key; null once erased
    Column("sealed_identity", LargeBinary),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("phone_index", LargeBinary(16)),  # blind index, equality only
    uuid_column("registered_by", ForeignKey("account.id")),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("told_way", TextEnum(ContactWay)),
    Column("unreachable", Boolean, nullable=False, server_default=text("false")),  # 联系不上
    Column("replied_at", Instant),
    Column("platform_replied_at", Instant),
    Column("called_back_at", Instant),
    Column("satisfaction", TextEnum(Satisfaction)),
    # what comes from the public face
    Column("code_digest", LargeBinary(32)),  # keyed digest of the query code; null: no code was given
    Column("sealed_details", LargeBinary),  # wish, exact place, time noticed: JSON under the data key
    Column("proven", Boolean),  # null: registered by a person; false: a form without proof of work
    Column("marks", JSON_ANY),  # honeypot, too_fast …: marked, never dropped
    Column("consents", JSON_ANY),  # privacy notice version, contact on site, reward claim
    uuid_column("follows_id"),  # an earlier one, proven by code or receipt
    Column("withdrawn_at", Instant),
    Column("erased_at", Instant),
    UniqueConstraint("channel", "external_number"),
    Index("ix_complaint_case_id", "case_id"),
    Index("ix_complaint_phone_index", "phone_index"),
)

contacts = Table(
    "contact",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("complaint_id", ForeignKey("complaint.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("way", TextEnum(ContactWay), nullable=False),
    Column("outcome", TextEnum(ContactOutcome), nullable=False),
    Column("sealed_note", LargeBinary),  # what was said, under the complaint's data key
    uuid_column("by", ForeignKey("account.id")),
    Index("ix_contact_complaint_id", "complaint_id"),
)

replies = Table(
    "reply",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("complaint_id", ForeignKey("complaint.id"), nullable=False),
    Column("to", String(12), nullable=False),  # reporter | platform
    Column("at", Instant, nullable=False),
    Column("way", TextEnum(ContactWay), nullable=False),
    Column("text", Text, nullable=False),
    Column("proof", String(300), nullable=False),  # 凭证: receipt number, call record …
    uuid_column("by", ForeignKey("account.id")),
    Index("ix_reply_complaint_id", "complaint_id"),
)

phrases = Table(
    "phrase",
    metadata,
    uuid_column("id", primary_key=True),
    Column("use", String(20), nullable=False),  # tell | refuse | reply | finding | return
    Column("title", String(60), nullable=False),
    Column("text", Text, nullable=False),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("ended_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_phrase_division_code_use", "division_code", "use"),
)
