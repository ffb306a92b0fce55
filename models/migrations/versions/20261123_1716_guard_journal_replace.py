"""Guard journal replace: SQLite's REPLACE deletes a row without firing its delete trigger."""

from alembic import op

revision = "20261123_1716"
down_revision = "20261123_1715"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create trigger journal_no_replace before insert on journal when exists ("
            "select 1 from journal j where j.chain = new.chain and j.seq = new.seq)"
            " begin select raise(abort, 'journal is append-only'); end"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop trigger journal_no_replace")
