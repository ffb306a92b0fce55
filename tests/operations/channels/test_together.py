"""Lists of contacts that are set at the same time."""

from __future__ import annotations

from threading import Barrier, Thread

from sqlalchemy import select

from models.domain.outgoing.channels import ChannelKind
from models.operations.channels import channels, contacts
from models.operations.channels.channels import ChannelDraft, Reached
from models.operations.channels.contacts import Wanted
from models.tables.channels import contacts as table
from tests.factories import COUNTY, World


def test_two_lists_at_once(world: World) -> None:
    """Of two lists set together one is left, whole and in its order; neither fails."""
    with world.act("admin") as act:
        made = [
            channels.create_once(
                act, ChannelDraft(ChannelKind.CONSOLE, f"渠道{n}", COUNTY, {}), Reached(None, ()), {}, None
            )
            for n in range(4)
        ]
    lists = [[Wanted(one, None) for one in order] for order in (made, made[::-1])]
    barrier, failures = Barrier(2), []

    def put(wanted: list[Wanted]) -> None:
        try:
            barrier.wait(10)
            for _ in range(5):
                with world.act("inspector") as act:
                    contacts.set_mine(act, wanted)
        except Exception as error:
            failures.append(error)

    writers = [Thread(target=put, args=(one,)) for one in lists]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    with world.engine.connect() as db:
        rows = db.execute(select(table.c.channel_id, table.c.position).order_by(table.c.position)).all()
    assert [row.position for row in rows] == [1, 2, 3, 4]
    assert [row.channel_id for row in rows] in (made, made[::-1])
