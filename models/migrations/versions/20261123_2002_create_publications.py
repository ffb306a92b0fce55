"""Create publications: concluded cases shown to the public, and objections to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2002"
down_revision = "20261123_2001"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "division_code",
            sa.String(length=12).with_variant(sa.String(length=12, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("retract_by", sa.Date(), nullable=True),
        sa.Column("retracted_at", INSTANT, nullable=True),
        sa.Column("retract_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name="fk_publication_approved_by_account"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_publication_case_id_case_file"),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name="fk_publication_division_code_division"
        ),
        sa.ForeignKeyConstraint(["prepared_by"], ["account.id"], name="fk_publication_prepared_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
    )
    op.create_index("ix_publication_case_id", "publication", ["case_id"], unique=False)
    op.create_index(
        "ix_publication_state_published_at_id", "publication", ["state", "published_at", "id"], unique=False
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=11), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_contact", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name="fk_objection_answered_by_account"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name="fk_objection_publication_id_publication"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_objection"),
        sa.UniqueConstraint("number", name="uq_objection_number"),
    )
    op.create_index("ix_objection_publication_id", "objection", ["publication_id"], unique=False)
    op.create_table(
        "publication_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_publication_step_by_account"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name="fk_publication_step_publication_id_publication"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_publication_step"),
    )
    op.create_index(
        "ix_publication_step_publication_id_at", "publication_step", ["publication_id", "at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_publication_step_publication_id_at", table_name="publication_step")
    op.drop_table("publication_step")
    op.drop_index("ix_objection_publication_id", table_name="objection")
    op.drop_table("objection")
    op.drop_index("ix_publication_state_published_at_id", table_name="publication")
    op.drop_index("ix_publication_case_id", table_name="publication")
    op.drop_table("publication")
