"""Create ledgers: rectification ledgers, their items, and the tasks of an item."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2300"
down_revision = "20261123_2002"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('ledger',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('level', sa.String(40), nullable=False),
    sa.Column('batch', sa.String(length=80), nullable=True),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=True),
    sa.Column('division_code', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('read_only', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('published_count', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=120), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_ledger_created_by_account')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_ledger_division_code_division')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger'))
    )
    op.create_index('ix_ledger_division_code_year', 'ledger', ['division_code', 'year'], unique=False)
    op.create_table('ledger_item',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('ledger_id', sa.Uuid(), nullable=False),
    sa.Column('problem_no', sa.String(length=40), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('follows_id', sa.Uuid(), nullable=True),
    sa.Column('level', sa.String(40), nullable=False),
    sa.Column('problem_type', sa.String(length=40), nullable=True),
    sa.Column('listed_on', sa.Date(), nullable=False),
    sa.Column('stage', sa.String(40), nullable=True),
    sa.Column('goal', sa.Text(), nullable=True),
    sa.Column('measures', sa.Text(), nullable=True),
    sa.Column('checklist', JSON_ANY, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('first_due_on', sa.Date(), nullable=True),
    sa.Column('responsible_person', sa.String(length=80), nullable=True),
    sa.Column('contact_leader', sa.String(length=80), nullable=True),
    sa.Column('progress', sa.String(40), nullable=False),
    sa.Column('percent', sa.Integer(), server_default='0', nullable=False),
    sa.Column('finished_on', sa.Date(), nullable=True),
    sa.Column('written_off_on', sa.Date(), nullable=True),
    sa.Column('accountability', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('place_kind', sa.String(40), nullable=False),
    sa.Column('line', JSON_ANY, nullable=False),
    sa.Column('k_from_m', sa.Integer(), nullable=True),
    sa.Column('k_to_m', sa.Integer(), nullable=True),
    sa.Column('size', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_ledger_item_case_id_case_file')),
    sa.ForeignKeyConstraint(['follows_id'], ['case_file.id'], name=op.f('fk_ledger_item_follows_id_case_file')),
    sa.ForeignKeyConstraint(['ledger_id'], ['ledger.id'], name=op.f('fk_ledger_item_ledger_id_ledger')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_ledger_item')),
    sa.UniqueConstraint('ledger_id', 'problem_no', 'round', name=op.f('uq_ledger_item_ledger_id_problem_no_round'))
    )
    op.create_index('ix_ledger_item_follows_id', 'ledger_item', ['follows_id'], unique=False)
    op.create_table('rectification_task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_rectification_task_case_id_case_file')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_rectification_task_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rectification_task')),
    sa.UniqueConstraint('case_id', 'no', name=op.f('uq_rectification_task_case_id_no'))
    )


def downgrade() -> None:
    op.drop_table('rectification_task')
    op.drop_index('ix_ledger_item_follows_id', table_name='ledger_item')
    op.drop_table('ledger_item')
    op.drop_index('ix_ledger_division_code_year', table_name='ledger')
    op.drop_table('ledger')
