"""Create people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1710"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DIVISION = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "division",
        sa.Column("code", DIVISION, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent", DIVISION, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor", DIVISION, nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["division.code"], name="fk_division_parent_division"),
        sa.ForeignKeyConstraint(["successor"], ["division.code"], name="fk_division_successor_division"),
        sa.PrimaryKeyConstraint("code", name="pk_division"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number_prefix", sa.String(length=20), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name="fk_unit_division_code_division"),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("uscc_verified", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enterprise"),
        sa.UniqueConstraint("uscc", name="uq_enterprise_uscc"),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("industry_code", sa.String(length=8), nullable=True),
        sa.Column("permit_number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("given_lon", sa.Double(), nullable=True),
        sa.Column("given_lat", sa.Double(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name="fk_site_division_code_division"),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name="fk_site_enterprise_id_enterprise"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    op.create_index("ix_site_division_code", "site", ["division_code"], unique=False)
    op.create_index("ix_site_enterprise_id", "site", ["enterprise_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_account_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("actions", JSON_ANY, nullable=True),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_grant_account_id_account"),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name="fk_account_grant_division_code_division"
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name="fk_account_grant_enterprise_id_enterprise"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name="fk_account_grant_given_by_account"),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["account.id"], name="fk_account_grant_principal_id_account"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_account_grant_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_account_grant"),
    )
    op.create_index("ix_account_grant_account_id", "account_grant", ["account_id"], unique=False)
    op.create_index(
        "ix_account_grant_role_division_code", "account_grant", ["role", "division_code"], unique=False
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_no", sa.String(length=40), nullable=False),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("area", DIVISION, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_officer_account_id_account"),
        sa.ForeignKeyConstraint(["area"], ["division.code"], name="fk_officer_area_division"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_officer_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
        sa.UniqueConstraint("account_id", name="uq_officer_account_id"),
        sa.UniqueConstraint("certificate_no", name="uq_officer_certificate_no"),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_session_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_session.id"], name="fk_token_session_id_login_session"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_token"),
    )
    op.create_index("ix_token_expires_at", "token", ["expires_at"], unique=False)
    op.create_index("ix_token_session_id", "token", ["session_id"], unique=False)
    op.create_table(
        "login_delay",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_delay"),
    )


def downgrade() -> None:
    op.drop_table("login_delay")
    op.drop_table("token")
    op.drop_table("login_session")
    op.drop_table("officer")
    op.drop_table("account_grant")
    op.drop_table("account")
    op.drop_table("site")
    op.drop_table("enterprise")
    op.drop_table("unit")
    op.drop_table("division")
