"""Guard journal and law: append-only by trigger, no overlapping windows of one rule."""

from alembic import op

revision = "20261123_1715"
down_revision = "20261123_1714"
branch_labels = None
depends_on = None

_SQLITE_UP = (
    *(
        f"create trigger journal_no_{verb} before {verb} on journal"
        " begin select raise(abort, 'journal is append-only'); end"
        for verb in ("update", "delete")
    ),
    *(
        f"create trigger rule_window_{verb} before {verb} on rule when exists ("
        "select 1 from rule r where r.rule_id = new.rule_id and r.scope = new.scope and r.origin = new.origin"
        " and r.id <> new.id and r.valid_from <= coalesce(new.valid_to, '9999-12-31')"
        " and new.valid_from <= coalesce(r.valid_to, '9999-12-31'))"
        " begin select raise(abort, 'ex_rule_window'); end"
        for verb in ("insert", "update")
    ),
)
_POSTGRESQL_UP = (
    "create function journal_is_append_only() returns trigger language plpgsql as"
    " $$ begin raise exception 'journal is append-only'; end $$",
    "create trigger journal_no_change before update or delete on journal"
    " for each row execute function journal_is_append_only()",
    "create trigger journal_no_truncate before truncate on journal"
    " for each statement execute function journal_is_append_only()",
    "create extension if not exists btree_gist",
    "alter table rule add constraint ex_rule_window exclude using gist ("
    "rule_id with =, scope with =, origin with =, daterange(valid_from, valid_to, '[]') with &&)",
)
_SQLITE_DOWN = (
    "drop trigger journal_no_update",
    "drop trigger journal_no_delete",
    "drop trigger rule_window_insert",
    "drop trigger rule_window_update",
)
_POSTGRESQL_DOWN = (
    "alter table rule drop constraint ex_rule_window",
    "drop trigger journal_no_truncate on journal",
    "drop trigger journal_no_change on journal",
    "drop function journal_is_append_only()",
)


def _run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    for statement in postgresql if op.get_bind().dialect.name == "postgresql" else sqlite:
        op.execute(statement)


def upgrade() -> None:
    _run(_SQLITE_UP, _POSTGRESQL_UP)


def downgrade() -> None:
    _run(_SQLITE_DOWN, _POSTGRESQL_DOWN)
