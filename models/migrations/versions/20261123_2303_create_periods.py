"""Create periods: months of reporting, their entries, frozen snapshots nobody can change, and corrections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2303"
down_revision = "20261123_2302"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_ABORT = "begin select raise(abort, 'a frozen snapshot is never changed'); end"
_SQLITE_UP = (
    f"create trigger snapshot_row_no_update before update on snapshot_row {_ABORT}",
    f"create trigger snapshot_row_no_delete before delete on snapshot_row {_ABORT}",
    "create trigger snapshot_row_no_late before insert on snapshot_row when exists ("
    f"select 1 from period p where p.id = new.period_id and p.state = 'frozen') {_ABORT}",
    f"create trigger period_no_update before update on period when old.state = 'frozen' {_ABORT}",
    f"create trigger period_no_delete before delete on period when old.state = 'frozen' {_ABORT}",
    # REPLACE deletes a row without firing its delete trigger
    "create trigger period_no_replace before insert on period when exists ("
    "select 1 from period p where p.state = 'frozen' and (p.id = new.id"
    f" or (p.division_code = new.division_code and p.month = new.month))) {_ABORT}",
)
_POSTGRESQL_UP = (
    "create function snapshot_is_frozen() returns trigger language plpgsql as"
    " $$ begin raise exception 'a frozen snapshot is never changed'; end $$",
    "create function snapshot_not_late() returns trigger language plpgsql as"
    " $$ begin if exists (select from period p where p.id = new.period_id and p.state = 'frozen') then"
    " raise exception 'a frozen snapshot is never changed'; end if; return new; end $$",
    "create trigger snapshot_row_no_change before update or delete on snapshot_row"
    " for each row execute function snapshot_is_frozen()",
    "create trigger snapshot_row_no_late before insert on snapshot_row"
    " for each row execute function snapshot_not_late()",
    "create trigger snapshot_row_no_truncate before truncate on snapshot_row"
    " for each statement execute function snapshot_is_frozen()",
    "create trigger period_no_change before update or delete on period"
    " for each row when (old.state = 'frozen') execute function snapshot_is_frozen()",
    "create trigger period_no_truncate before truncate on period"
    " for each statement execute function snapshot_is_frozen()",
)
_SQLITE_DOWN = (
    *(f"drop trigger snapshot_row_no_{what}" for what in ("update", "delete", "late")),
    *(f"drop trigger period_no_{what}" for what in ("update", "delete", "replace")),
)
_POSTGRESQL_DOWN = (
    *(f"drop trigger snapshot_row_no_{what} on snapshot_row" for what in ("change", "late", "truncate")),
    *(f"drop trigger period_no_{what} on period" for what in ("change", "truncate")),
    "drop function snapshot_is_frozen()",
    "drop function snapshot_not_late()",
)


def _run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    for statement in postgresql if op.get_bind().dialect.name == "postgresql" else sqlite:
        op.execute(statement)


def upgrade() -> None:
    op.create_table('period',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('division_code', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('opens_at', INSTANT, nullable=False),
    sa.Column('cut_off_at', INSTANT, nullable=False),
    sa.Column('tolerance', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('opened_at', INSTANT, nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('frozen_at', INSTANT, nullable=True),
    sa.Column('frozen_by', sa.Uuid(), nullable=True),
    sa.Column('freeze_reason', sa.String(length=200), nullable=True),
    sa.Column('as_of', INSTANT, nullable=True),
    sa.Column('snapshot_hash', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_period_division_code_division')),
    sa.ForeignKeyConstraint(['frozen_by'], ['account.id'], name=op.f('fk_period_frozen_by_account')),
    sa.ForeignKeyConstraint(['opened_by'], ['account.id'], name=op.f('fk_period_opened_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period')),
    sa.UniqueConstraint('division_code', 'month', name=op.f('uq_period_division_code_month'))
    )
    op.create_table('period_correction',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('period_id', sa.Uuid(), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(length=20), nullable=False),
    sa.Column('before', JSON_ANY, nullable=True),
    sa.Column('after', JSON_ANY, nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', INSTANT, nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['by'], ['account.id'], name=op.f('fk_period_correction_by_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_period_correction_case_id_case_file')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_period_correction_decided_by_account')),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_period_correction_period_id_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period_correction')),
    sa.UniqueConstraint('period_id', 'no', name=op.f('uq_period_correction_period_id_no'))
    )
    op.create_index('ix_period_correction_case_id', 'period_correction', ['case_id'], unique=False)
    op.create_table('period_entry',
    sa.Column('period_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('this_month', sa.Text(), nullable=True),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('invested_yuan', sa.BigInteger(), nullable=False),
    sa.Column('difficulties', sa.Text(), nullable=True),
    sa.Column('next_steps', sa.Text(), nullable=True),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('progress', sa.String(40), nullable=True),
    sa.Column('no_change', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('no_change_reason', sa.Text(), nullable=True),
    sa.Column('filled_by', sa.Uuid(), nullable=False),
    sa.Column('filled_at', INSTANT, nullable=False),
    sa.Column('reviewed_by', sa.Uuid(), nullable=True),
    sa.Column('reviewed_at', INSTANT, nullable=True),
    sa.Column('returned_note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_period_entry_case_id_case_file')),
    sa.ForeignKeyConstraint(['filled_by'], ['account.id'], name=op.f('fk_period_entry_filled_by_account')),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_period_entry_period_id_period')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['account.id'], name=op.f('fk_period_entry_reviewed_by_account')),
    sa.PrimaryKeyConstraint('period_id', 'case_id', name=op.f('pk_period_entry'))
    )
    op.create_index('ix_period_entry_case_id', 'period_entry', ['case_id'], unique=False)
    op.create_table('snapshot_row',
    sa.Column('period_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_snapshot_row_case_id_case_file')),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_snapshot_row_period_id_period')),
    sa.PrimaryKeyConstraint('period_id', 'case_id', name=op.f('pk_snapshot_row'))
    )
    op.create_index('ix_snapshot_row_case_id', 'snapshot_row', ['case_id'], unique=False)
    _run(_SQLITE_UP, _POSTGRESQL_UP)


def downgrade() -> None:
    _run(_SQLITE_DOWN, _POSTGRESQL_DOWN)
    op.drop_index('ix_snapshot_row_case_id', table_name='snapshot_row')
    op.drop_table('snapshot_row')
    op.drop_index('ix_period_entry_case_id', table_name='period_entry')
    op.drop_table('period_entry')
    op.drop_index('ix_period_correction_case_id', table_name='period_correction')
    op.drop_table('period_correction')
    op.drop_table('period')
