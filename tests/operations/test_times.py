"""Times are honest: what was received when is kept as it was said, to the millisecond (``product.md`` §4.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from models.tables.base import CN
from models.tables.complaints import complaints
from tests.factories import NOW, World
from tests.operations.law.story import Story

RECEIVED = NOW - timedelta(days=2, hours=3) + timedelta(milliseconds=123)


def test_received_is_not_typed_in(world: World) -> None:
    """Case and complaint keep when they were received beside when they were typed in; the clock starts with the first."""
    story = Story(world).register(case={"received_at": RECEIVED})
    with world.engine.connect() as db:
        filed = db.execute(select(complaints).where(complaints.c.case_id == story.case_id)).one()
    case = story.case()
    assert (case.received_at, case.created_at) == (RECEIVED, NOW)
    assert (filed.received_at, filed.created_at) == (RECEIVED, NOW)
    assert story.clock("RPT_ACCEPT_TELL").started_at == RECEIVED


@pytest.mark.parametrize("zone", [UTC, CN, timezone(timedelta(hours=-9, minutes=-30))])
def test_an_instant_is_the_same_whatever_its_zone(world: World, zone: timezone) -> None:
    """An instant given in any offset comes back as the same instant in +08:00, its milliseconds with it."""
    story = Story(world).register(case={"received_at": RECEIVED.astimezone(zone)})
    kept: datetime = story.case().received_at
    assert kept == RECEIVED
    assert kept.utcoffset() == timedelta(hours=8)
    assert kept.microsecond == 123_000
