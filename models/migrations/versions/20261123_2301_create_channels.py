"""Create channels: ways out of the house, who is reached by which, and what was sent; attempts belong to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2301"
down_revision = "20261123_2300"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
DIVISION = sa.String(length=12).with_variant(sa.String(length=12, collation="C"), "postgresql")

WAITING = "state = 'waiting'"
FREE = "state = 'waiting' and dispatch_id is null"
UNDELIVERED = "state in ('dead', 'outcome_unknown')"

# What differs between the databases: a UUID as text, and the Shanghai day of an instant.
UUID_TEXT = {
    "postgresql": "n.id::text",
    "sqlite": "substr(n.id, 1, 8) || '-' || substr(n.id, 9, 4) || '-' || substr(n.id, 13, 4)"
    " || '-' || substr(n.id, 17, 4) || '-' || substr(n.id, 21)",
}
SHANGHAI_DAY = {
    "postgresql": "(coalesce(n.sent_at, n.planned_at) at time zone 'Asia/Shanghai')::date",
    "sqlite": "date(coalesce(n.sent_at, n.planned_at), '+8 hours')",
}
# A dispatch for each notice that went out, under the notice's own id: its attempts need no other.
DISPATCH_OF_EACH = """
    insert into dispatch (id, account_id, key, day, created_at, state, next_at, lease_until, lease_by, tries,
        sent_at, error)
    select n.id, n.account_id, 'notice/' || {uuid}, {day}, n.planned_at, n.state, n.next_at, n.lease_until,
        n.lease_by, n.tries, case when n.state = 'sent' then n.sent_at end, n.error
    from notice n where exists (select 1 from attempt a where a.notice_id = n.id)
"""
BIND = "update notice set dispatch_id = id where exists (select 1 from dispatch d where d.id = notice.id)"
# min() knows no UUID on PostgreSQL.
FIRST_NOTICE = """
    select a.id, (select n.id from notice n where n.dispatch_id = a.dispatch_id order by n.id limit 1),
        a.channel, a.begun_at, a.ended_at, a.outcome, a.detail
    from attempt_of_dispatch a
    where exists (select 1 from notice n where n.dispatch_id = a.dispatch_id)
"""


def upgrade() -> None:
    _create_channels()
    _create_dispatches()
    _widen_notices()
    dialect = op.get_bind().dialect.name
    op.execute(DISPATCH_OF_EACH.format(uuid=UUID_TEXT[dialect], day=SHANGHAI_DAY[dialect]))
    op.execute(BIND)
    op.drop_index("ix_attempt_notice_id", table_name="attempt")
    _rename_attempts("attempt_of_notice")
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["reminder_contact.id"],
            name="fk_attempt_contact_id_reminder_contact",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_attempt_dispatch_id_dispatch"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_dispatch_id", "attempt", ["dispatch_id"], unique=False)
    told = sa.text("contact_id is not null")
    op.create_index(
        "ix_attempt_contact_id",
        "attempt",
        ["contact_id"],
        unique=False,
        sqlite_where=told,
        postgresql_where=told,
    )
    op.execute("""
        insert into attempt (id, dispatch_id, channel, begun_at, ended_at, outcome, detail)
        select id, notice_id, channel, begun_at, ended_at, outcome, detail from attempt_of_notice
    """)
    op.drop_table("attempt_of_notice")
    # The ladder goes on weekly now: clocks that had said their last are looked at again. What was told stays told.
    op.execute("update deadline set remind_at = due_at where state = 'running' and remind_at is null")


def downgrade() -> None:
    op.drop_index("ix_attempt_contact_id", table_name="attempt")
    op.drop_index("ix_attempt_dispatch_id", table_name="attempt")
    _rename_attempts("attempt_of_dispatch")
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_attempt_notice_id_notice"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_notice_id", "attempt", ["notice_id"], unique=False)
    op.execute(
        "insert into attempt (id, notice_id, channel, begun_at, ended_at, outcome, detail)" + FIRST_NOTICE
    )
    op.drop_table("attempt_of_dispatch")
    op.drop_index("ix_notice_ack_due_at", table_name="notice")
    op.drop_index("ix_notice_dispatch_id", table_name="notice")
    op.drop_index("ix_notice_undelivered", table_name="notice")
    op.create_index("ix_notice_state", "notice", ["state"], unique=False)
    _replace_next_at(WAITING)
    op.drop_column("notice", "ack_at")
    op.drop_column("notice", "ack_due_at")
    op.drop_column("notice", "dispatch_id")
    op.drop_table("dispatch")
    op.drop_table("reminder_contact")
    op.drop_table("channel")


def _create_channels() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("division_code", DIVISION, nullable=False),
        sa.Column("sealed_config", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name="fk_channel_created_by_account"),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name="fk_channel_division_code_division"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
    )
    op.create_table(
        "reminder_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_reminder_contact_account_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name="fk_reminder_contact_channel_id_channel"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_contact"),
        sa.UniqueConstraint("account_id", "channel_id", name="uq_reminder_contact_account_id_channel_id"),
        sa.UniqueConstraint("account_id", "position", name="uq_reminder_contact_account_id_position"),
    )


def _create_dispatches() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
        sa.Column("lease_by", sa.String(length=60), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_dispatch_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
        sa.UniqueConstraint("account_id", "key", name="uq_dispatch_account_id_key"),
    )
    op.create_index(
        "ix_dispatch_next_at",
        "dispatch",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )


def _widen_notices() -> None:
    """The column with its key in one statement: SQLite adds no constraint afterwards."""
    kind = "uuid" if op.get_bind().dialect.name == "postgresql" else "char(32)"
    op.execute(
        f"alter table notice add column dispatch_id {kind}"
        " constraint fk_notice_dispatch_id_dispatch references dispatch (id)"
    )
    op.add_column("notice", sa.Column("ack_due_at", INSTANT, nullable=True))
    op.add_column("notice", sa.Column("ack_at", INSTANT, nullable=True))
    for column in ("dispatch_id", "ack_due_at"):
        told = sa.text(f"{column} is not null")
        op.create_index(
            f"ix_notice_{column}",
            "notice",
            [column],
            unique=False,
            sqlite_where=told,
            postgresql_where=told,
        )
    _replace_next_at(FREE)
    # SQLite would look for what waits in the index over every state, and sort it.
    op.drop_index("ix_notice_state", table_name="notice")
    op.create_index(
        "ix_notice_undelivered",
        "notice",
        ["planned_at"],
        unique=False,
        sqlite_where=sa.text(UNDELIVERED),
        postgresql_where=sa.text(UNDELIVERED),
    )


def _replace_next_at(where: str) -> None:
    op.drop_index("ix_notice_next_at", table_name="notice")
    op.create_index(
        "ix_notice_next_at",
        "notice",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _rename_attempts(name: str) -> None:
    """Out of the way of the table that takes its place; PostgreSQL's names of keys are the schema's, not the table's."""
    op.rename_table("attempt", name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter table {name} rename constraint pk_attempt to pk_{name}")
