"""Keep identity views: who looked at an identity, and who was forgotten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2001"
down_revision = "20261123_2000"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_erasure_by_account"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_erasure_complaint_id_complaint"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_erasure"),
    )
    op.create_table(
        "identity_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_identity_view_by_account"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name="fk_identity_view_complaint_id_complaint"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_view"),
    )
    op.create_index("ix_identity_view_complaint_id_at", "identity_view", ["complaint_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_identity_view_complaint_id_at", table_name="identity_view")
    op.drop_table("identity_view")
    op.drop_table("erasure")
