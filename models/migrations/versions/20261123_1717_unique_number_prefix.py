"""Unique number prefix: two units that issue under one prefix would draw from one row of numbers."""

from alembic import op

revision = "20261123_1717"
down_revision = "20261123_1716"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("uq_unit_number_prefix", "unit", ["number_prefix"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_unit_number_prefix", table_name="unit")
