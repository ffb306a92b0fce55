"""The ladder as data: what is shipped, and what a bad file is told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import String

from models.domain.errors import Invalid
from models.domain.timing.reminders import UNACKNOWLEDGED, Audience, Kind, parse_ladder
from models.tables.notices import notices

FILE: Final = Path(__file__).parents[3] / "models/reference/ladder.toml"
LADDER: Final = parse_ladder(FILE.read_text("utf-8"))


def test_the_shipped_ladder_widens_its_audience() -> None:
    """The handler is always told, the unit head from 75 % on, the deputy head only when overdue."""
    for stage in LADDER:
        overdue = stage.kind in (Kind.WORKDAYS_AFTER, Kind.WEEKLY_AFTER, Kind.HOURS_AFTER)
        expected = {Audience.HANDLER} | ({Audience.UNIT_HEAD} if stage.kind is not Kind.HALF else set())
        assert set(stage.audience) == expected | ({Audience.DEPUTY_HEAD} if overdue else set())


def test_what_must_be_acknowledged() -> None:
    """From the due day on the handler acknowledges, within a working day, on hour clocks within half an hour."""
    asked = {f"{one.clock} {one.code}": one.ack_within for one in LADDER if one.ack_within}
    assert asked == {
        "day due": 1,
        "day overdue_1wd": 1,
        "day overdue_3wd": 1,
        "day overdue_w": 1,
        "hour due": 30,
        "hour overdue_1h": 30,
        "hour overdue_3h": 30,
    }


def test_every_stage_fits_its_column() -> None:
    """A code with the number of a week, or with ``_unack``, has at most the twenty characters of its column."""
    column = notices.c.stage.type
    assert isinstance(column, String)
    longest = max((one.code for one in LADDER), key=len)
    for code in (longest, "overdue_w12345"):
        assert len(code + UNACKNOWLEDGED) <= (column.length or 0)


ROW: Final = '[[stage]]\nclock = "day"\ncode = "a"\nkind = "half"\naudience = ["handler"]\n'


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("", "/stage", "empty"),
        ("stage = 3", "/stage", "empty"),
        ("[[stage", "", "toml"),
        ('x = 1\n' + ROW, "/x", "unknown"),
        (ROW + "colour = 1", "/stage/0/colour", "unknown"),
        (ROW + "amount = 3", "/stage/0/amount", "unknown"),
        (ROW + ROW, "/stage/1/code", "repeated"),
        (ROW.replace('"day"', '"week"'), "/stage/0/clock", "wrong"),
        (ROW.replace('"half"', '"third"'), "/stage/0/kind", "wrong"),
        (ROW.replace('"half"', '"minutes_before"') + "amount = 5", "/stage/0/kind", "wrong"),
        (ROW.replace('"half"', '"workdays_before"'), "/stage/0/amount", "missing"),
        (ROW.replace('"half"', '"workdays_before"') + "amount = 0", "/stage/0/amount", "wrong"),
        (ROW.replace('"half"', '"workdays_before"') + "amount = true", "/stage/0/amount", "wrong"),
        (ROW.replace('["handler"]', '["handler", "mayor"]'), "/stage/0/audience", "wrong"),
        (ROW.replace('["handler"]', '["handler", "handler"]'), "/stage/0/audience", "wrong"),
        (ROW.replace('["handler"]', '"handler"'), "/stage/0/audience", "wrong"),
        (ROW.replace('["handler"]', "[]"), "/stage/0/audience", "empty"),
        (ROW.replace('"a"', '" "'), "/stage/0/code", "wrong"),
        (ROW.replace('"a"', '"before_7_workdays"'), "/stage/0/code", "too_long"),
        (ROW + "ack_within = 0", "/stage/0/ack_within", "wrong"),
        (ROW + "ack_within = 367", "/stage/0/ack_within", "wrong"),
        (ROW.replace('"half"', '"weekly_after"'), "/stage/0/amount", "missing"),
        (ROW.replace('"half"', '"weekly_after"').replace('"day"', '"hour"') + "amount = 3",
         "/stage/0/kind", "wrong"),
    ],
)  # fmt: skip
def test_a_bad_ladder_names_its_flaw(text: str, pointer: str, code: str) -> None:
    """A bad ladder file is refused with the place, a stable code and a Chinese sentence."""
    with pytest.raises(Invalid) as caught:
        parse_ladder(text)
    assert (pointer, code) in [(flaw.pointer, flaw.code) for flaw in caught.value.flaws]
