"""Published batches: six read-only ledgers from the county's plan, in every instance, without invented items."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, func, select

from models.domain.errors import Conflict
from models.domain.rectification.words import Level, Origin
from models.operations import founding
from models.operations.ledgers import items, listing, published
from models.operations.ledgers import ledgers as ledger_operations
from models.tables.base import AnyRow
from models.tables.journal import idempotency
from models.tables.journal import journal as journal_rows
from models.tables.ledgers import items as item_table
from models.tables.ledgers import ledgers
from tests.factories import NOW, World
from tests.operations.ledgers import stories


def there(engine: Engine) -> list[AnyRow]:
    with engine.connect() as db:
        return list(db.execute(select(ledgers).where(ledgers.c.read_only).order_by(ledgers.c.year)).all())


def test_each_batch_is_a_ledger_with_its_count_and_outcome(world: World) -> None:
    """A founded instance has the six batches with year, level, round, kind, count and outcome of the plan."""
    text = published.SHIPPED.read_text("utf-8")
    lines = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    origins = {"中央": Origin.CENTRAL, "省": Origin.PROVINCIAL}
    expected = {
        (
            int(line["year"]),
            origins[line["level"]],
            f"{line['round']} {line['source_kind']}",
            int(line["problems"]),
            line["outcome"],
        )
        for line in lines
    }
    rows = there(world.engine)
    assert len(rows) == len(expected) == 6
    assert {(row.year, row.origin, row.batch, row.published_count, row.outcome) for row in rows} == expected
    assert sum(row.published_count for row in rows) == 55
    assert {(row.origin, row.level) for row in rows} == {
        (Origin.CENTRAL, Level.STATE),
        (Origin.PROVINCIAL, Level.PROVINCE),
    }
    assert {(row.division_code, row.created_by) for row in rows} == {("430511", None)}


def test_they_are_journalled(world: World) -> None:
    """Each of them has its row ``ledger.make`` in the county's chain, by nobody but the system."""
    with world.engine.connect() as db:
        rows = db.execute(select(journal_rows.c.chain, journal_rows.c.payload)).all()
    noted = [(row.chain, json.loads(row.payload)) for row in rows if "ledger.make" in row.payload]
    assert {body["on"][1] for _, body in noted} == {str(row.id) for row in there(world.engine)}
    assert {(chain, body["by"]) for chain, body in noted} == {("430511", None)}


def test_shipping_again_adds_nothing(world: World) -> None:
    """An upgrade of an instance that has them makes no second ledger and no journal row."""
    before = there(world.engine)
    with world.engine.connect() as db:
        noted = db.execute(select(func.count()).select_from(journal_rows)).scalar_one()
    with founding.acting(world.engine, world.vault, lambda: NOW) as act:
        founding.ship(act)
    assert there(world.engine) == before
    with world.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(journal_rows)).scalar_one() == noted


def test_an_older_instance_gets_them_with_the_upgrade(world: World) -> None:
    """What ``huanxun migrate`` ships makes the six ledgers where a version before this one founded."""
    ids = [row.id for row in there(world.engine)]
    with world.engine.begin() as db:
        db.execute(delete(idempotency).where(idempotency.c.resource_id.in_(ids)))
        db.execute(delete(ledgers).where(ledgers.c.id.in_(ids)))
    with founding.acting(world.engine, world.vault, lambda: NOW) as act:
        founding.ship(act)
    assert len(there(world.engine)) == 6
    assert not set(ids) & {row.id for row in there(world.engine)}


def test_where_the_county_is_gone_nothing_is_made(world: World) -> None:
    """An instance whose 北塔区 was merged into another county gets no ledger under the old code."""
    ids = [row.id for row in there(world.engine)]
    with world.engine.begin() as db:
        db.execute(delete(idempotency).where(idempotency.c.resource_id.in_(ids)))
        db.execute(delete(ledgers).where(ledgers.c.id.in_(ids)))
    with founding.acting(world.engine, world.vault, lambda: NOW) as act:
        ours = act.law.divisions["430511"]
        act.law = replace(act.law, divisions={"430511": replace(ours, successor="430502")})
        published.seed(act)
    assert there(world.engine) == []


def test_no_item_can_be_entered(world: World) -> None:
    """The office sees them all, finds no items in them, and cannot enter one."""
    ids = [row.id for row in there(world.engine)]
    with world.act("office") as act:
        seen = {row.id: row.item_count for row in ledger_operations.page(act, after=None, limit=50)}
        assert seen == dict.fromkeys(ids, 0)
        assert not [one for ledger_id in ids for one in listing.page(act, ledger_id, after=None, limit=9)]
    for ledger_id in ids:
        draft = stories.item_draft(world, ledger_id)
        with pytest.raises(Conflict, match="只供查阅"), world.act("office") as act:
            items.enter(act, draft, {"id": draft.id})
    with world.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(item_table)).scalar_one() == 0
