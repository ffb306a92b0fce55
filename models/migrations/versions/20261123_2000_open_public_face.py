"""Open public face: tickets, query codes, messages, sealed photos, signing keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2000"
down_revision = "20261123_1717"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=16), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_key"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_mark", sa.LargeBinary(length=16), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sm3", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("copy_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("copy_size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name="fk_evidence_complaint_id_complaint"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_complaint_id", "evidence", ["complaint_id"], unique=False)
    op.create_index("ix_evidence_ticket_mark", "evidence", ["ticket_mark"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_message_by_account"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_message_complaint_id_complaint"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_complaint_id_at", "message", ["complaint_id", "at"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_ticket_complaint_id_complaint"),
        sa.PrimaryKeyConstraint("mark", name="pk_ticket"),
    )
    op.create_index("ix_ticket_expires_at", "ticket", ["expires_at"], unique=False)
    op.add_column(
        "case_file", sa.Column("unproven", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "case_file",
        sa.Column("message_waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("complaint", sa.Column("code_digest", sa.LargeBinary(length=32), nullable=True))
    op.add_column("complaint", sa.Column("sealed_details", sa.LargeBinary(), nullable=True))
    op.add_column("complaint", sa.Column("proven", sa.Boolean(), nullable=True))
    op.add_column("complaint", sa.Column("marks", JSON_ANY, nullable=True))
    op.add_column("complaint", sa.Column("consents", JSON_ANY, nullable=True))
    op.add_column("complaint", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.add_column("complaint", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.add_column("complaint", sa.Column("erased_at", INSTANT, nullable=True))
    op.add_column("instance", sa.Column("epoch", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("instance", "epoch")
    op.drop_column("complaint", "erased_at")
    op.drop_column("complaint", "withdrawn_at")
    op.drop_column("complaint", "follows_id")
    op.drop_column("complaint", "consents")
    op.drop_column("complaint", "marks")
    op.drop_column("complaint", "proven")
    op.drop_column("complaint", "sealed_details")
    op.drop_column("complaint", "code_digest")
    op.drop_column("case_file", "message_waiting")
    op.drop_column("case_file", "unproven")
    op.drop_index("ix_ticket_expires_at", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index("ix_message_complaint_id_at", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_evidence_ticket_mark", table_name="evidence")
    op.drop_index("ix_evidence_complaint_id", table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("signing_key")
