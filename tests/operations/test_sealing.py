"""What is sealed stays with its complaint, and every look at it is put down (``product.md`` §4.7)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.errors import NotFound, Unreadable
from models.operations.identity import opening
from models.tables.complaints import complaints as table
from models.tables.journal import journal
from tests.factories import COUNTY, World
from tests.operations.law.story import Story

REASON = "回访前核对联系方式"


def complaint_of(story: Story) -> UUID:
    found: UUID = story.made["id"]
    return found


def look(world: World, complaint_id: UUID, who: str = "clerk") -> dict[str, object]:
    with world.act(who) as act:
        return opening.view_identity(act, complaint_id, reason=REASON)


def last_payload(world: World) -> str:
    with world.engine.connect() as db:
        last = select(journal.c.payload).where(journal.c.chain == COUNTY).order_by(journal.c.seq.desc())
        return str(db.execute(last.limit(1)).scalar_one())


@pytest.mark.parametrize(
    "columns",
    [("sealed_words",), ("sealed_key", "sealed_words"), ("sealed_key", "sealed_identity", "sealed_words")],
)
def test_a_sealed_value_opens_in_its_own_row_only(world: World, columns: tuple[str, ...]) -> None:
    """Words, with or without their key, that somebody copies into another complaint are unreadable there."""
    one, other = (complaint_of(Story(world).register()) for _ in range(2))
    with world.engine.begin() as db:
        row = db.execute(select(*(table.c[name] for name in columns)).where(table.c.id == one)).one()
        db.execute(update(table).where(table.c.id == other).values(**row._mapping))
    assert look(world, one)["words"]
    with pytest.raises(Unreadable):
        look(world, other)


def test_a_look_is_put_down_without_its_reason(world: World) -> None:
    """The journal tells who looked at which complaint, and of the reason only a digest; the look shows the words."""
    complaint_id = complaint_of(Story(world).register())
    seen = look(world, complaint_id)
    assert seen["reporter"] == {"name": "孙样丙", "phone": "13800000202"}
    payload = last_payload(world)
    for said in ("identity.view", str(complaint_id), str(world.account("clerk")), '"digest"'):
        assert said in payload
    assert REASON not in payload


def test_who_does_not_see_the_case_does_not_look(world: World) -> None:
    """A clerk of another county is told that there is no such complaint."""
    complaint_id = complaint_of(Story(world).register())
    with pytest.raises(NotFound):
        look(world, complaint_id, "stranger_clerk")
