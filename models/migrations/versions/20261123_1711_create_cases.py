"""Create cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1711"
down_revision = "20261123_1710"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DIVISION = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("track", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("working_text", sa.Text(), nullable=False),
        sa.Column("categories", JSON_ANY, nullable=False),
        sa.Column("county", DIVISION, nullable=False),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("place_text", sa.String(length=300), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("given_lon", sa.Double(), nullable=True),
        sa.Column("given_lat", sa.Double(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("due_rule", sa.String(length=40), nullable=True),
        sa.Column("lead_handler_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_case_file_created_by_account"),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name="fk_case_file_division_code_division"
        ),
        sa.ForeignKeyConstraint(
            ["lead_handler_id"], ["account.id"], name="fk_case_file_lead_handler_id_account"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_case_file_site_id_site"),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("number", name="uq_case_file_number"),
    )
    op.create_index("ix_case_file_county_changed_at", "case_file", ["county", "changed_at"], unique=False)
    op.create_index("ix_case_file_county_due_at_id", "case_file", ["county", "due_at", "id"], unique=False)
    op.create_index(
        "ix_case_file_county_state_due_at_id", "case_file", ["county", "state", "due_at", "id"], unique=False
    )
    op.create_index("ix_case_file_created_by", "case_file", ["created_by"], unique=False)
    op.create_index("ix_case_file_site_id", "case_file", ["site_id"], unique=False)
    op.create_index("ix_case_file_state_due_at_id", "case_file", ["state", "due_at", "id"], unique=False)
    op.create_table(
        "case_category",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_category_case_id_case_file"),
        sa.PrimaryKeyConstraint("case_id", "category", name="pk_case_category"),
    )
    op.create_index(
        "ix_case_category_category_case_id", "case_category", ["category", "case_id"], unique=False
    )
    op.create_table(
        "point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("measure", sa.String(length=20), nullable=True),
        sa.Column("visited_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_point_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_point"),
        sa.UniqueConstraint("case_id", "no", name="uq_point_case_id_no"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_assignment_account_id_account"),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_assignment_by_account"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_assignment_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
    )
    op.create_index(
        "ix_assignment_account_id_ended_at", "assignment", ["account_id", "ended_at", "case_id"], unique=False
    )
    op.create_index("ix_assignment_case_id", "assignment", ["case_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("inputs", JSON_ANY, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_step_by_account"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_step_case_id_case_file"),
        sa.ForeignKeyConstraint(["principal_id"], ["account.id"], name="fk_step_principal_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
        sa.UniqueConstraint("case_id", "seq", name="uq_step_case_id_seq"),
    )
    op.create_table(
        "case_unit",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_unit_case_id_case_file"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_case_unit_unit_id_unit"),
        sa.PrimaryKeyConstraint("case_id", "unit_id", "part", name="pk_case_unit"),
    )
    op.create_index("ix_case_unit_unit_id_case_id", "case_unit", ["unit_id", "case_id"], unique=False)
    op.create_table(
        "last_look",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_last_look_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "queue", name="pk_last_look"),
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("public_number", sa.String(length=11), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("external_number", sa.String(length=60), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("dispatched_at", INSTANT, nullable=True),
        sa.Column("sign_by", INSTANT, nullable=True),
        sa.Column("return_by", INSTANT, nullable=True),
        sa.Column("external_due_at", INSTANT, nullable=True),
        sa.Column("confidentiality", sa.String(40), nullable=False),
        sa.Column("contactable", sa.Boolean(), nullable=False),
        sa.Column("occurrences", JSON_ANY, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("told_way", sa.String(40), nullable=True),
        sa.Column("unreachable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("replied_at", INSTANT, nullable=True),
        sa.Column("platform_replied_at", INSTANT, nullable=True),
        sa.Column("called_back_at", INSTANT, nullable=True),
        sa.Column("satisfaction", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_complaint_case_id_case_file"),
        sa.ForeignKeyConstraint(["registered_by"], ["account.id"], name="fk_complaint_registered_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint"),
        sa.UniqueConstraint("channel", "external_number", name="uq_complaint_channel_external_number"),
        sa.UniqueConstraint("public_number", name="uq_complaint_public_number"),
    )
    op.create_index("ix_complaint_case_id", "complaint", ["case_id"], unique=False)
    op.create_index("ix_complaint_phone_index", "complaint", ["phone_index"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_contact_by_account"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_contact_complaint_id_complaint"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_complaint_id", "contact", ["complaint_id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(length=12), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proof", sa.String(length=300), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_reply_by_account"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_reply_complaint_id_complaint"),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
    )
    op.create_index("ix_reply_complaint_id", "reply", ["complaint_id"], unique=False)
    op.create_table(
        "phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name="fk_phrase_division_code_division"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
    )
    op.create_index("ix_phrase_division_code_use", "phrase", ["division_code", "use"], unique=False)


def downgrade() -> None:
    op.drop_table("phrase")
    op.drop_table("reply")
    op.drop_table("contact")
    op.drop_table("complaint")
    op.drop_table("last_look")
    op.drop_table("case_unit")
    op.drop_table("step")
    op.drop_table("assignment")
    op.drop_table("point")
    op.drop_table("case_category")
    op.drop_table("case_file")
