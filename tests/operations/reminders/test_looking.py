"""How the looks of a worker find what is due: by their partial indexes, in order, without sorting."""

from __future__ import annotations

from sqlalchemy import text

from models.operations.outgoing.notices import tell_due
from models.operations.outgoing.ways import Exits
from models.operations.reminders.acknowledging import escalate_due
from models.operations.reminders.reminding import plan_due
from models.operations.waiting import look
from tests.benchmarks import plans
from tests.factories import NOW, World

LOOKED_AT = ("remind_at", "ack_due_at", "next_at")


def test_looks_follow_their_indexes(world: World) -> None:
    """No look of an idle worker sorts or walks a table: each reads the first rows of the index made for it."""
    with plans.listening(world.engine) as sent, world.act(now=NOW) as act:
        look(act.db, NOW)
        plan_due(act)
        tell_due(act, Exits({}))
        escalate_due(act)
    looks = {one: values for one, values in sent.statements.items() if any(name in one for name in LOOKED_AT)}
    assert len(looks) == 4
    with world.engine.connect() as db:
        if db.dialect.name == "postgresql":  # which walks tables as small as these because they are small
            db.execute(text("set local enable_seqscan = off"))
            db.execute(text("set local enable_bitmapscan = off"))
        found = [line for one, values in looks.items() for line in plans.plan_of(db, one, values)]
    assert not [line for line in found if "TEMP B-TREE" in line or "Sort" in line or "Seq Scan" in line]
    for index in (
        "ix_deadline_remind_at",
        "ix_notice_ack_due_at",
        "ix_notice_next_at",
        "ix_dispatch_next_at",
    ):
        assert any(index in line for line in found), index
