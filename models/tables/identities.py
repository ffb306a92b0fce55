"""Who looked at an identity 身份查看, and who was forgotten 删除."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from models.tables.base import Instant, metadata, uuid_column

identity_views = Table(
    "identity_view",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("complaint_id", ForeignKey("complaint.id"), nullable=False),
    uuid_column("by", ForeignKey("account.id")),
    Column("role", String(20), nullable=False),
    Column("what", String(20), nullable=False),  # identity | photo
    Column("at", Instant, nullable=False),
    Column("sealed_reason", LargeBinary),  # under the complaint's data key: it may name the person
    Index("ix_identity_view_complaint_id_at", "complaint_id", "at"),
)

erasures = Table(
    "erasure",
    metadata,
    uuid_column("complaint_id", ForeignKey("complaint.id"), primary_key=True),
    Column("at", Instant, nullable=False),
    uuid_column("by", ForeignKey("account.id")),
    Column("ground", String(40), nullable=False),  # code: on request, retention over …
)
