"""A weak link never punishes, a stolen token does not live (``product.md`` §4.17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.domain.access import Role
from models.domain.errors import HuanxunError, SessionEnded, TokenReused
from models.operations.people import accounts, keeping, sessions
from models.operations.people.accounts import GrantDraft
from models.operations.people.sessions import Candidate, Pair, digest_of
from models.tables import people as tables
from models.tables.journal import journal
from tests.factories import NOW, World

SECOND = timedelta(seconds=1)


def begin(world: World, name: str = "inspector", *, at: datetime = NOW) -> Pair:
    """A fresh session."""
    candidate = Candidate(world.account(name), None)
    with world.act(now=at) as act:
        return sessions.begin(act, candidate, login=name, network="n", device="手机", good=True)


def refresh(world: World, pair: Pair, *, at: datetime = NOW) -> Pair:
    """Trade a refresh token, with what the API does after a refusal: the aftermath in its own transaction."""
    try:
        with world.act(now=at) as act:
            return sessions.refresh(act, pair.refresh_token)
    except HuanxunError as error:
        if error.aftermath is not None:
            with world.act(now=at) as act:
                error.aftermath(act)
        raise


def opens(world: World, pair: Pair, *, at: datetime = NOW) -> bool:
    """Whether the access token is good."""
    with world.engine.connect() as db:
        try:
            sessions.look_up(db, digest_of(pair.access_token), at)
        except SessionEnded:
            return False
        return True


def test_a_lost_answer_costs_nothing(world: World) -> None:
    """While the successor has not been used, the old refresh token works again, days later and often."""
    first = begin(world)
    lost = refresh(world, first)
    again = refresh(world, first, at=NOW + timedelta(days=9))
    assert opens(world, again, at=NOW + timedelta(days=9))
    assert refresh(world, lost, at=NOW + timedelta(days=9)).refresh_token != again.refresh_token


def test_sixty_seconds_after_its_successor_was_used_a_token_is_dead(world: World) -> None:
    """In the minute of grace the old one still works; a second later it ends the family."""
    first = begin(world)
    second = refresh(world, first)
    third = refresh(world, second, at=NOW + SECOND)
    assert opens(world, refresh(world, first, at=NOW + 61 * SECOND), at=NOW + 61 * SECOND)
    with pytest.raises(TokenReused):
        refresh(world, first, at=NOW + 62 * SECOND)
    late = NOW + 62 * SECOND
    assert not opens(world, third, at=late)
    with pytest.raises(SessionEnded):
        refresh(world, third, at=late)


def test_an_older_token_ends_the_family_at_once(world: World) -> None:
    """A token two generations old is a copy: every token of the family dies, and the journal says so."""
    first = begin(world)
    second = refresh(world, first)
    third = refresh(world, second)
    fourth = refresh(world, third)
    other = begin(world)
    assert opens(world, fourth)
    with pytest.raises(TokenReused):
        refresh(world, first)
    assert [opens(world, pair) for pair in (first, second, third, fourth)] == [False] * 4
    assert opens(world, other)
    with world.engine.connect() as db:
        last = db.execute(select(journal.c.payload).order_by(journal.c.seq.desc()).limit(1)).scalar_one()
    assert '"token_reused"' in last


def test_tokens_live_as_long_as_they_say(world: World) -> None:
    """Access 15 minutes; refresh 30 days from its last use, and no longer."""
    pair = begin(world)
    assert opens(world, pair, at=NOW + timedelta(minutes=15) - SECOND)
    assert not opens(world, pair, at=NOW + timedelta(minutes=15))
    slid = refresh(world, pair, at=NOW + timedelta(days=29))
    refresh(world, slid, at=NOW + timedelta(days=58))
    with pytest.raises(SessionEnded):
        refresh(world, pair, at=NOW + timedelta(days=30))


def test_a_refresh_token_opens_nothing_by_itself(world: World) -> None:
    """Neither kind of token does the other's work."""
    pair = begin(world)
    with world.engine.connect() as db, pytest.raises(SessionEnded):
        sessions.look_up(db, digest_of(pair.refresh_token), NOW)
    with pytest.raises(SessionEnded):
        refresh(world, Pair("", pair.access_token, NOW, NOW))


def test_tokens_are_stored_hashed(world: World) -> None:
    """No token stands in the database; only its SHA-256."""
    pair = begin(world)
    with world.engine.connect() as db:
        stored = set(db.execute(select(tables.tokens.c.digest)).scalars())
    assert {digest_of(pair.access_token), digest_of(pair.refresh_token)} <= stored
    assert pair.access_token.encode() not in stored


def test_a_deactivated_account_refreshes_nothing(world: World) -> None:
    """Neither access nor refresh survive the moment an account is switched off."""
    pair, person = begin(world), world.account("inspector")
    with world.act("admin") as act:
        keeping.change(act, person, {"active": False}, version=2)
    assert not opens(world, pair)
    with pytest.raises(SessionEnded):
        refresh(world, pair)


def test_grants_are_those_of_the_moment(world: World) -> None:
    """A grant counts from its first moment to its last, and not at the last itself."""
    begins, ends = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
    with world.act("admin") as act:
        account = accounts.create(act, login="guest", name="样例", unit_id=None, password_hash="x")
        accounts.give(act, GrantDraft(account, Role.CLERK, "430511", valid_from=begins, valid_to=ends))
    pair = begin(world, "guest")
    assert [_roles(world, pair, at=at) for at in (begins - SECOND, begins, ends - SECOND, ends)] == [
        0,
        1,
        1,
        0,
    ]


def _roles(world: World, pair: Pair, *, at: datetime) -> int:
    with world.engine.connect() as db:
        rows: tuple[Any, ...] = sessions.look_up(db, digest_of(pair.access_token), at)
        return sum(row.grant_id is not None for row in rows)
