"""Tickets: one solved challenge, one complaint, nine files, two hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from models.domain.errors import BadTicket, OtherContent, TicketOver, TooLarge
from models.domain.public.limits import MOST_BYTES, MOST_FILES, TICKET_KEPT, TICKET_LIFE, mark_with
from models.operations.casework import complaints
from models.operations.once import Key, once
from models.operations.public import tickets
from models.operations.reminders import sweeps
from models.tables.complaints import complaints as C
from models.tables.public import tickets as T
from tests.factories import NOW, World, complaint_draft

UNTIL = int((NOW + TICKET_LIFE).timestamp())
MARK = mark_with(b"twelve bytes", UNTIL)
OTHER = mark_with(b"other twelve", UNTIL)


def complaint(world: World, key: str = "key-0001") -> UUID:
    """A complaint to spend a ticket on."""
    with world.act("clerk") as act:
        draft = complaint_draft()
        complaints.register(act, draft, {"key": key}, Key(str(draft.case.id), "id"))
        return UUID(str(act.db.execute(select(C.c.id).where(C.c.case_id == draft.case.id)).scalar_one()))


def taken(world: World, mark: bytes = MARK) -> None:
    with world.act() as act:
        tickets.take(act, mark)


def test_the_first_to_show_it_opens_it(world: World) -> None:
    """A ticket lives for two hours from its opening, however late in the life of its challenge that was."""
    late = NOW + TICKET_LIFE - timedelta(seconds=1)
    with world.act(now=late) as act:
        assert tickets.take(act, MARK).expires_at == late + TICKET_LIFE
    with world.act(now=late + TICKET_LIFE - timedelta(seconds=1)) as act:
        assert tickets.take(act, MARK).opened_at == late


def test_an_old_challenge_opens_nothing(world: World) -> None:
    """A challenge that was solved and kept for more than two hours opens no ticket."""
    with world.act(now=NOW + TICKET_LIFE + timedelta(seconds=1)) as act:
        with pytest.raises(BadTicket):
            tickets.take(act, MARK)
        assert act.db.execute(select(T)).all() == []


def test_after_two_hours_it_is_over(world: World) -> None:
    """A ticket that is over admits neither a complaint nor a file, and says what to do."""
    taken(world)
    with world.act(now=NOW + TICKET_LIFE) as act:
        with pytest.raises(TicketOver, match="重新获取验证"):
            tickets.take(act, MARK)
        with pytest.raises(TicketOver):
            tickets.admit_file(act, MARK, 1)


def test_it_is_spent_once(world: World) -> None:
    """A ticket is spent on one complaint; on the same again nothing happens, on another it is refused."""
    first, second = complaint(world), complaint(world, "key-0002")
    taken(world)
    with world.act() as act:
        tickets.take_unspent(act, MARK)
        tickets.spend(act, MARK, first)
        tickets.spend(act, MARK, first)
        with pytest.raises(OtherContent):
            tickets.take_unspent(act, MARK)
        assert tickets.take(act, MARK).complaint_id == first, "photos may still come"
        with pytest.raises(OtherContent, match="换一个新的幂等键"):
            tickets.spend(act, MARK, second)
        with pytest.raises(TicketOver):
            tickets.spend(act, OTHER, second)


def test_nine_files(world: World) -> None:
    """The tenth file is refused, with the number that is there already."""
    taken(world)
    with world.act() as act:
        for _ in range(MOST_FILES):
            tickets.admit_file(act, MARK, 1_000)
        with pytest.raises(TooLarge, match="最多传9个文件，已经收到9个"):
            tickets.admit_file(act, MARK, 1)
        with pytest.raises(TicketOver):
            tickets.admit_file(act, OTHER, 1)


def test_sixty_megabytes(world: World) -> None:
    """To the byte 60 MB are admitted; a file beyond it is refused whole, and what is left is told."""
    taken(world)
    with world.act() as act:
        tickets.admit_file(act, MARK, MOST_BYTES - 2_000_000)
        with pytest.raises(TooLarge, match=r"不超过60 MB，还可以传2\.0 MB"):
            tickets.admit_file(act, MARK, 2_000_001)
        tickets.admit_file(act, MARK, 2_000_000)
        row = act.db.execute(select(T.c.files, T.c.bytes)).one()
        assert tuple(row) == (2, MOST_BYTES)


def test_files_at_the_same_time_are_all_counted(world: World) -> None:
    """Twenty uploads at once with one ticket: nine are admitted."""
    taken(world)

    def upload(_: int) -> bool:
        with world.act() as act:
            try:
                tickets.admit_file(act, MARK, 10)
            except TooLarge:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(upload, range(20))) == MOST_FILES


def test_two_complaints_at_the_same_time_share_no_ticket(world: World) -> None:
    """Of two complaints that show one ticket in the same moment, one gets it and the other is refused."""
    both = complaint(world), complaint(world, "key-0002")

    def show(complaint_id: UUID) -> bool:
        with world.act() as act:
            tickets.take(act, MARK)
            try:
                tickets.spend(act, MARK, complaint_id)
            except OtherContent:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(show, both)) == [False, True]


def test_keys_belong_to_the_ticket(world: World) -> None:
    """The same key and content under another ticket is another request; under the same ticket the same."""
    made: list[UUID] = []

    def make() -> UUID:
        made.append(UUID(int=len(made) + 1))
        return made[-1]

    key, content = Key("the-same-key"), {"words": "冒黑烟"}
    with world.act() as act:
        first = once(act, key, "submit", content, make, owner=MARK)
        assert once(act, key, "submit", content, make, owner=MARK) == first
        assert once(act, key, "submit", content, make, owner=OTHER) != first
        assert once(act, key, "submit", content, make) not in made[:2]
        with pytest.raises(OtherContent):
            once(act, key, "submit", {"words": "另一件"}, make, owner=MARK)


def test_the_sweep_takes_what_ended_a_day_ago(world: World) -> None:
    """A ticket is kept for a day after its end, so that a lost reply can be asked for, and then goes."""
    taken(world)
    ended = NOW + TICKET_LIFE
    for now, left in ((ended + TICKET_KEPT - timedelta(seconds=1), 1), (ended + TICKET_KEPT, 0)):
        with world.act(now=now) as act:
            sweeps.sweep(act, {})
            assert len(act.db.execute(select(T.c.mark)).all()) == left
    with world.act(now=ended + TICKET_KEPT) as act, pytest.raises(BadTicket):
        tickets.take(act, MARK)


def test_a_ticket_tells_nobody(world: World) -> None:
    """A row has a keyed mark, times, counts and the complaint: nothing of who showed it."""
    assert {column.name for column in T.columns} == {
        *("mark", "opened_at", "expires_at", "files", "bytes", "complaint_id")
    }
