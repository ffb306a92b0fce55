"""By which ways a person is reached, and what happens when one fails; on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import update

from models.domain.outgoing.channels import ChannelKind
from models.operations.outgoing.attempts import Outcome
from models.operations.outgoing.dispatching import UNREADABLE
from models.operations.outgoing.ending import Left
from models.operations.outgoing.ways import Exits, Way
from models.tables import channels as tables
from models.tables.people import accounts
from tests.factories import World
from tests.operations.outgoing.hand import (
    EVERY,
    HALF,
    LEAVES,
    begin,
    channel,
    claim,
    ended,
    job,
    outcomes,
    reach,
    step,
    switch_off,
    tell,
)
from tests.operations.reminders.stories import assigned_case, rows, scan

URL = {"url": "https://hooks.example/x"}
PHONE = "13800000202"


@pytest.fixture
def contacts(world: World) -> list[UUID]:
    """The inspector is reached by text message, and if that fails by webhook; one digest is due, and claimed."""
    made = [(channel(world, ChannelKind.SMS), PHONE), (channel(world, ChannelKind.WEBHOOK, URL), None)]
    ids = reach(world, "inspector", made)
    assigned_case(world)
    scan(world, HALF)
    tell(world, HALF, EVERY)
    claim(world, "w", LEAVES)
    return ids


def test_in_the_order_of_the_person(world: World, contacts: list[UUID]) -> None:
    """The first contact is tried first, with what the channel is configured to and where the person is."""
    begun = begin(world, job(world).id, LEAVES, exits=EVERY)
    assert (begun.way, begun.address, begun.config) == (Way("sms", contacts[0]), PHONE, {})
    assert PHONE not in repr(begun)
    assert step(world, job(world).id, LEAVES, ended(begun, Outcome.SENT), exits=EVERY) is Left.SENT
    assert outcomes(world) == ["sent"]


def test_what_certainly_failed_goes_the_next_way(world: World, contacts: list[UUID]) -> None:
    """A refusal is followed at once by the next contact; when every one has refused, all wait."""
    first = ended(begin(world, job(world).id, LEAVES, exits=EVERY), Outcome.FAILED, "号码停机")
    begun = begin(world, job(world).id, LEAVES, first, exits=EVERY)
    assert (begun.way, begun.address, begun.config) == (Way("webhook", contacts[1]), None, URL)
    second = ended(begun, Outcome.FAILED, "对方拒收")
    assert step(world, job(world).id, LEAVES, first, second, exits=EVERY) is Left.WAITING
    assert (job(world).error, job(world).tries) == ("号码停机；对方拒收", 1)
    assert rows(world)[0].error == "号码停机；对方拒收"
    now = job(world).next_at
    claim(world, "w", now)
    assert begin(world, job(world).id, now, exits=EVERY).way == Way("sms", contacts[0])


@pytest.mark.usefixtures("contacts")
def test_what_may_have_arrived_goes_no_other_way(world: World) -> None:
    """An unknown outcome is the end, though there is another contact."""
    first = ended(begin(world, job(world).id, LEAVES, exits=EVERY), Outcome.UNKNOWN, "超时")
    assert step(world, job(world).id, LEAVES, first, exits=EVERY) is Left.UNKNOWN
    assert (rows(world)[0].state, rows(world)[0].error) == ("outcome_unknown", "超时")


@pytest.mark.usefixtures("contacts")
def test_dead_only_when_every_way_refuses_for_good(world: World) -> None:
    """One way that may recover keeps a message alive; none, and it is dead at once."""
    first = ended(begin(world, job(world).id, LEAVES, exits=EVERY), Outcome.FAILED, "空号", permanent=True)
    second = begin(world, job(world).id, LEAVES, first, exits=EVERY)
    busy = ended(second, Outcome.FAILED, "忙", retry_after=600.0)
    assert step(world, job(world).id, LEAVES, first, busy, exits=EVERY) is Left.WAITING
    now = job(world).next_at
    claim(world, "w", now)
    first = ended(begin(world, job(world).id, now, exits=EVERY), Outcome.FAILED, "空号", permanent=True)
    second = begin(world, job(world).id, now, first, exits=EVERY)
    gone = ended(second, Outcome.FAILED, "已注销", permanent=True)
    assert step(world, job(world).id, now, first, gone, exits=EVERY) is Left.DEAD


def test_a_way_that_is_closed_is_left_out(world: World) -> None:
    """A channel that was switched off, or that this worker has not wired, is no way; the house's default is."""
    off, unknown = channel(world, ChannelKind.SMS), channel(world, ChannelKind.WECOM)
    reach(world, "inspector", [(off, PHONE), (unknown, None)])
    switch_off(world, off)
    assigned_case(world)
    scan(world, HALF)
    assert tell(world, HALF, EVERY) == 1
    claim(world, "w", LEAVES)
    assert begin(world, job(world).id, LEAVES, exits=EVERY).way == Way("test")


def test_only_those_with_contacts(world: World) -> None:
    """Where the house has no default, who has no contact has his inbox, and nothing else."""
    none = Exits({"sms": False})
    reach(world, "supervisor", [(channel(world, ChannelKind.SMS), PHONE)])
    assigned_case(world)
    late = LEAVES.replace(year=2027, month=1, day=26, hour=9, minute=0)
    scan(world, late)
    assert tell(world, late, none) == 4
    states = {row.account_id: row.state for row in rows(world)}
    assert states.pop(world.account("supervisor")) == "waiting"
    assert set(states.values()) == {"sent"}


@pytest.mark.usefixtures("contacts")
def test_nobody_is_sent_anything_after_he_left(world: World) -> None:
    """To a person who has left between planning and sending nothing goes out; his notice stays in the inbox."""
    with world.engine.begin() as db:
        db.execute(update(accounts).where(accounts.c.login == "inspector").values(active=False))
    assert step(world, job(world).id, LEAVES, exits=EVERY) is Left.SENT
    assert outcomes(world) == []


def test_what_cannot_be_opened_is_a_failure(world: World, contacts: list[UUID]) -> None:
    """A contact sealed under another key fails with the way out as reason, and the next one is tried."""
    with world.engine.begin() as db:
        bad = update(tables.contacts).where(tables.contacts.c.id == contacts[0])
        db.execute(bad.values(sealed_address=b"\x01\x01" + bytes(40)))
    begun = begin(world, job(world).id, LEAVES, exits=EVERY)
    assert begun.way == Way("webhook", contacts[1])
    with world.engine.begin() as db:
        details = db.execute(tables.attempts.select()).all()
    assert {(row.outcome, row.detail) for row in details} == {("failed", UNREADABLE), ("begun", None)}


def test_a_contact_removed_while_in_flight(world: World, contacts: list[UUID]) -> None:
    """An attempt whose contact is gone when its worker was killed stays on record, with an unknown outcome."""
    refused = ended(begin(world, job(world).id, LEAVES, exits=EVERY), Outcome.FAILED, "号码停机")
    begin(world, job(world).id, LEAVES, refused, exits=EVERY)  # a webhook would know the id
    with world.engine.begin() as db:
        db.execute(tables.contacts.delete().where(tables.contacts.c.id == contacts[1]))
    assert step(world, job(world).id, LEAVES, exits=EVERY) is Left.UNKNOWN
    assert sorted(outcomes(world)) == ["failed", "outcome_unknown"]
