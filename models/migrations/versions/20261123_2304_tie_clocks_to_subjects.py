"""Tie clocks to subjects: each says what it is about; those there are belong to their cases as a whole."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2304"
down_revision = "20261123_2303"
branch_labels = None
depends_on = None

INSTANT = sa.CHAR(24).with_variant(postgresql.TIMESTAMP(timezone=True, precision=3), "postgresql")
JSON_ANY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DIVISION = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")

UNIQUE_BEFORE = ("case_id", "rule_id", "round", "started_at")
UNIQUE_AFTER = ("case_id", "subject_id", "rule_id", "round", "started_at")
KEPT = (
    "id, case_id, county, division_code, rule_id, round, state, source, rule, candidates, severity, start_event,"
    " started_at, legal_due_on, due_on, due_at, earlier_due_on, calendar_unconfirmed, explanation, stopped_at,"
    " met_late, remind_at, version"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(UNIQUE_AFTER, f"insert into deadline ({KEPT}, subject_id) select {KEPT}, case_id")
    else:
        op.add_column("deadline", sa.Column("subject_id", sa.Uuid(), nullable=True))
        op.execute("update deadline set subject_id = case_id")
        op.alter_column("deadline", "subject_id", nullable=False)
        _change_unique(UNIQUE_BEFORE, UNIQUE_AFTER)
    elsewhere = sa.text("subject_id <> case_id")
    op.create_index(
        "ix_deadline_subject_id",
        "deadline",
        ["subject_id"],
        unique=False,
        sqlite_where=elsewhere,
        postgresql_where=elsewhere,
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_subject_id", table_name="deadline")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(UNIQUE_BEFORE, f"insert into deadline ({KEPT}) select {KEPT}")
    else:
        _change_unique(UNIQUE_AFTER, UNIQUE_BEFORE)
        op.drop_column("deadline", "subject_id")


def _change_unique(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    op.drop_constraint(_name(before), "deadline", type_="unique")
    op.create_unique_constraint(_name(after), "deadline", list(after))


def _name(columns: tuple[str, ...]) -> str:
    return f"uq_deadline_{'_'.join(columns)}"


def _rebuild(unique: tuple[str, ...], insert: str) -> None:
    """
    SQLite changes no constraint in place. The rows wait in a temporary table while the real one is made anew;
    the keys that point to it are checked at the end of the transaction.
    """
    op.execute("pragma defer_foreign_keys = on")
    op.execute("create temporary table deadline_waiting as select * from deadline")
    op.drop_table("deadline")
    _create(unique)
    op.execute(f"{insert} from deadline_waiting")
    op.execute("drop table deadline_waiting")


def _create(unique: tuple[str, ...]) -> None:
    subject = [sa.Column("subject_id", sa.Uuid(), nullable=False)] if "subject_id" in unique else []
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        *subject,
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
        sa.UniqueConstraint(*unique, name=_name(unique)),
    )
    _index()


def _index() -> None:
    """The indexes that went with the table."""
    op.create_index("ix_deadline_case_id_state", "deadline", ["case_id", "state"], unique=False)
    op.create_index(
        "ix_deadline_county_state_due_at", "deadline", ["county", "state", "due_at"], unique=False
    )
    said, doubtful = sa.text("remind_at is not null"), sa.text("calendar_unconfirmed")
    op.create_index(
        "ix_deadline_remind_at",
        "deadline",
        ["remind_at"],
        unique=False,
        sqlite_where=said,
        postgresql_where=said,
    )
    op.create_index(
        "ix_deadline_unconfirmed",
        "deadline",
        ["due_at"],
        unique=False,
        sqlite_where=doubtful,
        postgresql_where=doubtful,
    )
