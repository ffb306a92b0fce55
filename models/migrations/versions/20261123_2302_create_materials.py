"""Create materials: the photo stations of an item, the papers of its file, the bureau's own standards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2302"
down_revision = "20261123_2301"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "photo_station",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("given_lon", sa.Double(), nullable=True),
        sa.Column("given_lat", sa.Double(), nullable=True),
        sa.Column("heading", sa.Integer(), nullable=True),
        sa.Column("k_station_m", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_photo_station_case_id_case_file"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_photo_station_created_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_photo_station"),
        sa.UniqueConstraint("case_id", "no", name="uq_photo_station_case_id_no"),
    )
    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("facts", JSON_ANY, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sm3", sa.LargeBinary(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("arrived_at", INSTANT, nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("voided_at", INSTANT, nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_material_case_id_case_file"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_material_unit_id_unit"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name="fk_material_uploaded_by_account"),
        sa.ForeignKeyConstraint(["voided_by"], ["account.id"], name="fk_material_voided_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
    )
    op.create_index("ix_material_case_id", "material", ["case_id"], unique=False)
    op.create_index("ix_material_sha256", "material", ["sha256"], unique=False)
    op.create_table(
        "acceptance_standard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name="fk_acceptance_standard_created_by_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_acceptance_standard"),
        sa.UniqueConstraint("type", "valid_from", name="uq_acceptance_standard_type_valid_from"),
    )


def downgrade() -> None:
    op.drop_table("acceptance_standard")
    op.drop_index("ix_material_sha256", table_name="material")
    op.drop_index("ix_material_case_id", table_name="material")
    op.drop_table("material")
    op.drop_table("photo_station")
