"""The schema is born of migrations alone, and they lead both ways on both databases."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Final
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from models import migrate
from models.db.engines import LOCK_TIMEOUT_SECONDS, open_engine
from models.tables.registry import metadata
from tests import postgres
from tests.conftest import BOTH
from tests.measure import PACKAGES, ROOT, VERSIONS

UPGRADE: Final = (
    "import sys; from models import migrate; from models.db.engines import open_engine;"
    " migrate.upgrade(open_engine(sys.argv[1]))"
)
FILES: Final = sorted((ROOT / VERSIONS).glob("[!_]*.py"))
NAME: Final = re.compile(r"20\d{6}_([01]\d|2[0-3])[0-5]\d_[a-z]+(_[a-z0-9]+)+\.py")
SCHEMA: Final = {
    "sqlite": "select type || ' ' || name, sql from sqlite_master where sql is not null",
    "postgresql": """
        select 'column ' || table_name || '.' || column_name, concat_ws(' ', data_type,
            character_maximum_length, datetime_precision, collation_name, is_nullable, column_default)
            from information_schema.columns where table_schema = 'public'
        union all select 'index ' || indexname, indexdef from pg_indexes where schemaname = 'public'
        union all select 'constraint ' || conname || ' ' || conrelid::regclass, pg_get_constraintdef(oid)
            from pg_constraint where connamespace = 'public'::regnamespace
        union all select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
        union all select 'function ' || proname, prosrc from pg_proc p
            where pronamespace = 'public'::regnamespace
            and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    """,
}
"""Every part of a schema as (kind and name, definition); what belongs to an extension is left out."""


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a schema."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    server = request.getfixturevalue("postgres_server")
    name = f"m_{uuid4().hex[:16]}"
    postgres.create(server, name)
    engine = open_engine(postgres.with_database(server, name))
    yield engine
    engine.dispose()
    postgres.drop(server, name)


def described(engine: Engine) -> dict[str, str]:
    """What the database itself says of its schema, triggers included, by kind and name."""
    with engine.connect() as db:
        rows = db.exec_driver_sql(SCHEMA[engine.dialect.name]).all()
    return {name: said for name, said in rows if "alembic_version" not in name}


def test_up_down_up(empty: Engine) -> None:
    """Up, down to nothing, up again: nothing is left in between, and the schema is the same."""
    migrate.upgrade(empty)
    first = described(empty)
    assert any("trigger journal_no" in part for part in first)
    migrate.downgrade(empty, "base")
    assert described(empty) == {}
    migrate.upgrade(empty)
    assert described(empty) == first


def test_each_step_can_be_taken_back(empty: Engine) -> None:
    """Every single migration, taken back and taken again, leaves the schema as it was."""
    for migration in FILES:
        before = described(empty)
        revision = revision_of(migration)
        migrate.upgrade(empty, revision)
        after = described(empty)
        migrate.downgrade(empty, "-1")
        assert described(empty) == before, migration.name
        migrate.upgrade(empty, revision)
        assert described(empty) == after, migration.name


def test_metadata_is_the_schema(empty: Engine) -> None:
    """``alembic check``: the tables as declared and the schema as migrated do not differ."""
    migrate.upgrade(empty)
    with empty.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_two_may_migrate_at_once(empty: Engine) -> None:
    """Processes that start together migrate in turn, and none leaves its limits on the connection."""
    url = empty.url.render_as_string(hide_password=False)
    started = [Popen([sys.executable, "-c", UPGRADE, url], cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    migrate.upgrade(empty)
    with empty.connect() as db:
        assert MigrationContext.configure(db).get_current_revision() == migrate.head()
        if empty.dialect.name == "postgresql":
            held = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
            assert db.exec_driver_sql(held).scalar_one() == 0
            assert db.exec_driver_sql("show lock_timeout").scalar_one() == f"{LOCK_TIMEOUT_SECONDS}s"


def test_migrations_know_nothing_of_us() -> None:
    """A migration imports no project code: it must read the same in ten years."""
    for migration in FILES:
        for node in ast.walk(ast.parse(migration.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not {name.split(".")[0] for name in names} & set(PACKAGES), migration.name


def test_migrations_are_named_and_chained() -> None:
    """Files are ``YYYYMMDD_HHMM_verb_object.py`` after their revision, in one line with one head."""
    script = ScriptDirectory.from_config(migrate.configuration())
    assert script.get_heads() == [migrate.head()]
    in_order = [one.revision for one in script.walk_revisions()][::-1]
    assert in_order == [revision_of(migration) for migration in FILES]
    assert [one.name for one in FILES if not NAME.fullmatch(one.name)] == []
    assert [one.name for one in FILES if not one.name.startswith(revision_of(one))] == []


def revision_of(migration: Path) -> str:
    """The revision a file declares."""
    found = re.search(r'^revision(?:: str)? = "(\w+)"$', migration.read_text("utf-8"), re.M)
    assert found, migration.name
    return found[1]
