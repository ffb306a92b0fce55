"""Create journal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1714"
down_revision = "20261123_1713"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")


def upgrade() -> None:
    op.create_table(
        "journal_head",
        sa.Column("chain", sa.String(length=6), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_journal_head"),
    )
    op.create_table(
        "journal",
        sa.Column("chain", sa.String(length=6), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_journal"),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("keep", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key_hash", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_keep_created_at", "idempotency", ["keep", "created_at"], unique=False)
    op.create_table(
        "number_counter",
        sa.Column("issuer", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "mark", "year", name="pk_number_counter"),
    )
    op.create_table(
        "instance",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("reference_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_instance"),
    )


def downgrade() -> None:
    op.drop_table("instance")
    op.drop_table("number_counter")
    op.drop_table("idempotency")
    op.drop_table("journal")
    op.drop_table("journal_head")
