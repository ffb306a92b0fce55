"""Create clocks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1712"
down_revision = "20261123_1711"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DIVISION = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("data", JSON_ANY, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule"),
        sa.UniqueConstraint(
            "rule_id", "scope", "origin", "valid_from", name="uq_rule_rule_id_scope_origin_valid_from"
        ),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=300), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name="fk_calendar_day_year_calendar_year"),
        sa.PrimaryKeyConstraint("day", name="pk_calendar_day"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county", DIVISION, nullable=False),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("rule_id", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("rule", JSON_ANY, nullable=False),
        sa.Column("candidates", JSON_ANY, nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("start_event", sa.String(length=60), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("legal_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("earlier_due_on", sa.Date(), nullable=False),
        sa.Column("calendar_unconfirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("explanation", JSON_ANY, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("met_late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_deadline_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.UniqueConstraint(
            "case_id", "rule_id", "round", "started_at", name="uq_deadline_case_id_rule_id_round_started_at"
        ),
    )
    op.create_index("ix_deadline_case_id_state", "deadline", ["case_id", "state"], unique=False)
    op.create_index(
        "ix_deadline_county_state_due_at", "deadline", ["county", "state", "due_at"], unique=False
    )
    op.create_index(
        "ix_deadline_remind_at",
        "deadline",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("remind_at is not null"),
        postgresql_where=sa.text("remind_at is not null"),
    )
    op.create_index(
        "ix_deadline_unconfirmed",
        "deadline",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("calendar_unconfirmed"),
        postgresql_where=sa.text("calendar_unconfirmed"),
    )
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_suspension_by_account"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_suspension_deadline_id_deadline"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
    )
    op.create_index("ix_suspension_deadline_id", "suspension", ["deadline_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=4), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("told_way", sa.String(length=20), nullable=True),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_after", sa.Date(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_extension_by_account"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_extension_deadline_id_deadline"),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
    )
    op.create_index("ix_extension_deadline_id", "extension", ["deadline_id"], unique=False)


def downgrade() -> None:
    op.drop_table("extension")
    op.drop_table("suspension")
    op.drop_table("deadline")
    op.drop_table("calendar_day")
    op.drop_table("calendar_year")
    op.drop_table("rule")
