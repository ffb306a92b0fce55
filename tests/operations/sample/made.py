"""The sample instance built for tests: where, until when, and how its cases are found again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from models import migrate
from models.db.engines import transaction
from models.domain.states import Kind, State
from models.operations.sample import building, people
from models.operations.sample.building import Built
from models.tables.cases import cases
from models.vault import Vault
from tests.factories import KEYS

AFTER: Final = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Noon of the day the sample ends on."""

HASHES: Final = {one.login: "not a hash" for one in people.PEOPLE}
VAULT: Final = Vault(KEYS)


def built(engine: Engine, until: datetime) -> Built:
    """Build it in an empty database, as far as ``until``."""
    with transaction(engine) as db:
        migrate.upgrade_within(db)
        return building.build(db, VAULT, HASHES, until=until)


def by_title(db: Connection, kind: Kind) -> dict[str, tuple[UUID, State]]:
    """Where each case of a kind is, and stands."""
    rows = db.execute(select(cases.c.title, cases.c.id, cases.c.state).where(cases.c.kind == kind))
    return {row.title: (row.id, row.state) for row in rows}
